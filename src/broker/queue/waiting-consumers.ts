/**
 * The consumers of a queue that can take a message, by priority: a ring for each priority in use, and round robin within
 * the highest that has somebody. Lower priorities are served only while all higher ones are blocked
 * (https://www.rabbitmq.com/docs/consumer-priority).
 */
import { ConsumerRing } from './consumer-ring.ts';
import type { Consumer } from './consumer.ts';

export class WaitingConsumers {
  /** From the highest priority to the lowest. */
  readonly #levels: Array<{ readonly priority: number; readonly ring: ConsumerRing }> = [];
  /** The ring of the highest priority that has a consumer; any ring when none has. */
  #top = new ConsumerRing();

  /** Whose turn it is; null when nobody waits. */
  get current(): Consumer | null {
    return this.#top.current;
  }

  /** The current consumer was served: the next one's turn. */
  advance(): void {
    this.#top.advance();
  }

  /** Puts a consumer at the end of its round. Does nothing when it is in already. */
  add(consumer: Consumer): void {
    this.#ringOf(consumer.priority).add(consumer);
    this.#findTop();
  }

  /** Takes a consumer out of its round. Does nothing when it is not in. */
  remove(consumer: Consumer): void {
    this.#ringOf(consumer.priority).remove(consumer);
    if (this.#top.current === null) this.#findTop();
  }

  /** The consumer is gone. Its priority needs no ring any more, unless somebody waits in it. */
  forget(consumer: Consumer): void {
    this.remove(consumer);
    const index = this.#levels.findIndex(({ priority }) => priority === consumer.priority);
    if (this.#levels[index]?.ring.current === null) this.#levels.splice(index, 1);
  }

  #findTop(): void {
    for (const { ring } of this.#levels) {
      if (ring.current === null) continue;
      this.#top = ring;
      return;
    }
  }

  #ringOf(priority: number): ConsumerRing {
    const level = this.#levels.find((candidate) => candidate.priority === priority);
    if (level !== undefined) return level.ring;
    const ring = new ConsumerRing();
    this.#levels.push({ priority, ring });
    this.#levels.sort((a, b) => b.priority - a.priority);
    return ring;
  }
}
