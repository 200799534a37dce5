// What the workload publishes through and reads from: one queue of each kind, and where each route leads.
import { fromPlain, type PlainTable } from '../../src/amqp/wire/plain-table.ts';
import type { QueueKind } from './copy.ts';
import type { Channel } from './channel.ts';
import type { Client } from './client.ts';
import { hasExchange, hasQueue } from './existence.ts';

export interface Queue extends QueueKind {
  readonly arguments: PlainTable;
}

export interface Route {
  readonly exchange: string;
  readonly routingKey: string;
  readonly queues: readonly string[];
}

const DEAD_LETTERS = 'crash.dead';
/** Messages of the expiring queue wait so long for a reader, in milliseconds. */
const TTL_MS = 300;
/** No message is given up because broker or reader died often while it was delivered. */
const DELIVERY_LIMIT = 1_000_000;

/** The queue that only its owner publishes to, purges and reads. */
export const OWNED_QUEUE = 'crash.owned';

function kind(name: string, facts: Partial<Queue> = {}): Queue {
  return {
    name,
    isDurable: true,
    isQuorum: false,
    hasPriorities: false,
    deadLetterQueue: null,
    hasOneReader: true,
    arguments: {},
    ...facts,
  };
}

function deadLettering(name: string, args: PlainTable): Queue[] {
  const dead = `${name}.dead`;
  const to = { 'x-dead-letter-exchange': DEAD_LETTERS, 'x-dead-letter-routing-key': dead };
  return [
    kind(name, { deadLetterQueue: dead, arguments: { ...args, ...to } }),
    kind(dead, { hasOneReader: false }),
  ];
}

export const QUEUES: readonly Queue[] = [
  kind('crash.plain'),
  kind('crash.shared', { hasOneReader: false }),
  kind('crash.priority', { hasPriorities: true, arguments: { 'x-max-priority': 5 } }),
  kind('crash.quorum', {
    isQuorum: true,
    arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': DELIVERY_LIMIT },
  }),
  ...deadLettering('crash.bounded', { 'x-max-length': 60 }),
  ...deadLettering('crash.expiring', { 'x-message-ttl': TTL_MS }),
  kind('crash.strict', { arguments: { 'x-max-length': 80, 'x-overflow': 'reject-publish' } }),
  kind('crash.transient', { isDurable: false }),
  kind(OWNED_QUEUE),
];

const EXCHANGES: ReadonlyMap<string, string> = new Map([
  ['crash.direct', 'direct'],
  ['crash.topic', 'topic'],
  ['crash.fanout', 'fanout'],
  [DEAD_LETTERS, 'direct'],
]);

interface Binding {
  readonly queue: string;
  readonly exchange: string;
  readonly bindingKey: string;
}

const BINDINGS: readonly Binding[] = [
  ...['plain', 'shared', 'priority', 'quorum'].map((name) => ({
    queue: `crash.${name}`,
    exchange: 'crash.direct',
    bindingKey: name,
  })),
  { queue: 'crash.plain', exchange: 'crash.topic', bindingKey: 'to.*.plain' },
  { queue: 'crash.shared', exchange: 'crash.topic', bindingKey: 'to.#' },
  { queue: 'crash.quorum', exchange: 'crash.topic', bindingKey: '#.everywhere.*' },
  ...['plain', 'priority', 'quorum', 'transient'].map((name) => ({
    queue: `crash.${name}`,
    exchange: 'crash.fanout',
    bindingKey: '',
  })),
  ...QUEUES.filter(({ name }) => name.endsWith('.dead')).map(({ name }) => ({
    queue: name,
    exchange: DEAD_LETTERS,
    bindingKey: name,
  })),
];

function direct(name: string): Route {
  return { exchange: 'crash.direct', routingKey: name, queues: [`crash.${name}`] };
}

/** Through the default exchange. */
export function routeTo(queue: string): Route {
  return { exchange: '', routingKey: queue, queues: [queue] };
}

export const ROUTES: readonly Route[] = [
  direct('plain'),
  direct('shared'),
  direct('priority'),
  direct('quorum'),
  routeTo('crash.bounded'),
  routeTo('crash.expiring'),
  routeTo('crash.strict'),
  { exchange: 'crash.topic', routingKey: 'to.some', queues: ['crash.shared'] },
  {
    exchange: 'crash.topic',
    routingKey: 'to.everywhere.plain',
    queues: ['crash.plain', 'crash.shared', 'crash.quorum'],
  },
  {
    exchange: 'crash.fanout',
    routingKey: 'ignored',
    queues: ['crash.plain', 'crash.priority', 'crash.quorum', 'crash.transient'],
  },
];

/** Queues whose messages are counted together, because they move from one to the other. */
export const COUNTED_TOGETHER: readonly (readonly string[])[] = QUEUES.filter(
  ({ name }) => !name.endsWith('.dead'),
).map(({ name, deadLetterQueue }) => (deadLetterQueue === null ? [name] : [name, deadLetterQueue]));

/** Declares everything; what is there already stays as it is. */
export async function declareTopology(channel: Channel): Promise<void> {
  for (const [name, type] of EXCHANGES) await channel.declareExchange(name, type);
  for (const { name, isDurable, arguments: args } of QUEUES) {
    await channel.declareQueue(name, { isDurable, arguments: fromPlain(args) });
  }
  for (const { queue, exchange, bindingKey } of BINDINGS) {
    await channel.bind(queue, exchange, bindingKey);
  }
}

/** Declares what does not outlive the broker, with its bindings. */
export async function declareTransient(channel: Channel): Promise<void> {
  for (const { name, isDurable } of QUEUES) {
    if (isDurable) continue;
    await channel.declareQueue(name, { isDurable });
    for (const { queue, exchange, bindingKey } of BINDINGS) {
      if (queue === name) await channel.bind(queue, exchange, bindingKey);
    }
  }
}

/** What of the durable exchanges and queues is not there. */
export async function missingDefinitions(client: Client): Promise<string[]> {
  const missing: string[] = [];
  for (const name of EXCHANGES.keys()) {
    if (!(await hasExchange(client, name))) missing.push(name);
  }
  for (const { name, isDurable } of QUEUES) {
    if (isDurable && !(await hasQueue(client, name))) missing.push(name);
  }
  return missing;
}
