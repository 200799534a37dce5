/**
 * Dead-lettering: what a queue gives up on is published again, to the queue's dead-letter exchange
 * (https://www.rabbitmq.com/docs/dlx). Messages are gathered and published when the turn ends: queues that dead-letter
 * into each other never call each other, so however long their chain is, the stack stays flat.
 */
import type { Clock } from '../runtime/clock.ts';
import { DeathHistory, type DeathReason } from './death-history.ts';
import type { Exchange } from './exchange/exchange.ts';
import {
  MessageAddress,
  NO_TRAITS,
  propertiesOf,
  routingKeysOf,
  withProperties,
  type Message,
} from './message.ts';
import { REJECTED, type QueueRef } from './queue/queue-ref.ts';
import type { Dispatchable, Turn } from './turn.ts';

/** Where a queue sends what it gives up on. */
export interface DeadLetterTarget {
  readonly exchange: string;
  /** A byte string; null: the keys that the message was published with. */
  readonly routingKey: string | null;
}

/** A queue as the place of a death. */
export interface DeadLetterSource {
  readonly name: string;
  readonly deadLetterTarget: DeadLetterTarget | null;
  /** Told what became of a message: whether all queues it belongs to have taken it, and there is one at least. */
  deadLettered(position: number, isTaken: boolean): void;
}

/** What dead-lettering needs of the virtual host. */
export interface DeadLetterRouter {
  findExchange(name: string): Exchange | undefined;
  routeByKeys(
    exchange: Exchange,
    routingKeys: readonly string[],
    message: Message,
  ): readonly QueueRef[];
}

interface DeadLetter {
  readonly source: DeadLetterSource;
  readonly message: Message;
  readonly position: number;
  readonly reason: DeathReason;
}

export class DeadLetters implements Dispatchable {
  isScheduled = false;
  readonly #router: DeadLetterRouter;
  readonly #turn: Turn;
  readonly #clock: Clock;
  #pending: DeadLetter[] = [];

  constructor(router: DeadLetterRouter, turn: Turn, clock: Clock) {
    this.#router = router;
    this.#turn = turn;
    this.#clock = clock;
  }

  /** A message died. It is published to the queue's dead-letter exchange within this turn. */
  add(source: DeadLetterSource, message: Message, position: number, reason: DeathReason): void {
    this.#pending.push({ source, message, position, reason });
    this.#turn.schedule(this);
  }

  dispatch(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const letter of pending) {
      letter.source.deadLettered(letter.position, this.#publish(letter));
    }
  }

  #publish(letter: DeadLetter): boolean {
    const target = letter.source.deadLetterTarget;
    const exchange = target === null ? undefined : this.#router.findExchange(target.exchange);
    if (target === null || exchange === undefined) return false;
    const message = this.#rewrite(letter, target);
    const routed = this.#router.routeByKeys(exchange, routingKeysOf(message), message);
    const history = message.traits?.deaths ?? null;
    let takenCount = 0;
    let isRefused = false;
    for (const queue of routed) {
      if (letter.reason !== 'rejected' && history?.isCycleTo(queue.name) === true) continue;
      if (queue.publish(message) === REJECTED) isRefused = true;
      else takenCount++;
    }
    return takenCount > 0 && !isRefused;
  }

  /** The message as it goes on: its history in the headers, no expiration, under its new address. */
  #rewrite({ source, message, reason }: DeadLetter, target: DeadLetterTarget): Message {
    const { expiration, ...properties } = propertiesOf(message);
    const traits = message.traits ?? NO_TRAITS;
    const { exchange, routingKey } = message.address;
    const deaths = DeathHistory.after(traits.deaths, {
      queue: source.name,
      reason,
      count: 1,
      timeSeconds: Math.floor(this.#clock.nowMs() / 1000),
      exchange,
      routingKeys: [routingKey, ...(traits.copies?.carbon ?? [])],
      originalExpiration: expiration ?? null,
    });
    return withProperties(
      message,
      { ...properties, headers: deaths.addTo(properties.headers ?? new Map()) },
      {
        address: new MessageAddress(target.exchange, target.routingKey ?? routingKey),
        arrivedAtMs: this.#turn.nowMs(),
        traits: {
          priority: traits.priority,
          expirationMs: -1,
          copies: target.routingKey === null ? traits.copies : null,
          deaths,
        },
      },
    );
  }
}
