/**
 * What a channel in transaction mode has gathered since the last commit: publishes that are routed but not enqueued, and
 * settlements that are checked but not carried out (https://www.rabbitmq.com/docs/semantics#tx).
 */
import type { Exchange } from '../broker/exchange/exchange.ts';
import type { Message } from '../broker/message.ts';
import type { QueueRef } from '../broker/queue/queue-ref.ts';
import type { Settlement } from './settlement.ts';
import type { Subscription } from './subscription.ts';
import type { UnackedDelivery } from './unacked-ring.ts';

export interface PendingPublish {
  readonly message: Message;
  readonly exchange: Exchange;
  readonly queues: readonly QueueRef[];
  readonly isMandatory: boolean;
}

export interface PendingSettlement {
  readonly delivery: UnackedDelivery;
  readonly settlement: Settlement;
}

export class Transaction {
  #publishes: PendingPublish[] = [];
  #settlements: PendingSettlement[] = [];

  get publishCount(): number {
    return this.#publishes.length;
  }

  get settlementCount(): number {
    return this.#settlements.length;
  }

  addPublish(publish: PendingPublish): void {
    this.#publishes.push(publish);
  }

  addSettlement(settlement: PendingSettlement): void {
    this.#settlements.push(settlement);
  }

  /** Calls back with each message of a queue that is settled here: for the queue it still is not. */
  forEachSettled(queue: object, visit: (message: Message, position: number) => void): void {
    for (const { delivery } of this.#settlements) {
      if (delivery.consumer.queue === queue) visit(delivery.message, delivery.position);
    }
  }

  /** The consumer of each delivery that is settled here, and so several times the same one. */
  consumers(): Subscription[] {
    return this.#settlements.map(({ delivery }) => delivery.consumer);
  }

  takePublishes(): readonly PendingPublish[] {
    const publishes = this.#publishes;
    this.#publishes = [];
    return publishes;
  }

  takeSettlements(): readonly PendingSettlement[] {
    const settlements = this.#settlements;
    this.#settlements = [];
    return settlements;
  }
}
