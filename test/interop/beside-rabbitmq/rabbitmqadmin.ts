// What rabbitmqadmin prints: the same with Leveret as with RabbitMQ, but for what this file names.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { join } from 'node:path';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import type { BothBrokers } from './both-brokers.ts';
import { COMMANDS, EXPORT, type CommandLine } from './rabbitmqadmin-commands.ts';
import { Rabbitmqadmin, type Printed } from './rabbitmqadmin-program.ts';

/** What the commands without a payload read. */
const INPUT = 'from standard input';
/** RabbitMQ's lists follow what happens: they are asked again for so long, in milliseconds. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

interface Difference {
  /** Of the commands it is about. */
  readonly line: RegExp;
  /** What Leveret prints. */
  readonly printed: RegExp;
  readonly why: string;
}

const DIFFERENCES: readonly Difference[] = [
  {
    line: /configure=\(/u,
    printed: /^\*\*\* invalid_regexp: '\(': missing \)$/mu,
    why: 'RabbitMQ shows the term of Erlang, texts as lists of numbers',
  },
  {
    line: /definition=\{"foo":1\}/u,
    printed: /^\[\{<<"foo">>,1\}\] are not recognised policy settings$/mu,
    why: 'RabbitMQ writes it for HTML, though it is JSON',
  },
  {
    line: /payload_encoding=nonsense/u,
    printed: /^\*\*\* unsupported_encoding: nonsense$/mu,
    why: 'RabbitMQ gives a list for the reason',
  },
  {
    line: /^-V shop get queue=mails(?: count=10| count=1 ackmode=ack_requeue_false)?$/u,
    printed: /^\| mails +\|.*\| hello +\| 5 +\| string/mu,
    why: 'no properties are an empty object, where RabbitMQ has an empty list, which is an empty column',
  },
];

export async function testRabbitmqadmin(t: TestContext, brokers: BothBrokers): Promise<void> {
  const home = temporaryDirectory(t);
  await using leveret = new Rabbitmqadmin(brokers.leveret.managementPort, home);
  await using rabbitmq = new Rabbitmqadmin(brokers.rabbitmq.managementPort, home);
  for (const command of COMMANDS) {
    const line = typeof command === 'string' ? command : command.join(' ');
    // oxlint-disable-next-line no-await-in-loop -- a story
    await t.test(line, async () => {
      const ours = await leveret.run(wordsOf(command, join(home, 'leveret')), INPUT);
      const words = wordsOf(command, join(home, 'rabbitmq'));
      const theirs = await settled(rabbitmq, words, ours);
      assert.equal(ours.code, theirs.code, ours.output);
      const difference = isFilled(ours) ? differenceOf(line) : undefined;
      if (difference === undefined) {
        assert.equal(normal(ours.output), normal(theirs.output));
      } else {
        assert.notEqual(normal(ours.output), normal(theirs.output), 'no difference any more');
        assert.match(ours.output, difference.printed, difference.why);
      }
    });
  }
}

function differenceOf(line: string): Difference | undefined {
  return DIFFERENCES.find((difference) => difference.line.test(line));
}

/** The queue is asked once more when it is empty. */
function isFilled({ output }: Printed): boolean {
  return output !== 'No items\n';
}

function wordsOf(command: CommandLine, exported: string): string[] {
  const words = typeof command === 'string' ? command.split(' ') : command;
  return words.map((word) => word.replace(EXPORT, exported));
}

/** What RabbitMQ has to say, when it agrees or does not come to agree. */
async function settled(
  rabbitmq: Rabbitmqadmin,
  words: readonly string[],
  ours: Printed,
): Promise<Printed> {
  let theirs = await rabbitmq.run(words, INPUT);
  if (!words.includes('list') && !words.includes('show')) return theirs;
  const deadline = Date.now() + PATIENCE_MS;
  while (normal(theirs.output) !== normal(ours.output) && Date.now() < deadline) {
    // oxlint-disable-next-line no-await-in-loop -- asked again
    await new Promise<void>((resolve) => {
      setTimeout(resolve, PAUSE_MS);
    });
    // oxlint-disable-next-line no-await-in-loop -- asked again
    theirs = await rabbitmq.run(words, INPUT);
  }
  return theirs;
}

/** Without what names the broker or the place. */
function normal(output: string): string {
  return output
    .replaceAll(/\/[\w./-]+\/(?:leveret|rabbitmq)(\.\w+)?/gu, 'FILE')
    .replaceAll(/\b[\w-]+@[\w.-]+\b/gu, 'NODE')
    .replaceAll(/"?[A-Za-z0-9+/]{48,}={0,2}"?/gu, 'HASH');
}
