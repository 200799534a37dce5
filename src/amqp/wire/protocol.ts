/**
 * AMQP 0-9-1 as RabbitMQ speaks it: every class, method and field, as data. Nothing reads this table at run time:
 * scripts/generate-wire.ts makes generated/methods.ts and generated/properties.ts of it. Method ids and fields are those
 * of RabbitMQ's own grammar (0-9-1 plus its extensions, obsolete classes included).
 */

/**
 * How a field lies on the wire, and what it is in TypeScript.
 *
 * - octet, short, long, longlong: unsigned integers of 8, 16, 32, 64 bits: number
 * - bit: boolean; neighbouring bits share octets, the first in the lowest bit
 * - shortstr: at most 255 octets that must be UTF-8: string
 * - lenient-shortstr: the same where RabbitMQ does not check; what is invalid becomes U+FFFD
 * - shortbytes: at most 255 octets of any kind, one character for each: string (routing keys)
 * - longstr: octets with a 32-bit length: Buffer
 * - timestamp: seconds since 1970, 64 bits: bigint
 * - table: FieldTable
 */
export type Domain =
  | 'octet'
  | 'short'
  | 'long'
  | 'longlong'
  | 'bit'
  | 'shortstr'
  | 'lenient-shortstr'
  | 'shortbytes'
  | 'longstr'
  | 'timestamp'
  | 'table';

export interface FieldDefinition {
  /** The specification's name, as in `no-wait`. */
  readonly name: string;
  readonly domain: Domain;
  /** Without meaning any more: written as zero or empty, skipped when read, absent from the interfaces. */
  readonly isReserved: boolean;
}

export type Sender = 'client' | 'server' | 'both';

export interface MethodDefinition {
  readonly id: number;
  readonly name: string;
  readonly sender: Sender;
  /** Header and body frames follow. */
  readonly hasContent: boolean;
  readonly fields: readonly FieldDefinition[];
}

export interface ClassDefinition {
  readonly id: number;
  readonly name: string;
  readonly methods: readonly MethodDefinition[];
}

function field(name: string, domain: Domain): FieldDefinition {
  return { name, domain, isReserved: false };
}

function reserved(name: string, domain: Domain): FieldDefinition {
  return { name, domain, isReserved: true };
}

function bits(...names: string[]): FieldDefinition[] {
  return names.map((name) => field(name, 'bit'));
}

function method(
  id: number,
  name: string,
  sender: Sender,
  fields: readonly FieldDefinition[] = [],
): MethodDefinition {
  return { id, name, sender, hasContent: false, fields };
}

function contentMethod(
  id: number,
  name: string,
  sender: Sender,
  fields: readonly FieldDefinition[],
): MethodDefinition {
  return { id, name, sender, hasContent: true, fields };
}

const TICKET: FieldDefinition = reserved('ticket', 'short');
const QUEUE: FieldDefinition = field('queue', 'shortstr');
const EXCHANGE: FieldDefinition = field('exchange', 'shortstr');
const ROUTING_KEY: FieldDefinition = field('routing-key', 'shortbytes');
const ARGUMENTS: FieldDefinition = field('arguments', 'table');
const CONSUMER_TAG: FieldDefinition = field('consumer-tag', 'shortstr');
const DELIVERY_TAG: FieldDefinition = field('delivery-tag', 'longlong');
const MESSAGE_COUNT: FieldDefinition = field('message-count', 'long');

const TUNING: readonly FieldDefinition[] = [
  field('channel-max', 'short'),
  field('frame-max', 'long'),
  field('heartbeat', 'short'),
];
const CLOSING: readonly FieldDefinition[] = [
  field('reply-code', 'short'),
  field('reply-text', 'shortstr'),
  field('class-id', 'short'),
  field('method-id', 'short'),
];
const EXCHANGE_BINDING: readonly FieldDefinition[] = [
  TICKET,
  field('destination', 'shortstr'),
  field('source', 'shortstr'),
  ROUTING_KEY,
  ...bits('no-wait'),
  ARGUMENTS,
];

