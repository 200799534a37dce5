/** What the parts of a channel (publishing, consuming, topology) need of the channel and its connection. */
import type { BrokerError } from '../broker/errors.ts';
import type { BrokerEvents } from '../broker/events.ts';
import type { MessageInterceptors } from '../broker/message-interceptors.ts';
import type { Eventually, QueueOwner } from '../broker/queue/queue-ref.ts';
import type { Durable } from '../broker/stored-definitions.ts';
import type { BrokerTotals } from '../broker/statistics/broker-totals.ts';
import type { ChannelCounters } from '../broker/statistics/counters.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';
import type { Turn } from '../broker/turn.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { OpenChannel } from './connection-registry.ts';
import type { ConnectionAccess } from './connection-access.ts';
import type { Limits } from './limits.ts';
import type { OutputBuffer } from './output-buffer.ts';

/** The connection as its channels see it. */
export interface ConnectionContext {
  readonly out: OutputBuffer;
  readonly virtualHost: VirtualHost;
  readonly turn: Turn;
  readonly runtime: Runtime;
  readonly limits: Limits;
  /** Who logged in, and what they may do. */
  readonly access: ConnectionAccess;
  readonly totals: BrokerTotals;
  readonly events: BrokerEvents;
  readonly nodeName: string;
  /** What is set on messages that come in; null for nothing. */
  readonly interceptors: MessageInterceptors | null;
  /** Stands for the connection as the owner of exclusive queues. */
  readonly owner: QueueOwner;
  /** Largest frame that the client accepts, in octets; 0 for no limit. */
  readonly frameMax: number;
  /** The client understands basic.cancel from the server. */
  readonly wantsCancelNotification: boolean;
}

/** The channel as its parts see it. */
export interface ChannelContext {
  readonly number: number;
  readonly connection: ConnectionContext;
  readonly counters: ChannelCounters;
  /** The channel as others see it. */
  readonly facts: OpenChannel;
  /**
   * Calls `respond` with the result: at once, or, for a promise, later; until then the connection reads no further
   * method, as the order of AMQP's methods asks.
   */
  whenAnswered<T>(result: Eventually<T>, respond: (value: T) => void): void;
  /** What the client is told from now on waits until this is durable; undefined: it is. */
  answerWhenDurable(durable: Durable): void;
  /** Closes the channel, or the connection, for something that went wrong outside of its methods. */
  refuse(error: BrokerError): void;
}
