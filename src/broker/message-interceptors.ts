/**
 * What the broker sets on messages as they come in, where an operator wants it: the time, and the node that has routed them
 * (https://www.rabbitmq.com/docs/message-interceptors). Headers and values are RabbitMQ's.
 */
import { fromPlain } from '../amqp/wire/field-table.ts';
import type { Clock } from '../runtime/clock.ts';
import { readProperties, writeProperties } from '../amqp/wire/property-octets.ts';

/** What is there already is overwritten, or kept. */
export type InterceptorRule = 'overwrite' | 'keep';

export interface InterceptorRules {
  /** The header `timestamp_in_ms` and the property `timestamp`; left out: they are not set. */
  readonly timestamp?: InterceptorRule;
  /** The header `x-routed-by`; left out: it is not set. */
  readonly routingNode?: InterceptorRule;
}

const TIMESTAMP = 'timestamp_in_ms';
const ROUTED_BY = 'x-routed-by';

export class MessageInterceptors {
  readonly #rules: InterceptorRules;
  readonly #nodeName: string;
  readonly #clock: Clock;

  constructor(rules: InterceptorRules, nodeName: string, clock: Clock) {
    this.#rules = rules;
    this.#nodeName = nodeName;
    this.#clock = clock;
  }

  /** New octets for the properties in [start, end). @throws WireDecodeError when they are malformed */
  intercept(buffer: Buffer, start: number, end: number): Buffer {
    const { timestamp: timeRule, routingNode: nodeRule } = this.#rules;
    const properties = readProperties(buffer, start, end);
    const headers = new Map(properties.headers);
    let { timestamp } = properties;
    const set = (name: string, value: bigint | string, rule: InterceptorRule): void => {
      if (rule === 'keep' && headers.has(name)) return;
      for (const [key, field] of fromPlain({ [name]: value })) headers.set(key, field);
    };
    if (timeRule !== undefined) {
      const nowMs = Math.floor(this.#clock.nowMs());
      set(TIMESTAMP, BigInt(nowMs), timeRule);
      const seconds = BigInt(Math.floor(nowMs / 1000));
      timestamp = timeRule === 'keep' ? (timestamp ?? seconds) : seconds;
    }
    if (nodeRule !== undefined) set(ROUTED_BY, this.#nodeName, nodeRule);
    const changed = timestamp === undefined ? properties : { ...properties, timestamp };
    return writeProperties({ ...changed, headers });
  }
}

/** Null where nothing is to be set: what comes in stays as it is then. */
export function interceptorsFor(
  rules: InterceptorRules,
  nodeName: string,
  clock: Clock,
): MessageInterceptors | null {
  const isIdle = rules.timestamp === undefined && rules.routingNode === undefined;
  return isIdle ? null : new MessageInterceptors(rules, nodeName, clock);
}
