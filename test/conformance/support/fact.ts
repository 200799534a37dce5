// The vocabulary of the conformance suite: a section of facts, each fact one test on a broker that holds nothing. Runs
// against a Leveret of its own, or, with AMQP_URI=amqp://..., against any other broker; what is declared there is removed.
import { appendFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { OTHER_BROKER } from '../../support/other-broker.ts';
import { Ground } from './ground.ts';

export { Ground } from './ground.ts';

export interface FactOptions {
  /** Why RabbitMQ 3.10, the version that Debian has, differs from 4.x in this fact. */
  readonly differsIn310?: string;
  /** Why Leveret does otherwise than RabbitMQ 4.x, on purpose: the test states what Leveret does. */
  readonly leveretDiffers?: string;
  /** RabbitMQ 3.10 did as Leveret does: `leveretDiffers` is about 4.x only. */
  readonly heldIn310?: true;
}

/** A section of the facts, titled like the feature it is about. */
export function section(title: string, define: () => void): void {
  describe(title, { concurrency: OTHER_BROKER === null }, () => {
    currentSection = title;
    define();
  });
}

let currentSection = '';

/** One fact: a sentence in the present tense, and what shows it. */
export function fact(
  sentence: string,
  show: (ground: Ground) => Promise<void>,
  options: FactOptions = {},
): void {
  const title = currentSection;
  test(sentence, async () => {
    await using ground = await Ground.open();
    const reason = reasonToDiffer(ground.product, options);
    if (reason === undefined) {
      await show(ground);
      record({ section: title, sentence, result: 'holds', ...options });
      return;
    }
    const error = await failureOf(() => show(ground));
    if (error === null) throw new Error(`holds on ${ground.product}, though said to differ`);
    record({ section: title, sentence, result: 'differs', ...options });
  });
}

/** Why the fact should not hold on this broker; undefined when it should. */
function reasonToDiffer(product: string, options: FactOptions): string | undefined {
  const { differsIn310, leveretDiffers, heldIn310 } = options;
  if (!product.startsWith('RabbitMQ')) return undefined;
  if (!product.startsWith('RabbitMQ 3.')) return leveretDiffers;
  return differsIn310 ?? (heldIn310 === true ? undefined : leveretDiffers);
}

async function failureOf(run: () => Promise<void>): Promise<unknown> {
  try {
    await run();
    return null;
  } catch (error) {
    return error;
  }
}

/** A line for the table that docs/compatibility.md is made of. */
function record(line: object): void {
  const file = process.env['CONFORMANCE_RESULTS'] ?? '';
  if (file !== '') appendFileSync(file, `${JSON.stringify(line)}\n`);
}
