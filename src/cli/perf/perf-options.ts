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
  /** `x-queue-type` of the queues; empty: the broker's default. */
  readonly queueType: string;
  /** Octets given to the socket at once. */
  readonly writeSize: number;
  /** Empty for the default exchange. */
  readonly exchange: string;
  readonly exchangeType: string;
  /** Empty: each producer uses the name of its queue. */
  readonly routingKey: string;
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
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
}

/** Something about the command line, or the broker's answer, that makes the run impossible. Shown as one line. */
export class PerfError extends Error {}

/** Texts of options, as commander gives them. */
export type PerfFlags = Readonly<Record<string, string | boolean | undefined>>;

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
    queueType: text(flags['queueType']),
    writeSize: number('writeSize', 1),
    exchange: text(flags['exchange']),
    exchangeType: text(flags['exchangeType']),
    routingKey: text(flags['routingKey']),
    queuePrefix: text(flags['queuePrefix']),
    durationSeconds: number('duration'),
    count: number('count'),
    latency: flags['latency'] === true || rate > 0,
    keep: flags['keep'] === true,
    json: flags['json'] === true,
  };
}

function text(value: string | boolean | undefined): string {
  return typeof value === 'string' ? value : '';
}

function readNumber(name: string, value: string | boolean | undefined, min: number): number {
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

/** `amqp://user:password@host:port/vhost`; everything but the host may be left out. */
export function parseUri(uri: string): BrokerUri {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (url?.protocol !== 'amqp:' || url.hostname === '') {
    throw new PerfError('Bad value for --uri: expected amqp://user:password@host:port/vhost');
  }
  const vhost = decodeURIComponent(url.pathname.slice(1));
  return {
    host: url.hostname.replace(/^\[|\]$/gu, ''),
    port: url.port === '' ? 5672 : Number(url.port),
    user: url.username === '' ? 'guest' : decodeURIComponent(url.username),
    password: url.password === '' ? 'guest' : decodeURIComponent(url.password),
    vhost: vhost === '' ? '/' : vhost,
  };
}
