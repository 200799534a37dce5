// What each operation needs (https://www.rabbitmq.com/docs/access-control#permissions), as a table that tests go
// through: the operation as a client does it, and each permission without which it is refused.
import type { Channel } from 'amqplib';

export interface Need {
  readonly access: 'configure' | 'write' | 'read';
  readonly kind: 'exchange' | 'queue';
  readonly name: string;
}

export interface Operation {
  readonly is: string;
  /** What has to be there before: an administrator makes it. */
  readonly prepare?: (channel: Channel) => Promise<unknown>;
  readonly perform: (channel: Channel) => Promise<unknown>;
  readonly needs: readonly Need[];
}

/** What needs a routing key, beside the permissions, of the exchange `amq.topic`. */
export interface KeyOperation {
  readonly is: string;
  readonly access: 'write' | 'read';
  readonly key: string;
  readonly perform: (channel: Channel) => Promise<unknown>;
}

/** Names that no other operation has, and that no other name contains. */
function namesOf(prefix: string): Record<'q' | 'x' | 'y', string> {
  return { q: `${prefix}-queue`, x: `${prefix}-exchange`, y: `${prefix}-other` };
}

const OWN = { durable: false, autoDelete: false } as const;
const QUEUE = { durable: false, exclusive: false } as const;

/** basic.publish has no answer: the next method's tells that it was carried out. */
export async function publish(
  channel: Channel,
  exchange: string,
  key: string,
  headers: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  channel.publish(exchange, key, Buffer.from('body'), { headers });
  await channel.prefetch(1);
}

function exchangeOperations(): readonly Operation[] {
  const declare = namesOf('declare-x');
  const again = namesOf('again-x');
  const alternate = namesOf('alternate');
  const known = namesOf('alternate-known');
  const remove = namesOf('delete-x');
  const bind = namesOf('bind-x');
  const unbind = namesOf('unbind-x');
  const withAlternate = { ...OWN, alternateExchange: alternate.y };
  const knownAlternate = { ...OWN, alternateExchange: known.y };
  const both =
    ({ x, y }: { x: string; y: string }) =>
    async (channel: Channel) => {
      await channel.assertExchange(x, 'direct', OWN);
      await channel.assertExchange(y, 'direct', OWN);
    };
  return [
    {
      is: 'exchange.declare of a new exchange',
      perform: (channel) => channel.assertExchange(declare.x, 'direct', OWN),
      needs: [{ access: 'configure', kind: 'exchange', name: declare.x }],
    },
    {
      is: 'exchange.declare of one that is there',
      prepare: (channel) => channel.assertExchange(again.x, 'direct', OWN),
      perform: (channel) => channel.assertExchange(again.x, 'direct', OWN),
      needs: [{ access: 'configure', kind: 'exchange', name: again.x }],
    },
    {
      is: 'exchange.declare with an alternate exchange',
      perform: (channel) => channel.assertExchange(alternate.x, 'direct', withAlternate),
      needs: [
        { access: 'configure', kind: 'exchange', name: alternate.x },
        { access: 'read', kind: 'exchange', name: alternate.x },
        { access: 'write', kind: 'exchange', name: alternate.y },
      ],
    },
    {
      is: 'exchange.declare with an alternate exchange of one that is there',
      prepare: (channel) => channel.assertExchange(known.x, 'direct', knownAlternate),
      perform: (channel) => channel.assertExchange(known.x, 'direct', knownAlternate),
      needs: [{ access: 'configure', kind: 'exchange', name: known.x }],
    },
    {
      is: 'exchange.delete',
      prepare: (channel) => channel.assertExchange(remove.x, 'direct', OWN),
      perform: (channel) => channel.deleteExchange(remove.x),
      needs: [{ access: 'configure', kind: 'exchange', name: remove.x }],
    },
    {
      is: 'exchange.bind',
      prepare: both(bind),
      perform: (channel) => channel.bindExchange(bind.y, bind.x, 'key'),
      needs: [
        { access: 'write', kind: 'exchange', name: bind.y },
        { access: 'read', kind: 'exchange', name: bind.x },
      ],
    },
    {
      is: 'exchange.unbind',
      prepare: both(unbind),
      perform: (channel) => channel.unbindExchange(unbind.y, unbind.x, 'key'),
      needs: [
        { access: 'write', kind: 'exchange', name: unbind.y },
        { access: 'read', kind: 'exchange', name: unbind.x },
      ],
    },
  ];
}

