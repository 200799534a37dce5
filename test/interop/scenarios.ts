// What users of a client library do, as scenarios: the programs in go/ and java/ perform them, all on one connection of
// one process, and must tell the same. What they are to tell is what RabbitMQ made them tell.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Compiled } from '../support/compiled-programs.ts';
import { brokerUrl } from './broker-under-test.ts';
import { ExampleProgram, type ExampleEvent } from './example-program.ts';

/** No program takes longer, in milliseconds: only a failing one is ended then. */
const PATIENCE_MS = 60_000;

export interface CompiledClient {
  /** Why its tests cannot run here; false when they can. */
  readonly skip: string | false;
  /** What to run, without the program's own arguments. */
  command(): readonly string[];
}

/** With CI=true nothing may be skipped: its tests run, and fail saying what is missing. */
export function compiledClient(
  { directory, missing }: Compiled,
  command: (directory: string) => readonly string[],
): CompiledClient {
  return {
    skip: missing === null || process.env['CI'] === 'true' ? false : missing,
    command: () => {
      if (directory === null) throw new Error(`CI=true allows no skipping, but ${missing}`);
      return command(directory);
    },
  };
}

export interface Scenario {
  readonly name: string;
  readonly fact: string;
  readonly told: readonly ExampleEvent[];
}

/** Short, because the broker shortens texts with long names. */
export function ownPrefix(): string {
  return randomUUID().slice(0, 8);
}

/** Starts a client's program with names of its own for all that it declares. */
export function runClient(
  t: TestContext,
  client: CompiledClient,
  url: string,
  args: readonly string[],
  prefix: string,
): ExampleProgram {
  return new ExampleProgram(t, [...client.command(), ...args], { AMQP_URL: url, PREFIX: prefix });
}

/** Lets a client perform scenarios in one go, and tests what it told in each. */
export async function testScenarios(
  t: TestContext,
  client: CompiledClient,
  scenarios: readonly Scenario[],
): Promise<void> {
  const url = await brokerUrl(t, 'embedded');
  const names = scenarios.map(({ name }) => name);
  await testTold(t, runClient(t, client, url, names, ownPrefix()), scenarios);
}

/** Waits for the end of a program that performs scenarios, and tests what it told in each. */
export async function testTold(
  t: TestContext,
  program: ExampleProgram,
  scenarios: readonly Scenario[],
): Promise<void> {
  const watchdog = setTimeout(() => void program.kill(), PATIENCE_MS);
  const code = await program.ended();
  clearTimeout(watchdog);
  for (const { name, fact, told } of scenarios) {
    await t.test(fact, () => assert.deepEqual(toldIn(program, name), told));
  }
  await t.test('ends well', () => assert.deepEqual([code, program.errors], [0, '']));
}

/** The events between the beginning of a scenario and that of the next. */
function toldIn(program: ExampleProgram, name: string): ExampleEvent[] {
  const events = program.told();
  const isStart = ({ event }: ExampleEvent): boolean => event === 'scenario';
  const start = events.findIndex((event) => isStart(event) && event['name'] === name);
  if (start === -1) throw new Error(`${name} was not performed: ${program.errors}`);
  const rest = events.slice(start + 1);
  const end = rest.findIndex(isStart);
  return end === -1 ? rest : rest.slice(0, end);
}

const answers = (...words: readonly string[]): ExampleEvent[] =>
  words.map((word) => ({
    event: 'answered',
    about: `about ${word}`,
    answer: word.toUpperCase(),
  }));

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'declare',
    fact: 'declares, binds and deletes; a queue with arguments drops its head and rejected messages to its dead letters',
    told: [
      { event: 'declared', own: true, messages: 0, consumers: 0 },
      { event: 'found', messages: 2, consumers: 0 },
      { event: 'dead', body: 'by task.1', reason: 'maxlen', count: 1, own: true },
      { event: 'got', body: 'by task.2.b', ok: true, left: 1 },
      { event: 'dead', body: 'by task.2.b', reason: 'rejected', count: 1, own: true },
      { event: 'deleted', purged: 1, left: 0 },
    ],
  },
  {
    name: 'confirm',
    fact: 'has each publishing confirmed, and refused by a queue that is full',
    told: [
      { event: 'confirmed', acked: 100, tagged: 100, messages: 100 },
      { event: 'overflow', accepted: [true, false, false] },
    ],
  },
  {
    name: 'return',
    fact: 'gets a mandatory message back that no queue takes, before its confirm',
    told: [
      {
        event: 'returned',
        code: 312,
        text: 'NO_ROUTE',
        exchange: 'amq.direct',
        own: true,
        messageId: 'm1',
        body: 'lost',
      },
      { event: 'confirmed', acked: true },
    ],
  },
  {
    name: 'consume',
    fact: 'holds as many deliveries as its prefetch says, and settles them in each way',
    told: [
      { event: 'held', bodies: ['1', '2', '3'], ready: 3, consumers: 1 },
      { event: 'held', bodies: ['4', '5'], ready: 1, consumers: 1 },
      { event: 'held', bodies: ['3 again'], ready: 1, consumers: 1 },
      { event: 'held', bodies: ['6'], ready: 0, consumers: 1 },
      { event: 'left', left: 0, consuming: false },
    ],
  },
  {
    name: 'properties',
    fact: 'receives all properties, and headers of all types, as they were sent',
    told: [{ event: 'same properties', headers: 15 }],
  },
  {
    name: 'large',
    fact: 'receives a body of many frames as it was sent, and an empty one',
    told: [{ event: 'large', size: 2 * 1024 * 1024, same: true, empty: 0 }],
  },
  {
    name: 'rpc',
    fact: 'asks and answers, through an exclusive queue and through direct reply-to',
    told: answers('hare', 'leveret', 'hare', 'leveret'),
  },
  {
    name: 'cancel',
    fact: 'is told when the queue that it consumes from is deleted, and its channel goes on',
    told: [{ event: 'cancelled', tag: 'watcher', consuming: false, closed: false }],
  },
];

const refused = (when: string, code: number, text: string): ExampleEvent => ({
  event: 'error',
  when,
  code,
  text,
});

/** Clients differ in how they tell that the password is wrong, and in how they send a small integer. */
export function errorScenario(wrongPassword: string, integer = 'signedint'): Scenario {
  const inequivalent = 'PRECONDITION_FAILED - inequivalent arg';
  return {
    name: 'errors',
    fact: "tells the broker's code and text for each error, and its connection goes on",
    told: [
      refused('missing queue', 404, "NOT_FOUND - no queue 'missing' in vhost '/'"),
      refused(
        'other properties',
        406,
        `${inequivalent} 'auto_delete' for queue 'locked' in vhost '/': received 'true' but current is 'false'`,
      ),
      refused(
        'other arguments',
        406,
        `${inequivalent} 'x-max-length' for queue 'locked' in vhost '/': received the value '1' of type '${integer}' but current is none`,
      ),
      refused(
        'locked queue',
        405,
        "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'locked' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.",
      ),
      refused(
        'reserved name',
        403,
        "ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'",
      ),
      refused(
        'publishing to a missing exchange',
        404,
        "NOT_FOUND - no exchange 'missing' in vhost '/'",
      ),
      refused('unknown delivery tag', 406, 'PRECONDITION_FAILED - unknown delivery tag 99'),
      refused('wrong password', 403, wrongPassword),
      refused('missing virtual host', 530, 'NOT_ALLOWED - vhost nowhere not found'),
      { event: 'open', open: true },
    ],
  };
}
