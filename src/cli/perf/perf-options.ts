/** What a run of the load generator is to do: its options as the command line gives them, checked. */

export interface PerfOptions {
  readonly uri: BrokerUri;
  readonly producers: number;
  readonly consumers: number;
  readonly queues: number;
  /** Octets of a message body. */
  readonly size: number;
  /** Messages per second of each producer; 0 for as fast as possible. */
  readonly rate: number;
  /** Unconfirmed messages that a producer may have; 0 for no confirms. */
  readonly confirm: number;
  /** 0 for no limit. */
  readonly prefetch: number;
  /** Acknowledge every n-th message, with `multiple`; 0 for automatic acknowledgement. */
  readonly ackEvery: number;
  readonly persistent: boolean;
  readonly durable: boolean;
  /** Arguments of the queues. */
  readonly queueArguments: Readonly<Record<string, string | number | boolean>>;
  /** Octets given to the socket at once. */
  readonly writeSize: number;
  /** Empty for the default exchange. */
  readonly exchange: string;
  readonly exchangeType: string;
  /** Empty: each producer uses the name of its queue. */
  readonly routingKey: string;
  /** Routing keys that a producer uses in turn: the key with `.0`, `.1`, ... behind it; 1: the key itself. */
  readonly keys: number;
  /** Empty: the routing key. */
  readonly bindingKey: string;
  readonly queuePrefix: string;
  readonly durationSeconds: number;
  /** Messages of each producer, or of each consumer where there is no producer; 0 for no limit. */
  readonly count: number;
  readonly latency: boolean;
  /** Leave queues and exchange as they are at the end. */
  readonly keep: boolean;
  readonly json: boolean;
}

export interface BrokerUri {
  /** `amqps:` */
  readonly isEncrypted: boolean;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
}

/** Something about the command line, or the broker's answer, that makes the run impossible. Shown as one line. */
export class PerfError extends Error {}

/** Texts of options, as commander gives them. */
export type PerfFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** @throws PerfError naming the option and what is expected */
export function readPerfOptions(flags: PerfFlags): PerfOptions {
  const number = (name: string, min = 0): number => readNumber(name, flags[name], min);
  const size = number('size');
  const rate = number('rate');
  return {
    uri: parseUri(text(flags['uri'])),
    producers: number('producers'),
    consumers: number('consumers'),
    queues: number('queues', 1),
    size,
    rate,
    confirm: number('confirm'),
    prefetch: number('prefetch'),
    ackEvery: readAckMode(text(flags['ack'])),
    persistent: flags['persistent'] === true,
    durable: flags['durable'] === true,
    queueArguments: readQueueArguments(text(flags['queueType']), flags['queueArg']),
    writeSize: number('writeSize', 1),
    exchange: text(flags['exchange']),
    exchangeType: text(flags['exchangeType']),
    routingKey: text(flags['routingKey']),
    keys: number('keys', 1),
    bindingKey: text(flags['bindingKey']),
    queuePrefix: text(flags['queuePrefix']),
    durationSeconds: number('duration'),
    count: number('count'),
    latency: flags['latency'] === true || rate > 0,
    keep: flags['keep'] === true,
    json: flags['json'] === true,
  };
}

type Flag = PerfFlags[string];

function text(value: Flag): string {
  return typeof value === 'string' ? value : '';
}

function readQueueArguments(type: string, given: Flag): Record<string, string | number | boolean> {
  const args: Record<string, string | number | boolean> = {};
  if (type !== '') args['x-queue-type'] = type;
  for (const pair of Array.isArray(given) ? (given as readonly string[]) : []) {
    const [, name, value = ''] = /^([^=]+)=(.*)$/su.exec(pair) ?? [];
    if (name === undefined) {
      throw new PerfError(`Bad value "${pair}" for --queue-arg: expected name=value`);
    }
    args[name] = argumentOf(value);
  }
  return args;
}

/** Numbers and booleans as such. */
function argumentOf(value: string): string | number | boolean {
  if (/^-?\d+$/u.test(value)) return Number(value);
  return value === 'true' || value === 'false' ? value === 'true' : value;
}

function readNumber(name: string, value: Flag, min: number): number {
  const number = Number(value);
  if (value !== '' && Number.isFinite(number) && number >= min) return number;
  throw new PerfError(`Bad value "${String(value)}" for --${name}: expected a number from ${min}`);
}

function readAckMode(mode: string): number {
  if (mode === 'auto') return 0;
  if (mode === 'each') return 1;
  if (/^[1-9]\d*$/u.test(mode)) return Number(mode);
  throw new PerfError(`Bad value "${mode}" for --ack: expected auto, each, or a number`);
}

/** `amqp://user:password@host:port/vhost`, or amqps; everything but the host may be left out. */
export function parseUri(uri: string): BrokerUri {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  const isEncrypted = url?.protocol === 'amqps:';
  if ((url?.protocol !== 'amqp:' && !isEncrypted) || url === null || url.hostname === '') {
    throw new PerfError(
      'Bad value for --uri: expected amqp://user:password@host:port/vhost, or amqps://...',
    );
  }
  const vhost = decodeURIComponent(url.pathname.slice(1));
  const defaultPort = isEncrypted ? 5671 : 5672;
  return {
    isEncrypted,
    host: url.hostname.replace(/^\[|\]$/gu, ''),
    port: url.port === '' ? defaultPort : Number(url.port),
    user: url.username === '' ? 'guest' : decodeURIComponent(url.username),
    password: url.password === '' ? 'guest' : decodeURIComponent(url.password),
    vhost: vhost === '' ? '/' : vhost,
  };
}