function queueOperations(): readonly Operation[] {
  const declare = namesOf('declare-q');
  const again = namesOf('again-q');
  const dead = namesOf('dead');
  const deadKnown = namesOf('dead-known');
  const withDead = { ...QUEUE, deadLetterExchange: deadKnown.x };
  const remove = namesOf('delete-q');
  const bind = namesOf('bind-q');
  const unbind = namesOf('unbind-q');
  const purge = namesOf('purge');
  const both =
    ({ q, x }: { q: string; x: string }) =>
    async (channel: Channel) => {
      await channel.assertQueue(q, QUEUE);
      await channel.assertExchange(x, 'direct', OWN);
    };
  return [
    {
      is: 'queue.declare of a new queue',
      perform: (channel) => channel.assertQueue(declare.q, QUEUE),
      needs: [{ access: 'configure', kind: 'queue', name: declare.q }],
    },
    {
      is: 'queue.declare of one that is there',
      prepare: (channel) => channel.assertQueue(again.q, QUEUE),
      perform: (channel) => channel.assertQueue(again.q, QUEUE),
      needs: [{ access: 'configure', kind: 'queue', name: again.q }],
    },
    {
      is: 'queue.declare with a dead-letter exchange',
      perform: (channel) => channel.assertQueue(dead.q, { ...QUEUE, deadLetterExchange: dead.x }),
      needs: [
        { access: 'configure', kind: 'queue', name: dead.q },
        { access: 'read', kind: 'queue', name: dead.q },
        { access: 'write', kind: 'exchange', name: dead.x },
      ],
    },
    {
      is: 'queue.declare with a dead-letter exchange of one that is there',
      prepare: (channel) => channel.assertQueue(deadKnown.q, withDead),
      perform: (channel) => channel.assertQueue(deadKnown.q, withDead),
      needs: [{ access: 'configure', kind: 'queue', name: deadKnown.q }],
    },
    {
      is: 'queue.delete',
      prepare: (channel) => channel.assertQueue(remove.q, QUEUE),
      perform: (channel) => channel.deleteQueue(remove.q),
      needs: [{ access: 'configure', kind: 'queue', name: remove.q }],
    },
    {
      is: 'queue.bind',
      prepare: both(bind),
      perform: (channel) => channel.bindQueue(bind.q, bind.x, 'key'),
      needs: [
        { access: 'write', kind: 'queue', name: bind.q },
        { access: 'read', kind: 'exchange', name: bind.x },
      ],
    },
    {
      is: 'queue.unbind',
      prepare: both(unbind),
      perform: (channel) => channel.unbindQueue(unbind.q, unbind.x, 'key'),
      needs: [
        { access: 'write', kind: 'queue', name: unbind.q },
        { access: 'read', kind: 'exchange', name: unbind.x },
      ],
    },
    {
      is: 'queue.purge',
      prepare: (channel) => channel.assertQueue(purge.q, QUEUE),
      perform: (channel) => channel.purgeQueue(purge.q),
      needs: [{ access: 'read', kind: 'queue', name: purge.q }],
    },
  ];
}

function messageOperations(): readonly Operation[] {
  const direct = namesOf('publish');
  const topic = namesOf('publish-topic');
  const get = namesOf('get');
  const consume = namesOf('consume');
  return [
    {
      is: 'basic.publish',
      prepare: (channel) => channel.assertExchange(direct.x, 'direct', OWN),
      perform: (channel) => publish(channel, direct.x, 'key'),
      needs: [{ access: 'write', kind: 'exchange', name: direct.x }],
    },
    {
      is: 'basic.publish to an exchange of type topic',
      prepare: (channel) => channel.assertExchange(topic.x, 'topic', OWN),
      perform: (channel) => publish(channel, topic.x, 'key'),
      needs: [{ access: 'write', kind: 'exchange', name: topic.x }],
    },
    {
      is: 'basic.publish to the default exchange',
      perform: (channel) => publish(channel, '', 'nobody'),
      needs: [{ access: 'write', kind: 'exchange', name: 'amq.default' }],
    },
    {
      is: 'basic.get',
      prepare: (channel) => channel.assertQueue(get.q, QUEUE),
      perform: (channel) => channel.get(get.q),
      needs: [{ access: 'read', kind: 'queue', name: get.q }],
    },
    {
      is: 'basic.consume',
      prepare: (channel) => channel.assertQueue(consume.q, QUEUE),
      perform: (channel) => channel.consume(consume.q, () => {}),
      needs: [{ access: 'read', kind: 'queue', name: consume.q }],
    },
  ];
}

