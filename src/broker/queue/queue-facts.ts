/** What is told of a queue to those who list queues. Nothing of it is counted on demand. */
import { propertiesOf } from '../message.ts';
import type { Backlog } from './backlog.ts';
import type { QueueContents } from './queue-contents.ts';

export interface QueueFacts {
  readonly readyCount: number;
  readonly unackedCount: number;
  /** Octets in the bodies of ready messages. */
  readonly readyOctets: number;
  readonly unackedOctets: number;
  /** Messages that survive the process, ready or not. */
  readonly persistentCount: number;
  readonly persistentOctets: number;
  /** Ready messages that are in memory. */
  readonly inMemoryCount: number;
  /** When it was last used, in milliseconds since 1970. */
  readonly idleSinceMs: number;
  /** The property `timestamp` of the first ready message, in seconds; null without one, or when that is on disk. */
  readonly headTimestamp: number | null;
  /** 1: a message that comes now can be delivered at once; 0: it has to wait. */
  readonly consumerCapacity: 0 | 1;
}

type MessageTotals = Omit<QueueFacts, 'readyCount' | 'idleSinceMs' | 'consumerCapacity'>;

/** What the messages of a queue amount to. */
export function totalsOf(contents: QueueContents, backlog: Backlog): MessageTotals {
  const { readyOctets, unackedCount, unackedOctets, keptCount, keptOctets } = contents;
  const head = backlog.loadedHead;
  const timestamp = head === null ? undefined : propertiesOf(head).timestamp;
  return {
    unackedCount,
    readyOctets,
    unackedOctets,
    persistentCount: keptCount,
    persistentOctets: keptOctets,
    inMemoryCount: backlog.inMemoryCount,
    headTimestamp: timestamp === undefined ? null : Number(timestamp),
  };
}
