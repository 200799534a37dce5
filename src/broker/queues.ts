/** The queues of a virtual host: declaring, checking and deleting them as RabbitMQ does, and who owns exclusive ones. */
import type { FieldTable } from '../amqp/wire/field-table.ts';
import type { Random } from '../runtime/random.ts';
import type { Journal } from '../store/journal.ts';
import type { Bindings } from './bindings.ts';
import { assertSameProperty } from './equivalence.ts';
import { BrokerError, notFound } from './errors.ts';
import { checkNotReserved, generateQueueName, stripLineBreaks } from './names.ts';
import { ClassicQueue } from './queue/classic-queue.ts';
import { queueTypeOf, validateQueueArguments } from './queue/queue-arguments.ts';
import type { Eventually, QueueOwner } from './queue/queue-ref.ts';
import type { StoredDefinitions } from './stored-definitions.ts';
import type { Turn } from './turn.ts';

export interface QueueDeclaration {
  /** Empty: the broker makes up a name. */
  readonly name: string;
  readonly isDurable: boolean;
  readonly isExclusive: boolean;
  readonly isAutoDelete: boolean;
  readonly arguments: FieldTable;
}

export interface QueuesOptions {
  readonly vhost: string;
  readonly journal: Journal;
  readonly turn: Turn;
  readonly random: Random;
  readonly bindings: Bindings;
  readonly definitions: StoredDefinitions;
  /** Gives each queue the number under which the journal knows it. */
  readonly nextQueueId: () => number;
}

export class Queues {
  readonly #options: QueuesOptions;
  readonly #byName = new Map<string, ClassicQueue>();
  readonly #owned = new Map<QueueOwner, Set<ClassicQueue>>();

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  [Symbol.iterator](): Iterator<ClassicQueue> {
    return this.#byName.values();
  }

  /** The queue of exactly this name, if there is one, whoever owns it. */
  find(name: string): ClassicQueue | undefined {
    return this.#byName.get(name);
  }

  /**
   * The queue of this name, for `owner` to use.
   *
   * @throws BrokerError NOT_FOUND, RESOURCE_LOCKED when it is exclusive to another connection
   */
  get(rawName: string, owner: QueueOwner): ClassicQueue {
    const name = stripLineBreaks(rawName);
    const queue = this.#byName.get(name);
    if (queue === undefined) throw notFound('queue', name, this.#options.vhost);
    if (queue.owner !== null && queue.owner !== owner) this.#refuseLocked(name);
    return queue;
  }

  /**
   * Declares a queue, or checks that the one that exists is the same.
   *
   * @throws BrokerError PRECONDITION_FAILED, ACCESS_REFUSED, RESOURCE_LOCKED
   */
  declare(declaration: QueueDeclaration, owner: QueueOwner): Eventually<ClassicQueue> {
    const isNamed = declaration.name !== '';
    const name = isNamed
      ? stripLineBreaks(declaration.name)
      : generateQueueName(this.#options.random);
    if (isNamed) checkNotReserved('queue', name);
    const existing = this.#byName.get(name);
    if (existing !== undefined) {
      this.#checkSame(existing, declaration, owner);
      return existing;
    }
    validateQueueArguments(name, this.#options.vhost, declaration.arguments);
    return this.#create(name, declaration, owner);
  }

  #checkSame(existing: ClassicQueue, declared: QueueDeclaration, owner: QueueOwner): void {
    const entity = this.#textOf(existing.name);
    if (existing.owner !== (declared.isExclusive ? owner : null)) this.#refuseLocked(existing.name);
    // An exclusive queue is never durable: RabbitMQ ignores the flag.
    const isDurable = declared.isDurable && !declared.isExclusive;
    assertSameProperty(entity, 'durable', existing.isDurable, isDurable);
    assertSameProperty(entity, 'auto_delete', existing.isAutoDelete, declared.isAutoDelete);
    assertSameProperty(entity, 'x-queue-type', 'classic', queueTypeOf(declared.arguments));
    validateQueueArguments(existing.name, this.#options.vhost, declared.arguments);
  }

  #create(
    name: string,
    declaration: QueueDeclaration,
    owner: QueueOwner,
  ): Eventually<ClassicQueue> {
    const queue = new ClassicQueue({
      id: this.#options.nextQueueId(),
      name,
      vhost: this.#options.vhost,
      isDurable: declaration.isDurable && !declaration.isExclusive,
      isAutoDelete: declaration.isAutoDelete,
      owner: declaration.isExclusive ? owner : null,
      arguments: declaration.arguments,
      journal: this.#options.journal,
      turn: this.#options.turn,
      onUnused: (unused) => {
        if (unused.isAutoDelete) void this.#remove(unused);
      },
    });
    this.#byName.set(name, queue);
    this.#options.bindings.generation++;
    if (queue.owner !== null) this.#ownedBy(queue.owner).add(queue);
    if (!queue.isDurable) return queue;
    const stored = this.#options.definitions.put('queue', name, {
      ...declaration,
      name,
      id: queue.id,
    });
    return stored === undefined ? queue : stored.then(() => queue);
  }

  /**
   * Deletes a queue and returns how many ready messages it had; a missing one had none.
   *
   * @throws BrokerError RESOURCE_LOCKED, PRECONDITION_FAILED when in use or not empty
   */
  delete(
    rawName: string,
    conditions: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
    owner: QueueOwner,
  ): Eventually<number> {
    const name = stripLineBreaks(rawName);
    if (!this.#byName.has(name)) return 0;
    const queue = this.get(name, owner);
    if (conditions.ifEmpty && queue.readyCount > 0) {
      throw new BrokerError('PRECONDITION_FAILED', `${this.#textOf(name)} not empty`);
    }
    if (conditions.ifUnused && queue.consumerCount > 0) {
      throw new BrokerError('PRECONDITION_FAILED', `${this.#textOf(name)} in use`);
    }
    return this.#remove(queue);
  }

  /** A connection ended: its exclusive queues end with it. */
  deleteOwnedBy(owner: QueueOwner): void {
    const owned = this.#owned.get(owner);
    if (owned === undefined) return;
    this.#owned.delete(owner);
    for (const queue of owned) void this.#remove(queue);
  }

  #remove(queue: ClassicQueue): Eventually<number> {
    if (!this.#byName.delete(queue.name)) return 0;
    if (queue.owner !== null) this.#owned.get(queue.owner)?.delete(queue);
    this.#options.bindings.removeQueue(queue);
    const count = queue.delete();
    if (!queue.isDurable) return count;
    const deleted = this.#options.definitions.delete('queue', queue.name);
    return deleted === undefined ? count : deleted.then(() => count);
  }

  #ownedBy(owner: QueueOwner): Set<ClassicQueue> {
    let owned = this.#owned.get(owner);
    if (owned === undefined) {
      owned = new Set();
      this.#owned.set(owner, owned);
    }
    return owned;
  }

  #refuseLocked(queue: string): never {
    throw new BrokerError(
      'RESOURCE_LOCKED',
      `cannot obtain exclusive access to locked ${this.#textOf(queue)}. It could be originally ` +
        'declared on another connection or the exclusive property value does not match that of ' +
        'the original declaration.',
    );
  }

  #textOf(name: string): string {
    return `queue '${name}' in vhost '${this.#options.vhost}'`;
  }
}
