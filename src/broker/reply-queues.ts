/** The direct reply-to consumers of a virtual host, by the names that repliers publish to. */
import { base64url22, type Random } from '../runtime/random.ts';
import type { Bindings } from './bindings.ts';
import { REPLY_TO, ReplyQueue } from './queue/reply-queue.ts';

const PREFIX = `${REPLY_TO}.`;

export class ReplyQueues {
  readonly #vhost: string;
  readonly #random: Random;
  readonly #bindings: Bindings;
  readonly #byName = new Map<string, ReplyQueue>();
  /** Takes replies for requesters that are gone: these count as routed, and are dropped. */
  readonly #nobody: ReplyQueue;

  constructor(vhost: string, random: Random, bindings: Bindings) {
    this.#vhost = vhost;
    this.#random = random;
    this.#bindings = bindings;
    this.#nobody = new ReplyQueue(REPLY_TO, vhost);
  }

  /** A queue under a name that nobody can guess. */
  create(): ReplyQueue {
    const queue = new ReplyQueue(`${PREFIX}${base64url22(this.#random)}`, this.#vhost);
    this.#byName.set(queue.name, queue);
    this.#bindings.generation++;
    return queue;
  }

  remove(queue: ReplyQueue): void {
    this.#byName.delete(queue.name);
    this.#bindings.generation++;
  }

  /** Whether somebody waits for replies under this name; the bare name is always there. */
  has(name: string): boolean {
    return name === REPLY_TO || this.#byName.has(name);
  }

  /** Where a reply with this routing key goes; undefined when it is no reply. */
  route(routingKey: string): ReplyQueue | undefined {
    if (!routingKey.startsWith(PREFIX)) return undefined;
    return this.#byName.get(routingKey) ?? this.#nobody;
  }
}
