// Random methods of a client: mostly such as a client would send, with names that are few, so that they meet.
import { fromPlain, type FieldTable, type FieldValue } from '../../src/amqp/wire/field-table.ts';
import { encodeContent, HEARTBEAT_FRAME } from '../../src/amqp/wire/frame.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { BasicProperties } from '../../src/amqp/wire/generated/properties.ts';
import type { WireWriter } from '../../src/amqp/wire/wire-writer.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

/** The queues that clients speak of, as they are declared mostly. Each is there for a feature. */
const TO_DEAD = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
const DECLARED: Readonly<Record<string, FieldTable>> = {
  a: new Map(),
  b: new Map(),
  dead: fromPlain({ 'x-max-length': 20, 'x-dead-letter-exchange': 'x' }),
  ttl: fromPlain({ 'x-message-ttl': 30, ...TO_DEAD }),
  short: fromPlain({ 'x-max-length': 3, ...TO_DEAD }),
  full: fromPlain({ 'x-max-length-bytes': 50, 'x-overflow': 'reject-publish-dlx', ...TO_DEAD }),
  ranked: fromPlain({ 'x-max-priority': 3, 'x-expires': 500 }),
  single: fromPlain({ 'x-single-active-consumer': true }),
  quorum: fromPlain({ 'x-queue-type': 'quorum', 'x-delivery-limit': 2, ...TO_DEAD }),
  careful: fromPlain({
    'x-queue-type': 'quorum',
    'x-single-active-consumer': true,
    'x-overflow': 'reject-publish',
    'x-dead-letter-strategy': 'at-least-once',
    'x-delayed-retry-type': 'all',
    'x-delayed-retry-min': 5,
    'x-message-ttl': 50,
    'x-consumer-timeout': 100,
    ...TO_DEAD,
  }),
  log: fromPlain({
    'x-queue-type': 'stream',
    'x-max-length-bytes': 3000,
    'x-stream-max-segment-size-bytes': 1000,
  }),
};
const STREAM = 'log';
const OFFSETS: readonly FieldValue[] = [
  { type: 'S', value: 'first' },
  { type: 'S', value: 'last' },
  { type: 'S', value: 'next' },
  { type: 'S', value: '1s' },
  { type: 'I', value: 5 },
  { type: 'l', value: -1n },
  { type: 'T', value: 1n },
];
const NAMES = Object.keys(DECLARED);
const ODD_NAMES = ['', 'amq.rabbitmq.reply-to', 'missing', 'amq.mine', 'line\r\nbreak'];
const EXCHANGES = ['', '', 'amq.direct', 'amq.fanout', 'amq.topic', 'amq.headers', 'x', 'y'];
const ODD_EXCHANGES = ['', 'missing', 'amq.mine', 'amq.rabbitmq.trace'];
const KEYS = [...NAMES, ...NAMES, 'k', 'a.b', '#', '*.#', 'a.*.b', '', '#.#.#'];
const QUEUE_TYPES = ['classic', 'quorum', 'stream'];
const TYPES = ['direct', 'fanout', 'topic', 'headers', 'unheard-of'];
const NUMBERS = [-1, 0, 1, 2, 5, 255, 256, 60_000, 315_360_000_001];
const TEXTS = [
  '',
  'a',
  'x',
  'drop-head',
  'reject-publish',
  'reject-publish-dlx',
  'at-least-once',
  'all',
];
const QUEUE_ARGUMENTS = [
  'x-message-ttl',
  'x-expires',
  'x-max-length',
  'x-max-length-bytes',
  'x-overflow',
  'x-dead-letter-exchange',
  'x-dead-letter-routing-key',
  'x-dead-letter-strategy',
  'x-max-priority',
  'x-single-active-consumer',
  'x-queue-type',
  'x-delivery-limit',
  'x-consumer-timeout',
  'x-delayed-retry-type',
  'x-delayed-retry-min',
  'x-max-age',
  'x-stream-max-segment-size-bytes',
  'x-stream-offset',
  'x-priority',
  'x-match',
  'alternate-exchange',
  'x-nobody-knows',
];

