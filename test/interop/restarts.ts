// What becomes of a client when its broker restarts: its program consumes, and must do so again.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { connect } from 'amqplib';
import { BrokerProcess } from './broker-process.ts';
import type { ExampleProgram } from './example-program.ts';
import { ownPrefix, runClient, type CompiledClient } from './scenarios.ts';

/** A broker under AMQP_URI is not ours to restart. */
export const NO_RESTART: string | false =
  (process.env['AMQP_URI'] ?? '') === '' ? false : 'the broker at AMQP_URI is not ours to restart';

/** The ways to end: with a farewell to all connections, and without. */
export const ENDINGS = [
  ['stops', 'SIGTERM'],
  ['is killed', 'SIGKILL'],
] as const;

/**
 * Runs a program that consumes from PREFIX.queue, bound to PREFIX.exchange with `key`, and restarts
 * its broker, which forgets all that was declared. Returns the program when it has received again.
 */
export async function runThroughRestart(
  t: TestContext,
  client: CompiledClient,
  scenario: string,
  signal: NodeJS.Signals,
): Promise<ExampleProgram> {
  const broker = await BrokerProcess.start(t);
  const prefix = ownPrefix();
  const program = runClient(t, client, broker.url, [scenario], prefix);
  await program.untilTold('ready');
  await send(broker.url, `${prefix}.exchange`, 'before');
  await program.untilTold('received');
  await broker.restart(signal);
  await program.untilTold('ready', 2);
  await send(broker.url, `${prefix}.exchange`, 'after');
  await program.untilTold('received', 2);
  assert.deepEqual(
    program.told('received').map(({ body }) => body),
    ['before', 'after'],
  );
  return program;
}

/** Publishes to a queue that must be there. */
async function send(url: string, exchange: string, body: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  const returned: string[] = [];
  channel.on('return', ({ content }: { content: Buffer }) => returned.push(content.toString()));
  channel.publish(exchange, 'key', Buffer.from(body), { mandatory: true });
  await channel.waitForConfirms();
  await connection.close();
  assert.deepEqual(returned, []);
}
