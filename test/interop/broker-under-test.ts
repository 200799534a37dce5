// Where the broker comes from. These tests state what any broker must do that RabbitMQ's clients are
// to work with, so they also run against another one, RabbitMQ above all: AMQP_URI=amqp://... says
// where it is. Tests may share it: they name what they declare for themselves.
import type { TestContext } from 'node:test';
import { createBroker } from 'leveret';
import { Program } from '../support/program.ts';

/** A broker in this process, or one started as a user starts it. */
export type BrokerPlace = 'embedded' | 'process';

/** The URL of a broker that lasts as long as the test. */
export async function brokerUrl(t: TestContext, place: BrokerPlace): Promise<string> {
  const other = process.env['AMQP_URI'] ?? '';
  if (other !== '') return other;
  if (place === 'process') return startProcess(t);
  const broker = await createBroker();
  t.after(() => broker.close());
  return broker.url;
}

async function startProcess(t: TestContext): Promise<string> {
  const program = new Program(t, [
    process.execPath,
    'src/main.ts',
    'start',
    '--in-memory',
    '--port',
    '0',
  ]);
  const address = (lines: readonly string[]): string | undefined =>
    /is ready: amqp:\/\/([\w.:]+)/u.exec(lines.join('\n'))?.[1];
  await program.until('the broker is ready', (lines) => address(lines) !== undefined);
  // Not every client has guest and guest for its defaults.
  return `amqp://guest:guest@${address(program.lines)}`;
}