function value(random: SeededRandom, depth = 0): FieldValue {
  switch (random.below(depth > 2 ? 6 : 8)) {
    case 0:
      return { type: 'S', value: random.pick(TEXTS) };
    case 1:
      return { type: 't', value: random.oneIn(2) };
    case 2:
      return { type: 'l', value: BigInt(random.pick(NUMBERS)) };
    case 3:
      return { type: 'd', value: random.below(1000) / 7 };
    case 4:
      return { type: 'I', value: random.below(1000) - 10 };
    case 5:
      return { type: 'V', value: null };
    case 6:
      return { type: 'A', value: [value(random, depth + 1), value(random, depth + 1)] };
    default:
      return { type: 'F', value: new Map([['k', value(random, depth + 1)]]) };
  }
}

/** A value that the argument may have, mostly. */
function argument(random: SeededRandom, name: string): FieldValue {
  if (random.oneIn(5)) return value(random);
  if (name === 'x-queue-type') return { type: 'S', value: random.pick(QUEUE_TYPES) };
  if (name === 'x-single-active-consumer') return { type: 't', value: true };
  if (name.endsWith('exchange')) return { type: 'S', value: random.pick(EXCHANGES) };
  if (name.endsWith('key')) return { type: 'S', value: random.pick(KEYS) };
  if (name === 'x-overflow' || name === 'x-match' || /strategy|type$/u.test(name)) {
    return { type: 'S', value: random.pick(TEXTS) };
  }
  return { type: 'I', value: random.pick([0, 1, 2, 10, 100]) };
}

function args(random: SeededRandom): FieldTable {
  const table = new Map<string, FieldValue>();
  if (random.oneIn(2)) return table;
  for (let i = random.below(5); i > 0; i--) {
    const name = random.pick(QUEUE_ARGUMENTS);
    table.set(name, argument(random, name));
  }
  return table;
}

function properties(random: SeededRandom): BasicProperties {
  if (random.oneIn(2)) return {};
  const headers = new Map<string, FieldValue>();
  for (let i = random.below(4); i > 0; i--) {
    const usual = ['k', 'x-death', 'x-stream-offset', 'x-stream-filter-value'];
    headers.set(random.pick(random.oneIn(20) ? ['CC', 'BCC'] : usual), value(random));
  }
  if (random.oneIn(4)) {
    headers.set(random.pick(['CC', 'BCC']), {
      type: 'A',
      value: [{ type: 'S', value: random.pick(KEYS) }],
    });
  }
  return {
    ...(random.oneIn(2) ? { headers } : {}),
    ...(random.oneIn(2) ? { deliveryMode: 1 + random.below(3) } : {}),
    ...(random.oneIn(3) ? { priority: random.below(256) } : {}),
    ...(random.oneIn(4)
      ? { expiration: random.pick(random.oneIn(20) ? ['never', '-1', '5x'] : ['0', '1', '50']) }
      : {}),
    ...(random.oneIn(30) ? { replyTo: random.pick(['amq.rabbitmq.reply-to', 'a']) } : {}),
    ...(random.oneIn(9) ? { userId: random.oneIn(20) ? 'mallory' : 'guest' } : {}),
    ...(random.oneIn(6) ? { timestamp: 5n, messageId: 'm', type: 't' } : {}),
  };
}

/** What a client knows when it says something. */
export interface Speaker {
  readonly random: SeededRandom;
  /** Largest frame that was agreed on. */
  readonly frameMax: number;
  /** Delivery tags that this channel was given. */
  tags(channel: number): readonly number[];
}

type Step = (writer: WireWriter, channel: number, speaker: Speaker) => void;

const bool = (random: SeededRandom): boolean => random.oneIn(2);
const rarely = (random: SeededRandom): boolean => random.oneIn(30);
const queue = (random: SeededRandom): string => random.pick(rarely(random) ? ODD_NAMES : NAMES);
const exchange = (random: SeededRandom): string =>
  random.pick(rarely(random) ? ODD_EXCHANGES : EXCHANGES);
/** An exchange that may be declared, bound and deleted. */
const ownExchange = (random: SeededRandom): string =>
  random.pick(rarely(random) ? ODD_EXCHANGES : ['x', 'y']);

