// Takes everything out of all queues and has the ledger judge what was there; and, without taking anything, counts.
import type { Channel } from './channel.ts';
import { Client } from './client.ts';
import type { Ledger } from './ledger.ts';
import { RecordedChannel, type Author } from './recorded-channel.ts';
import { COUNTED_TOGETHER, QUEUES } from './topology.ts';

/** How long nothing may come while something is owed, in milliseconds. */
const SILENCE_MS = 5000;
/** How often to look again, in milliseconds. */
const LOOK_AGAIN_MS = 50;
/** Messages acknowledged together. */
const BATCH = 100;
const CONSUMER_TAG = 'drain';

export async function drain(port: number, ledger: Ledger, author: Author): Promise<void> {
  const client = await Client.open(port);
  const names = QUEUES.map(({ name }) => name);
  const channels: RecordedChannel[] = [];
  for (const name of names) {
    const recorded = await RecordedChannel.open(client, ledger, name, 'all');
    await recorded.channel.consume(name, CONSUMER_TAG);
    channels.push(recorded);
  }
  await untilNothingIsOwed(ledger, channels);
  // A queue stands before its dead-letter queue: what expires meanwhile is found there.
  for (const { channel, queue } of channels) {
    await channel.cancel(CONSUMER_TAG);
    while (await channel.get(queue));
  }
  for (const recorded of channels) recorded.ackAll();
  ledger.drained(names);
  for (const recorded of channels) recorded.publishMark(author);
  for (const recorded of channels) {
    await recorded.until(() => recorded.unconfirmedCount === 0, SILENCE_MS);
  }
  await client.close();
}

async function untilNothingIsOwed(
  ledger: Ledger,
  channels: readonly RecordedChannel[],
): Promise<void> {
  const names = channels.map(({ queue }) => queue);
  const count = (): number => channels.reduce((sum, { received }) => sum + received, 0);
  let last = count();
  let silentSince = performance.now();
  while (ledger.expectedCount(names).least > 0) {
    await channels[0]!.until(() => false, LOOK_AGAIN_MS);
    for (const recorded of channels) if (recorded.held.size >= BATCH) recorded.ackAll();
    if (count() > last) {
      last = count();
      silentSince = performance.now();
    } else if (performance.now() - silentSince > SILENCE_MS) {
      return;
    }
  }
}

/** Compares how many messages each queue says it has with what is owed and what may be there. */
export async function checkCounts(client: Client, ledger: Ledger): Promise<void> {
  const channel = await client.channel();
  const deadline = performance.now() + SILENCE_MS;
  for (;;) {
    const problems: string[] = [];
    for (const names of COUNTED_TOGETHER) {
      const problem = await countProblem(channel, ledger, names);
      if (problem !== null) problems.push(problem);
    }
    if (problems.length > 0 && performance.now() < deadline) {
      // What was on its way from one queue to the other is counted in neither, or in both.
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      continue;
    }
    for (const problem of problems) ledger.report('count', problem);
    break;
  }
  await channel.close();
}

async function countProblem(
  channel: Channel,
  ledger: Ledger,
  names: readonly string[],
): Promise<string | null> {
  let count = 0;
  for (const name of names) {
    count += (await channel.declareQueue(name, { isPassive: true })).messageCount;
  }
  const { least, most } = ledger.expectedCount(names);
  if (count >= least && count <= most) return null;
  return `${names.join(' and ')}: ${count} messages, not ${least} to ${most}`;
}