const CONNECTION: ClassDefinition = {
  id: 10,
  name: 'connection',
  methods: [
    method(10, 'start', 'server', [
      field('version-major', 'octet'),
      field('version-minor', 'octet'),
      field('server-properties', 'table'),
      field('mechanisms', 'longstr'),
      field('locales', 'longstr'),
    ]),
    method(11, 'start-ok', 'client', [
      field('client-properties', 'table'),
      field('mechanism', 'shortstr'),
      field('response', 'longstr'),
      field('locale', 'shortstr'),
    ]),
    method(20, 'secure', 'server', [field('challenge', 'longstr')]),
    method(21, 'secure-ok', 'client', [field('response', 'longstr')]),
    method(30, 'tune', 'server', TUNING),
    method(31, 'tune-ok', 'client', TUNING),
    method(40, 'open', 'client', [
      field('virtual-host', 'shortstr'),
      reserved('capabilities', 'shortstr'),
      reserved('insist', 'bit'),
    ]),
    method(41, 'open-ok', 'server', [reserved('known-hosts', 'shortstr')]),
    method(50, 'close', 'both', CLOSING),
    method(51, 'close-ok', 'both'),
    method(60, 'blocked', 'server', [field('reason', 'shortstr')]),
    method(61, 'unblocked', 'server'),
    method(70, 'update-secret', 'client', [
      field('new-secret', 'longstr'),
      field('reason', 'shortstr'),
    ]),
    method(71, 'update-secret-ok', 'server'),
  ],
};

const CHANNEL: ClassDefinition = {
  id: 20,
  name: 'channel',
  methods: [
    method(10, 'open', 'client', [reserved('out-of-band', 'shortstr')]),
    method(11, 'open-ok', 'server', [reserved('channel-id', 'longstr')]),
    method(20, 'flow', 'both', bits('active')),
    method(21, 'flow-ok', 'both', bits('active')),
    method(40, 'close', 'both', CLOSING),
    method(41, 'close-ok', 'both'),
  ],
};

/** Obsolete since 0-9-1: RabbitMQ grants everything. */
const ACCESS: ClassDefinition = {
  id: 30,
  name: 'access',
  methods: [
    method(10, 'request', 'client', [
      field('realm', 'shortstr'),
      ...bits('exclusive', 'passive', 'active', 'write', 'read'),
    ]),
    method(11, 'request-ok', 'server', [field('ticket', 'short')]),
  ],
};

const EXCHANGE_CLASS: ClassDefinition = {
  id: 40,
  name: 'exchange',
  methods: [
    method(10, 'declare', 'client', [
      TICKET,
      EXCHANGE,
      field('type', 'shortstr'),
      ...bits('passive', 'durable', 'auto-delete', 'internal', 'no-wait'),
      ARGUMENTS,
    ]),
    method(11, 'declare-ok', 'server'),
    method(20, 'delete', 'client', [TICKET, EXCHANGE, ...bits('if-unused', 'no-wait')]),
    method(21, 'delete-ok', 'server'),
    method(30, 'bind', 'client', EXCHANGE_BINDING),
    method(31, 'bind-ok', 'server'),
    method(40, 'unbind', 'client', EXCHANGE_BINDING),
    // Not 41: RabbitMQ's extension, and its number by mistake.
    method(51, 'unbind-ok', 'server'),
  ],
};

const QUEUE_CLASS: ClassDefinition = {
  id: 50,
  name: 'queue',
  methods: [
    method(10, 'declare', 'client', [
      TICKET,
      QUEUE,
      ...bits('passive', 'durable', 'exclusive', 'auto-delete', 'no-wait'),
      ARGUMENTS,
    ]),
    method(11, 'declare-ok', 'server', [QUEUE, MESSAGE_COUNT, field('consumer-count', 'long')]),
    method(20, 'bind', 'client', [
      TICKET,
      QUEUE,
      EXCHANGE,
      ROUTING_KEY,
      ...bits('no-wait'),
      ARGUMENTS,
    ]),
    method(21, 'bind-ok', 'server'),
    method(30, 'purge', 'client', [TICKET, QUEUE, ...bits('no-wait')]),
    method(31, 'purge-ok', 'server', [MESSAGE_COUNT]),
    method(40, 'delete', 'client', [TICKET, QUEUE, ...bits('if-unused', 'if-empty', 'no-wait')]),
    method(41, 'delete-ok', 'server', [MESSAGE_COUNT]),
    method(50, 'unbind', 'client', [TICKET, QUEUE, EXCHANGE, ROUTING_KEY, ARGUMENTS]),
    method(51, 'unbind-ok', 'server'),
  ],
};

