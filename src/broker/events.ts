/**
 * What happens in the broker, apart from messages: things are created and deleted, clients come and go. Names and facts are
 * those of RabbitMQ's event exchange (https://www.rabbitmq.com/docs/event-exchange), so that whoever knows that finds its way.
 */
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';

export type EventName =
  | 'queue.created'
  | 'queue.deleted'
  | 'exchange.created'
  | 'exchange.deleted'
  | 'binding.created'
  | 'binding.deleted'
  | 'connection.created'
  | 'connection.closed'
  | 'channel.created'
  | 'channel.closed'
  | 'consumer.created'
  | 'consumer.deleted'
  | 'policy.set'
  | 'policy.cleared'
  | 'queue.policy.updated'
  | 'queue.policy.cleared'
  | 'parameter.set'
  | 'parameter.cleared'
  | 'vhost.created'
  | 'vhost.deleted'
  | 'vhost.limits.set'
  | 'vhost.limits.cleared'
  | 'user.authentication.success'
  | 'user.authentication.failure'
  | 'user.created'
  | 'user.deleted'
  | 'user.password.changed'
  | 'user.password.cleared'
  | 'user.tags.set'
  | 'user.limits.set'
  | 'permission.created'
  | 'permission.deleted'
  | 'topic.permission.created'
  | 'topic.permission.deleted'
  | 'alarm.set'
  | 'alarm.cleared';

/** By RabbitMQ's names, which are those of the headers there. A field table is one of AMQP. */
export type EventFacts = Readonly<Record<string, unknown>>;

export interface BrokerEvent {
  /** The routing key of RabbitMQ's event exchange. */
  readonly name: EventName;
  /** In milliseconds since 1970. */
  readonly timestampMs: number;
  readonly facts: EventFacts;
}

export type EventListener = (event: BrokerEvent) => void;

export class BrokerEvents {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #listeners = new Set<EventListener>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Calls `listener` with each event, while what it tells is being done: it had better be quick, and change nothing. What it throws
   * is logged. Returns a function that ends it.
   */
  on(listener: EventListener): () => void {
    // A function of its own, so that the same listener can be there twice.
    const own: EventListener = (event) => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Something has happened. @param facts called only when somebody listens */
  emit(name: EventName, facts: () => EventFacts): void {
    if (this.#listeners.size === 0) return;
    const event = { name, timestampMs: this.#clock.nowMs(), facts: facts() };
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error('a listener to events has failed', { event: name, error });
      }
    }
  }
}
