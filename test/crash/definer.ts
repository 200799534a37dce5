// Declares and deletes durable exchanges, queues and bindings while others publish, and looks after each restart whether
// what was answered is as it was answered.
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Channel } from './channel.ts';
import { Client } from './client.ts';
import type { DefinitionLedger } from './definition-ledger.ts';
import { hasExchange, hasQueue } from './existence.ts';
import type { Ledger } from './ledger.ts';

const BOUND_EXCHANGE = 'crash.bound';
const EXCHANGES: readonly string[] = Array.from({ length: 4 }, (_, n) => `crash.exchange-${n}`);
const QUEUES: readonly string[] = Array.from({ length: 8 }, (_, n) => `crash.queue-${n}`);

function bindingOf(queue: string): string {
  return `binding of ${queue}`;
}

/** Declares and deletes until the broker ends. @throws Disconnected then */
export async function runDefiner(
  port: number,
  definitions: DefinitionLedger,
  random: SeededRandom,
): Promise<void> {
  const client = await Client.open(port);
  const channel = await client.channel();
  await channel.declareExchange(BOUND_EXCHANGE, 'direct');
  definitions.answered(BOUND_EXCHANGE, 'there');
  for (;;) {
    if (random.oneIn(3)) await changeExchange(channel, definitions, random.pick(EXCHANGES));
    else await changeQueue(channel, definitions, random.pick(QUEUES), random);
    await new Promise((resolve) => setTimeout(resolve, random.below(10)));
  }
}

async function changeExchange(
  channel: Channel,
  definitions: DefinitionLedger,
  name: string,
): Promise<void> {
  const isThere = definitions.presenceOf(name) === 'there';
  definitions.asked(name);
  if (isThere) await channel.deleteExchange(name);
  else await channel.declareExchange(name, 'topic');
  definitions.answered(name, isThere ? 'not there' : 'there');
}

async function changeQueue(
  channel: Channel,
  definitions: DefinitionLedger,
  name: string,
  random: SeededRandom,
): Promise<void> {
  const binding = bindingOf(name);
  if (definitions.presenceOf(name) !== 'there') {
    definitions.asked(name);
    await channel.declareQueue(name);
    definitions.answered(name, 'there');
  } else if (random.oneIn(3)) {
    definitions.asked(name);
    if (definitions.presenceOf(binding) === 'there') definitions.asked(binding);
    await channel.deleteQueue(name);
    definitions.answered(name, 'not there');
    definitions.answered(binding, 'not there');
  } else {
    const isBound = definitions.presenceOf(binding) === 'there';
    definitions.asked(binding);
    if (isBound) await channel.unbind(name, BOUND_EXCHANGE, name);
    else await channel.bind(name, BOUND_EXCHANGE, name);
    definitions.answered(binding, isBound ? 'not there' : 'there');
  }
}

/** Looks for everything, right after a restart. */
export async function checkDefinitions(
  client: Client,
  definitions: DefinitionLedger,
  ledger: Ledger,
): Promise<void> {
  const check = (name: string, isThere: boolean): void => {
    const problem = definitions.found(name, isThere);
    if (problem !== null) ledger.report('definition', problem);
  };
  for (const name of [BOUND_EXCHANGE, ...EXCHANGES]) check(name, await hasExchange(client, name));
  for (const name of QUEUES) check(name, await hasQueue(client, name));
  if (definitions.presenceOf(BOUND_EXCHANGE) !== 'there') return;
  for (const name of QUEUES) check(bindingOf(name), await isRouted(client, name));
}

/** Whether a message with this routing key reaches the queue of that name. */
async function isRouted(client: Client, name: string): Promise<boolean> {
  const channel = await client.channel();
  await channel.confirmSelect();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isReturned = false;
  channel.events = {
    onMessage: () => {},
    onConfirm: () => resolve(),
    onReturn: () => {
      isReturned = true;
    },
    onEnd: () => reject(new Error(`the channel ended while ${name} was probed`)),
  };
  channel.publish(BOUND_EXCHANGE, name, {}, Buffer.from('probe'));
  await promise;
  const isThere = !isReturned && (await channel.purge(name)) > 0;
  await channel.close();
  return isThere;
}