export const OPERATIONS: readonly Operation[] = [
  ...exchangeOperations(),
  ...queueOperations(),
  ...messageOperations(),
];

const TOPIC = 'amq.topic';
const FREE_KEY = 'free';
const KEY = 'orders.eu';

/** An administrator makes what these need: `keyed-queue` and `keyed-exchange`. */
export async function prepareKeys(channel: Channel): Promise<void> {
  await channel.assertQueue('keyed-queue', QUEUE);
  await channel.assertExchange('keyed-exchange', 'fanout', OWN);
}

export const KEY_OPERATIONS: readonly KeyOperation[] = [
  {
    is: 'basic.publish',
    access: 'write',
    key: KEY,
    perform: (channel) => publish(channel, TOPIC, KEY),
  },
  {
    is: 'basic.publish with an empty routing key',
    access: 'write',
    key: '',
    perform: (channel) => publish(channel, TOPIC, ''),
  },
  ...(['CC', 'BCC'] as const).map(
    (header): KeyOperation => ({
      is: `basic.publish with ${header}`,
      access: 'write',
      key: KEY,
      perform: (channel) => publish(channel, TOPIC, FREE_KEY, { [header]: [KEY] }),
    }),
  ),
  {
    is: 'queue.bind',
    access: 'read',
    key: KEY,
    perform: (channel) => channel.bindQueue('keyed-queue', TOPIC, KEY),
  },
  {
    is: 'queue.unbind',
    access: 'read',
    key: KEY,
    perform: (channel) => channel.unbindQueue('keyed-queue', TOPIC, KEY),
  },
  {
    is: 'exchange.bind',
    access: 'read',
    key: KEY,
    perform: (channel) => channel.bindExchange('keyed-exchange', TOPIC, KEY),
  },
  {
    is: 'exchange.unbind',
    access: 'read',
    key: KEY,
    perform: (channel) => channel.unbindExchange('keyed-exchange', TOPIC, KEY),
  },
];

/** Topic permissions with these keys and the one that is free, or without this one. */
export function keyPermission(
  { access, key }: KeyOperation,
  isGranted: boolean,
): { readonly exchange: string; readonly write: string; readonly read: string } {
  const literal = key.replaceAll('.', '\\.');
  const own = isGranted ? `^(${FREE_KEY}|${literal})$` : `^(?!${literal}$)`;
  return { exchange: TOPIC, write: '', read: '', [access]: own };
}

export function keyRefusalText({ access, key }: KeyOperation, user: string): string {
  return `ACCESS_REFUSED - ${access} access to topic '${key}' in exchange '${TOPIC}' in vhost '/' refused for user '${user}'`;
}

/** What a client is told that lacks a permission. */
export function refusalText({ access, kind, name }: Need, user: string): string {
  return `ACCESS_REFUSED - ${access} access to ${kind} '${name}' in vhost '/' refused for user '${user}'`;
}

/** Only what is needed, and to the letter. */
export function exactPermissions(needs: readonly Need[]): Record<Need['access'], string> {
  const of = (access: Need['access']): string => {
    const names = needs.filter((need) => need.access === access).map(({ name }) => name);
    return names.length === 0 ? '' : `^(${names.join('|').replaceAll('.', '\\.')})$`;
  };
  return { configure: of('configure'), write: of('write'), read: of('read') };
}

/** All but one. */
export function allBut({ access, name }: Need): Record<Need['access'], string> {
  const all = { configure: '.*', write: '.*', read: '.*' };
  return { ...all, [access]: `^(?!${name.replaceAll('.', '\\.')}$)` };
}