const BASIC: ClassDefinition = {
  id: 60,
  name: 'basic',
  methods: [
    method(10, 'qos', 'client', [
      field('prefetch-size', 'long'),
      field('prefetch-count', 'short'),
      ...bits('global'),
    ]),
    method(11, 'qos-ok', 'server'),
    method(20, 'consume', 'client', [
      TICKET,
      QUEUE,
      CONSUMER_TAG,
      ...bits('no-local', 'no-ack', 'exclusive', 'no-wait'),
      ARGUMENTS,
    ]),
    method(21, 'consume-ok', 'server', [CONSUMER_TAG]),
    method(30, 'cancel', 'both', [CONSUMER_TAG, ...bits('no-wait')]),
    method(31, 'cancel-ok', 'both', [CONSUMER_TAG]),
    contentMethod(40, 'publish', 'client', [
      TICKET,
      field('exchange', 'lenient-shortstr'),
      ROUTING_KEY,
      ...bits('mandatory', 'immediate'),
    ]),
    contentMethod(50, 'return', 'server', [
      field('reply-code', 'short'),
      field('reply-text', 'shortstr'),
      EXCHANGE,
      ROUTING_KEY,
    ]),
    contentMethod(60, 'deliver', 'server', [
      CONSUMER_TAG,
      DELIVERY_TAG,
      ...bits('redelivered'),
      EXCHANGE,
      ROUTING_KEY,
    ]),
    method(70, 'get', 'client', [TICKET, QUEUE, ...bits('no-ack')]),
    contentMethod(71, 'get-ok', 'server', [
      DELIVERY_TAG,
      ...bits('redelivered'),
      EXCHANGE,
      ROUTING_KEY,
      MESSAGE_COUNT,
    ]),
    method(72, 'get-empty', 'server', [reserved('cluster-id', 'shortstr')]),
    // Both ways: a server acknowledges publishes when the channel is in confirm mode.
    method(80, 'ack', 'both', [DELIVERY_TAG, ...bits('multiple')]),
    method(90, 'reject', 'client', [DELIVERY_TAG, ...bits('requeue')]),
    method(100, 'recover-async', 'client', bits('requeue')),
    method(110, 'recover', 'client', bits('requeue')),
    method(111, 'recover-ok', 'server'),
    method(120, 'nack', 'both', [DELIVERY_TAG, ...bits('multiple', 'requeue')]),
    // RabbitMQ's internal extension: known, and refused.
    method(200, 'credit', 'client', [CONSUMER_TAG, field('credit', 'long'), ...bits('drain')]),
    method(201, 'credit-ok', 'server', [field('available', 'long')]),
    method(202, 'credit-drained', 'server', [CONSUMER_TAG, field('credit-drained', 'long')]),
  ],
};

const CONFIRM: ClassDefinition = {
  id: 85,
  name: 'confirm',
  methods: [method(10, 'select', 'client', bits('no-wait')), method(11, 'select-ok', 'server')],
};

const TX: ClassDefinition = {
  id: 90,
  name: 'tx',
  methods: [
    method(10, 'select', 'client'),
    method(11, 'select-ok', 'server'),
    method(20, 'commit', 'client'),
    method(21, 'commit-ok', 'server'),
    method(30, 'rollback', 'client'),
    method(31, 'rollback-ok', 'server'),
  ],
};

export const CLASSES: readonly ClassDefinition[] = [
  CONNECTION,
  CHANNEL,
  ACCESS,
  EXCHANGE_CLASS,
  QUEUE_CLASS,
  BASIC,
  CONFIRM,
  TX,
];

/**
 * The content properties of class basic; the flag of the first is bit 15, of the second bit 14, and so on. RabbitMQ does
 * not check their text, so neither do we.
 */
export const BASIC_PROPERTIES: readonly FieldDefinition[] = [
  field('content-type', 'lenient-shortstr'),
  field('content-encoding', 'lenient-shortstr'),
  field('headers', 'table'),
  field('delivery-mode', 'octet'),
  field('priority', 'octet'),
  field('correlation-id', 'lenient-shortstr'),
  field('reply-to', 'lenient-shortstr'),
  field('expiration', 'lenient-shortstr'),
  field('message-id', 'lenient-shortstr'),
  field('timestamp', 'timestamp'),
  field('type', 'lenient-shortstr'),
  field('user-id', 'lenient-shortstr'),
  field('app-id', 'lenient-shortstr'),
  field('cluster-id', 'lenient-shortstr'),
];
