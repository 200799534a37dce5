/** An open channel and its consumers as others see them. */
import type { ChannelCounters } from '../broker/statistics/counters.ts';
import type { Channel } from './channel.ts';
import type { OpenChannel, OpenConnection, OpenConsumer } from './connection-registry.ts';
import { consumerFacts } from './consumer-facts.ts';

export class ChannelFacts implements OpenChannel {
  readonly connection: OpenConnection;
  readonly #channel: Channel;

  constructor(channel: Channel, connection: OpenConnection) {
    this.#channel = channel;
    this.connection = connection;
  }

  get name(): string {
    return `${this.connection.name} (${this.number})`;
  }

  get number(): number {
    return this.#channel.number;
  }

  get state(): 'running' | 'flow' | 'closing' {
    if (this.#channel.isClosing || this.connection.state === 'closing') return 'closing';
    return this.connection.state === 'flow' ? 'flow' : 'running';
  }

  get isConfirming(): boolean {
    return this.#channel.publishing.confirms !== null;
  }

  get isTransactional(): boolean {
    return this.#channel.publishing.transaction !== null;
  }

  get prefetchCount(): number {
    return this.#channel.consuming.prefetchCount;
  }

  get globalPrefetchCount(): number {
    return this.#channel.consuming.globalPrefetchCount;
  }

  get unackedCount(): number {
    return this.#channel.consuming.unackedCount;
  }

  get unconfirmedCount(): number {
    return this.#channel.publishing.confirms?.pendingCount ?? 0;
  }

  get uncommittedCount(): number {
    return this.#channel.publishing.transaction?.publishCount ?? 0;
  }

  get uncommittedAckCount(): number {
    return this.#channel.publishing.transaction?.settlementCount ?? 0;
  }

  get consumerCount(): number {
    return this.#channel.consuming.consumerCount;
  }

  get consumers(): Iterable<OpenConsumer> {
    const channel = this.#channel;
    return [...channel.consuming.consumers].map((one) => consumerFacts(one, channel));
  }

  get counters(): Readonly<ChannelCounters> {
    return this.#channel.counters;
  }
}
