/** A policy: optional arguments for all queues and exchanges of a virtual host whose names match (https://www.rabbitmq.com/docs/policies). */
import type { QueueTypeName } from '../queue/queue-arguments.ts';

/** What policies apply to, one name for each kind of thing. */
export type PolicyTarget = QueueTypeName | 'exchange';

export type PolicyDefinition = Readonly<Record<string, unknown>>;

export interface Policy {
  readonly vhost: string;
  readonly name: string;
  /** A regular expression, searched for in names. */
  readonly pattern: string;
  /** `all`, `queues`, `classic_queues`, `quorum_queues`, `streams` or `exchanges`. */
  readonly applyTo: string;
  /** Of several policies that match the one with the highest applies. */
  readonly priority: number;
  readonly definition: PolicyDefinition;
}

const QUEUES: readonly PolicyTarget[] = ['classic', 'quorum', 'stream'];

/** What the values of apply-to stand for. */
export const APPLY_TO: ReadonlyMap<string, readonly PolicyTarget[]> = new Map([
  ['all', [...QUEUES, 'exchange']],
  ['queues', QUEUES],
  ['classic_queues', ['classic']],
  ['quorum_queues', ['quorum']],
  ['streams', ['stream']],
  ['exchanges', ['exchange']],
]);

/** The policy as the value of a runtime parameter, with RabbitMQ's names. */
export function policyToValue(policy: Omit<Policy, 'vhost' | 'name'>): PolicyDefinition {
  const { pattern, applyTo, priority, definition } = policy;
  return { pattern, 'apply-to': applyTo, priority, definition };
}

interface PolicyValue {
  readonly pattern: string;
  readonly 'apply-to'?: string;
  readonly priority: number;
  readonly definition: PolicyDefinition;
}

/** @param value as it was validated */
export function policyOfValue(vhost: string, name: string, value: unknown): Policy {
  const { pattern, 'apply-to': applyTo = 'all', priority, definition } = value as PolicyValue;
  return Object.freeze({
    vhost,
    name,
    pattern,
    applyTo,
    priority,
    definition: Object.freeze({ ...definition }),
  });
}
