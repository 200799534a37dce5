/** A queue that a client has declared, as its virtual host sees it: it is found by name, counted and deleted. */
import type { AppliedPolicy } from '../policy/applied-policy.ts';
import type { Policy, PolicyDefinition } from '../policy/policy.ts';
import type { BrowsedMessage } from './browsed-message.ts';
import type { Consumer } from './consumer.ts';
import type { QueueRef, QueueStats } from './queue-ref.ts';
import type { QueueFacts } from './queue-facts.ts';
import type { QueueSettings } from './queue-settings.ts';

export interface DeclaredQueue extends QueueRef {
  /** Identifies the queue in the journal; never used twice. */
  readonly id: number;
  /** What arguments and policies make of the queue. */
  readonly settings: QueueSettings;
  /** The same object as long as the same policies apply; null while none does. */
  readonly applied: AppliedPolicy | null;
  readonly policy: Policy | null;
  readonly operatorPolicy: Policy | null;
  /** What the two make together; an empty object where none applies. */
  readonly effectivePolicy: PolicyDefinition;
  readonly consumerCount: number;
  /** In the order in which they came. */
  readonly consumers: Iterable<Consumer>;
  readonly readyCount: number;
  stats(): QueueStats;
  /** What is told of it to those who list queues. */
  facts(): QueueFacts;
  /** Messages from position `from` on, `limit` at most, whoever has them: looked at, not taken. */
  browse(from: number, limit: number): readonly BrowsedMessage[];
  /** Other policies apply from now on, and make these settings of the queue. */
  applyPolicy(applied: AppliedPolicy | null, settings: QueueSettings): void;
  /** Somebody has used the queue other than by consuming from it. */
  touch(): void;
  /** Ends the queue: its messages are dropped and its consumers told. Returns the number that the client is told. */
  delete(): number;
}
