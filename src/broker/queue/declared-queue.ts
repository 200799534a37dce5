/** A queue that a client has declared, as its virtual host sees it: it is found by name, counted and deleted. */
import type { BrowsedMessage } from './browsed-message.ts';
import type { QueueRef, QueueStats } from './queue-ref.ts';
import type { QueueSettings } from './queue-settings.ts';

export interface DeclaredQueue extends QueueRef {
  /** Identifies the queue in the journal; never used twice. */
  readonly id: number;
  readonly settings: QueueSettings;
  readonly consumerCount: number;
  readonly readyCount: number;
  stats(): QueueStats;
  /** Messages from position `from` on, `limit` at most, whoever has them: looked at, not taken. */
  browse(from: number, limit: number): readonly BrowsedMessage[];
  /** Somebody has used the queue other than by consuming from it. */
  touch(): void;
  /** Ends the queue: its messages are dropped and its consumers told. Returns the number that the client is told. */
  delete(): number;
}
