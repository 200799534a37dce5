/** A classic queue: in order of arrival, by priority where the queue has any; what comes back takes its old place. */
import { FifoBacklog } from './fifo-backlog.ts';
import { LocalQueue } from './local-queue.ts';
import type { LocalQueueOptions } from './local-queue-options.ts';
import { PriorityBacklog } from './priority-backlog.ts';

export class ClassicQueue extends LocalQueue {
  constructor(options: LocalQueueOptions) {
    const { maxPriority, isSingleActiveConsumer } = options.settings;
    super(options, {
      type: 'classic',
      makeBacklog: (lists) =>
        maxPriority === 0
          ? new FifoBacklog(lists.open(0))
          : new PriorityBacklog(lists, maxPriority, 0),
      serves: isSingleActiveConsumer ? 'single' : 'all',
      keeps: 'persistent',
    });
  }
}
