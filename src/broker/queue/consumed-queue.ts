/** What a queue of this process does for consumers: they come and go, and while there are none its lease may run out. */
import { BrokerError } from '../errors.ts';
import type { Dispatchable, Turn } from '../turn.ts';
import type { Consumer } from './consumer.ts';
import type { LocalQueueOptions, QueueTraits } from './local-queue-options.ts';
import { QueueBase } from './queue-base.ts';
import { QueueConsumers } from './queue-consumers.ts';
import { QueueLease } from './queue-lease.ts';

export abstract class ConsumedQueue extends QueueBase implements Dispatchable {
  readonly consumers: QueueConsumers;
  protected readonly turn: Turn;
  protected readonly lease: QueueLease;
  protected isDeleted = false;
  readonly #onUnused: () => void;

  constructor(options: LocalQueueOptions, traits: QueueTraits) {
    super(traits.type, options);
    this.turn = options.turn;
    this.usedAtMs = this.turn.nowMs();
    this.#onUnused = options.onUnused;
    this.consumers = new QueueConsumers(traits.serves);
    const { onExpired, deadlines } = options;
    this.lease = new QueueLease(this.settings.expiresMs, this.turn, deadlines, onExpired);
    this.lease.renew();
  }

  abstract dispatch(): void;

  /** There are ready messages. */
  protected abstract isAnyReady(): boolean;

  get consumerCount(): number {
    return this.consumers.count;
  }

  get activeConsumer(): Consumer | null {
    return this.consumers.active;
  }

  consumerReady(consumer: Consumer): void {
    if (this.isDeleted) return;
    this.consumers.makeReady(consumer);
    if (this.isAnyReady()) this.turn.schedule(this);
  }

  consume(consumer: Consumer): void {
    // Quorum queues know no exclusive use.
    if (this.type === 'classic' && this.consumers.isBarred(consumer)) {
      throw new BrokerError(
        'ACCESS_REFUSED',
        `queue '${this.name}' in vhost '${this.vhost}' in exclusive use`,
      );
    }
    this.usedAtMs = this.turn.nowMs();
    this.consumers.add(consumer);
    this.lease.suspend();
    this.consumerReady(consumer);
  }

  cancel(consumer: Consumer): void {
    if (!this.consumers.remove(consumer)) return;
    this.usedAtMs = this.turn.nowMs();
    if (this.isAnyReady()) this.turn.schedule(this);
    if (this.consumers.count > 0) return;
    this.lease.renew();
    this.#onUnused();
  }

  /** Somebody has used the queue other than by consuming from it. */
  touch(): void {
    this.usedAtMs = this.turn.nowMs();
    if (this.consumers.count === 0) this.lease.renew();
  }
}