const publish: Step = (writer, channel, { random, frameMax }) => {
  methods.encodeBasicPublish(writer, channel, {
    exchange: exchange(random),
    routingKey: random.pick(KEYS),
    mandatory: random.oneIn(4),
    immediate: random.oneIn(300),
  });
  const body = Buffer.alloc(random.pick([0, 1, 5, 20, 100, 5000, 20_000]), 0x61);
  encodeContent(writer, channel, 60, properties(random), body, rarely(random) ? 131_072 : frameMax);
};

const settle: Step = (writer, channel, speaker) => {
  const { random } = speaker;
  const known = speaker.tags(channel);
  const isMade = known.length === 0 || rarely(random);
  if (known.length === 0 && !rarely(random)) return;
  const deliveryTag = isMade ? random.below(6) : random.pick(known);
  const multiple = random.oneIn(4);
  const requeue = bool(random);
  if (random.oneIn(4)) methods.encodeBasicReject(writer, channel, { deliveryTag, requeue });
  else if (bool(random)) methods.encodeBasicAck(writer, channel, { deliveryTag, multiple });
  else methods.encodeBasicNack(writer, channel, { deliveryTag, multiple, requeue });
};

const declareQueue: Step = (writer, channel, { random }) => {
  const name = queue(random);
  const usual = DECLARED[name] ?? new Map<string, FieldValue>();
  methods.encodeQueueDeclare(writer, channel, {
    queue: name,
    passive: rarely(random),
    durable: name === 'a' || usual.has('x-queue-type'),
    exclusive: rarely(random),
    autoDelete: rarely(random),
    noWait: random.oneIn(8),
    arguments: rarely(random) ? args(random) : usual,
  });
};

const consume: Step = (writer, channel, { random }) => {
  const name = random.oneIn(10) ? 'amq.rabbitmq.reply-to' : queue(random);
  const isStream = name === STREAM && !rarely(random);
  // Without a prefetch a stream is not read.
  if (isStream) qos(writer, channel, 1 + random.below(3));
  methods.encodeBasicConsume(writer, channel, {
    queue: name,
    consumerTag: random.pick(['', '', 'one', 'two', 'three']),
    noLocal: rarely(random),
    noAck: !isStream && random.oneIn(3),
    exclusive: rarely(random),
    noWait: random.oneIn(8),
    arguments: rarely(random) ? args(random) : consumerArguments(random, isStream),
  });
};

function consumerArguments(random: SeededRandom, isStream: boolean): FieldTable {
  if (!isStream) return new Map([['x-priority', { type: 'I', value: random.below(3) }]]);
  const table = new Map<string, FieldValue>([['x-stream-offset', random.pick(OFFSETS)]]);
  if (random.oneIn(3)) {
    table.set('x-stream-filter', { type: 'S', value: random.pick(TEXTS) });
    table.set('x-stream-match-unfiltered', { type: 't', value: bool(random) });
  }
  return table;
}

function qos(writer: WireWriter, channel: number, prefetchCount: number): void {
  methods.encodeBasicQos(writer, channel, { prefetchSize: 0, prefetchCount, global: false });
}

/** The name of a queue; rarely that of a stream, which refuses what is not for streams. */
const queueNoStream = (random: SeededRandom): string => {
  const name = queue(random);
  return name === STREAM && !rarely(random) ? 'a' : name;
};

const get: Step = (writer, channel, { random }) =>
  methods.encodeBasicGet(writer, channel, { queue: queueNoStream(random), noAck: random.oneIn(3) });

const bindQueue: Step = (writer, channel, { random }) =>
  methods.encodeQueueBind(writer, channel, {
    queue: queue(random),
    exchange: random.pick(EXCHANGES.slice(2)),
    routingKey: random.pick(KEYS),
    noWait: random.oneIn(8),
    arguments: random.oneIn(10) ? args(random) : new Map(),
  });

