/**
 * Dead-lettering: what a queue gives up on is published again, to the queue's dead-letter exchange
 * (https://www.rabbitmq.com/docs/dlx). Messages are gathered and published when the turn ends: queues that dead-letter
 * into each other never call each other, so however long their chain is, the stack stays flat.
 */
import { writeProperties } from '../amqp/wire/property-octets.ts';
import type { Clock } from '../runtime/clock.ts';
import { DeathHistory, type DeathReason } from './death-history.ts';
import type { Exchange, Route } from './exchange/exchange.ts';
import {
  inEnvelope,
  MessageAddress,
  NO_TRAITS,
  propertiesOf,
  routingKeysOf,
  type Envelope,
  type Message,
} from './message.ts';
import { REJECTED } from './queue/queue-ref.ts';
import { RecentDeath } from './recent-death.ts';
import type { BrokerTotals } from './statistics/broker-totals.ts';
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
  routeByKeys(exchange: Exchange, routingKeys: readonly string[], message: Message): Route;
}

export interface DeadLetter {
  readonly source: DeadLetterSource;
  readonly message: Message;
  readonly position: number;
  readonly reason: DeathReason;
}

interface DeadLettersOptions {
  readonly turn: Turn;
  readonly clock: Clock;
  readonly totals: BrokerTotals;
}

export class DeadLetters implements Dispatchable {
  isScheduled = false;
  readonly #router: DeadLetterRouter;
  readonly #turn: Turn;
  readonly #clock: Clock;
  readonly #totals: BrokerTotals;
  #pending: DeadLetter[] = [];
  readonly #recent = new RecentDeath();

  constructor(router: DeadLetterRouter, { turn, clock, totals }: DeadLettersOptions) {
    this.#router = router;
    this.#turn = turn;
    this.#clock = clock;
    this.#totals = totals;
  }

  /** A message died. It is published to the queue's dead-letter exchange within this turn. */
  add(source: DeadLetterSource, message: Message, position: number, reason: DeathReason): void {
    this.#totals.deadLetters[reason]++;
    this.addAgain(source, message, position, reason);
  }

  /** The same for one that nobody has taken. */
  addAgain(
    source: DeadLetterSource,
    message: Message,
    position: number,
    reason: DeathReason,
  ): void {
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
    const keys = routingKeysTo(target, letter.message);
    const expected = this.#router.routeByKeys(exchange, keys, letter.message);
    // What nobody gets need not be written.
    if (expected.queues.length === 0 && !expected.dependsOnHeaders) return false;
    const message = inEnvelope(letter.message, this.#rewrite(letter, target), this.#turn.nowMs());
    const { queues } = expected.dependsOnHeaders
      ? this.#router.routeByKeys(exchange, keys, message)
      : expected;
    const history = message.traits?.deaths ?? null;
    let takenCount = 0;
    let isRefused = false;
    for (const queue of queues) {
      if (letter.reason !== 'rejected' && history?.isCycleTo(queue.name) === true) continue;
      if (queue.publish(message) === REJECTED) isRefused = true;
      else takenCount++;
    }
    return takenCount > 0 && !isRefused;
  }

  /** How the message goes on: its history in the headers, no expiration, under its new address. */
  #rewrite(letter: DeadLetter, target: DeadLetterTarget): Envelope {
    const timeSeconds = Math.floor(this.#clock.nowMs() / 1000);
    const known = this.#recent.recall(letter, target, timeSeconds);
    if (known !== null) return known;
    const { source, message, reason } = letter;
    const { expiration, ...properties } = propertiesOf(message);
    const traits = message.traits ?? NO_TRAITS;
    const { exchange, routingKey } = message.address;
    const deaths = DeathHistory.after(traits.deaths, {
      queue: source.name,
      reason,
      count: 1,
      timeSeconds,
      exchange,
      routingKeys: [routingKey, ...(traits.copies?.carbon ?? [])],
      originalExpiration: expiration ?? null,
    });
    const headers = deaths.addTo(properties.headers ?? new Map());
    const envelope: Envelope = {
      address: new MessageAddress(target.exchange, target.routingKey ?? routingKey),
      properties: writeProperties({ ...properties, headers }),
      traits: {
        priority: traits.priority,
        expirationMs: -1,
        copies: target.routingKey === null ? traits.copies : null,
        deaths,
      },
    };
    this.#recent.remember(letter, target, timeSeconds, envelope);
    return envelope;
  }
}

/** What a dead letter is routed by: the queue's own key, or all keys that it was published with. */
function routingKeysTo(target: DeadLetterTarget, message: Message): readonly string[] {
  return target.routingKey === null ? routingKeysOf(message) : [target.routingKey];
}
