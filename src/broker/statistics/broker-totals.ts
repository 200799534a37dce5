/** What all channels have counted since the broker has started, and what else only ever grows. */
import type { DeathReason } from '../death-history.ts';
import { ChannelCounters } from './counters.ts';
import { MessageSizes } from './message-sizes.ts';

export class BrokerTotals extends ChannelCounters {
  connectionsOpened = 0;
  connectionsClosed = 0;
  channelsOpened = 0;
  channelsClosed = 0;
  /** Declarations of queues, also of such as were there. */
  queuesDeclared = 0;
  queuesCreated = 0;
  queuesDeleted = 0;
  /** What queues have sent to dead-letter exchanges, whether anybody got it or not. */
  readonly deadLetters: Record<DeathReason, number> = {
    expired: 0,
    rejected: 0,
    maxlen: 0,
    delivery_limit: 0,
  };
  readonly messageSizes: MessageSizes = new MessageSizes();
}