const declareExchange: Step = (writer, channel, { random }) => {
  const name = ownExchange(random);
  methods.encodeExchangeDeclare(writer, channel, {
    exchange: name,
    type: rarely(random) ? random.pick(TYPES) : name === 'x' ? 'fanout' : 'topic',
    passive: rarely(random),
    durable: rarely(random),
    autoDelete: rarely(random),
    internal: rarely(random),
    noWait: random.oneIn(8),
    arguments: rarely(random) ? args(random) : new Map(),
  });
};

/** What a client can send, and how often it does. */
const STEPS: readonly (readonly [times: number, step: Step])[] = [
  [30, publish],
  [30, settle],
  [12, declareQueue],
  [12, consume],
  [10, get],
  [5, bindQueue],
  [4, declareExchange],
  [
    2,
    (writer, channel, { random }) =>
      methods.encodeQueueUnbind(writer, channel, {
        queue: queue(random),
        exchange: random.pick(EXCHANGES.slice(2)),
        routingKey: random.pick(KEYS),
        arguments: new Map(),
      }),
  ],
  [
    2,
    (writer, channel, { random }) =>
      methods.encodeExchangeBind(writer, channel, {
        destination: ownExchange(random),
        source: random.pick(EXCHANGES.slice(2)),
        routingKey: random.pick(KEYS),
        noWait: random.oneIn(8),
        arguments: new Map(),
      }),
  ],
  [
    1,
    (writer, channel, { random }) =>
      methods.encodeExchangeUnbind(writer, channel, {
        destination: ownExchange(random),
        source: random.pick(EXCHANGES.slice(2)),
        routingKey: random.pick(KEYS),
        noWait: random.oneIn(8),
        arguments: new Map(),
      }),
  ],
  [
    4,
    (writer, channel, { random }) =>
      methods.encodeBasicCancel(writer, channel, {
        consumerTag: random.pick(['one', 'two', 'three']),
        noWait: random.oneIn(8),
      }),
  ],
  [
    4,
    (writer, channel, { random }) =>
      methods.encodeBasicQos(writer, channel, {
        prefetchSize: random.oneIn(200) ? 1 : 0,
        prefetchCount: random.below(4),
        global: random.oneIn(4),
      }),
  ],
  [
    2,
    (writer, channel, { random }) =>
      methods.encodeBasicRecover(writer, channel, { requeue: !random.oneIn(50) }),
  ],
  [
    2,
    (writer, channel, { random }) =>
      methods.encodeConfirmSelect(writer, channel, { noWait: random.oneIn(8) }),
  ],
  [1, (writer, channel) => methods.encodeTxSelect(writer, channel, {})],
  [1, (writer, channel) => methods.encodeTxCommit(writer, channel, {})],
  [1, (writer, channel) => methods.encodeTxRollback(writer, channel, {})],
  [
    1,
    (writer, channel, { random }) =>
      methods.encodeQueuePurge(writer, channel, {
        queue: queueNoStream(random),
        noWait: random.oneIn(8),
      }),
  ],
  [
    2,
    (writer, channel, { random }) =>
      methods.encodeQueueDelete(writer, channel, {
        queue: queue(random),
        ifUnused: random.oneIn(10),
        ifEmpty: random.oneIn(10),
        noWait: random.oneIn(8),
      }),
  ],
  [
    1,
    (writer, channel, { random }) =>
      methods.encodeExchangeDelete(writer, channel, {
        exchange: ownExchange(random),
        ifUnused: bool(random),
        noWait: random.oneIn(8),
      }),
  ],
  [
    1,
    (writer, channel) =>
      methods.encodeChannelClose(writer, channel, {
        replyCode: 200,
        replyText: '',
        classId: 0,
        methodId: 0,
      }),
  ],
  [
    1,
    (writer, channel, { random }) =>
      methods.encodeChannelFlow(writer, channel, { active: !random.oneIn(50) }),
  ],
  [1, (writer) => writer.bytes(HEARTBEAT_FRAME)],
];

const WEIGHTED: readonly Step[] = STEPS.flatMap(([times, step]) =>
  Array.from<Step>({ length: times }).fill(step),
);

/** Writes one random step of a client on this channel. */
export function writeStep(writer: WireWriter, channel: number, speaker: Speaker): void {
  speaker.random.pick(WEIGHTED)(writer, channel, speaker);
}
