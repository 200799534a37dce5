/** The queues of a virtual host: declaring, checking and deleting them as RabbitMQ does, and who owns exclusive ones. */
import type { FieldTable } from '../amqp/wire/field-table.ts';
import type { Random } from '../runtime/random.ts';
import type { Journal } from '../store/journal.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Bindings } from './bindings.ts';
import { NO_GUARD, type DeclareGuard } from './declare-guard.ts';
import { assertSameArgument, assertSameProperty } from './equivalence.ts';
import { queueFacts } from './event-facts.ts';
import type { BrokerEvents } from './events.ts';
import { BrokerError, notFound } from './errors.ts';
import { checkNotReserved, generateQueueName, stripLineBreaks } from './names.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Deadlines } from './deadlines.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { NO_DEFINITION, type AppliedPolicy } from './policy/applied-policy.ts';
import type { VirtualHostPolicies } from './policy/virtual-host-policies.ts';
import type { UnackedHolder } from './queue/browsed-message.ts';
import { ClassicQueue } from './queue/classic-queue.ts';
import { ChunkedStreamLog } from './queue/chunked-stream-log.ts';
import type { DeclaredQueue } from './queue/declared-queue.ts';
import type { LocalQueueOptions } from './queue/local-queue-options.ts';
import {
  comparedArguments,
  queueTypeOf,
  validateQueueArguments,
  validateStreamSizes,
  type QueueTypeName,
} from './queue/queue-arguments.ts';
import type { QueueOwner } from './queue/queue-ref.ts';
import { hasOwnArguments, queueSettings, type QueueSettings } from './queue/queue-settings.ts';
import { QuorumQueue } from './queue/quorum-queue.ts';
import { StreamQueue } from './queue/stream-queue.ts';
import type { BrokerTotals } from './statistics/broker-totals.ts';
import type { Durable, StoredDefinitions } from './stored-definitions.ts';
import type { StoredQueue } from './stored-values.ts';
import type { Turn } from './turn.ts';

export interface QueueDeclaration {
  /** Empty: the broker makes up a name. */
  readonly name: string;
  /** The name in that case, where it was made up already. */
  readonly generatedName?: string;
  readonly isDurable: boolean;
  readonly isExclusive: boolean;
  readonly isAutoDelete: boolean;
  readonly arguments: FieldTable;
}

/** What a queue is declared with, or was. */
type QueueProperties = Pick<
  LocalQueueOptions,
  'id' | 'name' | 'isDurable' | 'isAutoDelete' | 'owner' | 'arguments'
>;

export interface QueuesOptions {
  readonly vhost: string;
  readonly journal: Journal;
  readonly memoryBudget: MemoryBudget;
  readonly totals: BrokerTotals;
  readonly events: BrokerEvents;
  readonly holders: ReadonlySet<UnackedHolder>;
  readonly turn: Turn;
  readonly deadlines: Deadlines;
  readonly deadLetters: DeadLetters;
  readonly random: Random;
  readonly clock: Clock;
  readonly bindings: Bindings;
  readonly definitions: StoredDefinitions;
  /** Gives each queue the number under which the journal knows it. */
  readonly nextQueueId: () => number;
  readonly policies: VirtualHostPolicies;
  /** What a queue is declared with that is declared with these. */
  readonly completeArguments: (declaration: QueueDeclaration) => FieldTable;
  /** @throws BrokerError PRECONDITION_FAILED when there are enough queues */
  readonly checkRoom: (name: string) => void;
}

/** Deletions of queues that the store writes at once, when a virtual host ends. */
const REMOVALS_MAX = 1000;

export class Queues {
  readonly #options: QueuesOptions;
  readonly #byName = new Map<string, DeclaredQueue>();
  readonly #owned = new Map<QueueOwner, Set<DeclaredQueue>>();
  /** Settings of queues without arguments, by type, without policies and for each combination of them. */
  readonly #commonSettings = new WeakMap<object, Map<QueueTypeName, QueueSettings>>();

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byName.size;
  }

  [Symbol.iterator](): Iterator<DeclaredQueue> {
    return this.#byName.values();
  }

  /** The queue of exactly this name, if there is one, whoever owns it. */
  find(name: string): DeclaredQueue | undefined {
    return this.#byName.get(name);
  }

  /**
   * The queue of this name, for `owner` to use.
   *
   * @throws BrokerError NOT_FOUND, RESOURCE_LOCKED when it is exclusive to another connection
   */
  get(rawName: string, owner: QueueOwner): DeclaredQueue {
    const name = stripLineBreaks(rawName);
    const queue = this.#byName.get(name);
    if (queue === undefined) throw notFound('queue', name, this.#options.vhost);
    if (queue.owner !== null && queue.owner !== owner) this.#refuseLocked(name);
    return queue;
  }

  /** A passive declaration: the queue must be there, and has been used. @throws BrokerError as `get` */
  probe(name: string, owner: QueueOwner): DeclaredQueue {
    return this.#used(this.get(name, owner));
  }

  /** What was last done to a queue of this name, be it to delete it, must be durable before somebody is told of it. */
  whenDurable(rawName: string): Durable {
    return this.#options.definitions.whenDurable('queue', stripLineBreaks(rawName));
  }

  #used(queue: DeclaredQueue): DeclaredQueue {
    if (queue.type === 'classic') queue.touch();
    return queue;
  }

  /**
   * Declares a queue, or checks that the one that exists is the same. When that is durable tells `whenDurable`.
   *
   * @throws BrokerError PRECONDITION_FAILED, ACCESS_REFUSED, RESOURCE_LOCKED
   */
  declare(
    asked: QueueDeclaration,
    owner: QueueOwner,
    guard: DeclareGuard = NO_GUARD,
  ): DeclaredQueue {
    const declaration = { ...asked, arguments: this.#options.completeArguments(asked) };
    const isNamed = declaration.name !== '';
    const name = isNamed
      ? stripLineBreaks(declaration.name)
      : (declaration.generatedName ?? generateQueueName(this.#options.random));
    if (isNamed) checkNotReserved('queue', name);
    guard.configure(name);
    const { totals } = this.#options;
    const existing = this.#byName.get(name);
    if (existing !== undefined) {
      this.#checkSame(existing, declaration, owner);
      totals.queuesDeclared++;
      return this.#used(existing);
    }
    this.#options.checkRoom(name);
    const deadLetter = declaration.arguments.get('x-dead-letter-exchange');
    if (deadLetter?.type === 'S') guard.forward(name, String(deadLetter.value));
    const { vhost } = this.#options;
    const type = queueTypeOf(name, vhost, declaration.arguments);
    validateQueueArguments(type, name, vhost, declaration.arguments);
    if (type !== 'classic') this.#checkLasting(type, name, isNamed, declaration);
    if (type === 'stream') validateStreamSizes(declaration.arguments);
    const { isExclusive, isAutoDelete } = declaration;
    const queue = this.#add(type, {
      id: this.#options.nextQueueId(),
      name,
      isDurable: declaration.isDurable && !isExclusive,
      isAutoDelete,
      owner: isExclusive ? owner : null,
      arguments: declaration.arguments,
    });
    totals.queuesDeclared++;
    totals.queuesCreated++;
    this.#options.events.emit('queue.created', () => queueFacts(queue));
    void this.#options.definitions.putQueue(queue);
    return queue;
  }

  /** Adds a queue that the store has, under the id that the journal knows. @throws Error where that cannot be */
  restore(stored: StoredQueue): void {
    const { id, name, isAutoDelete, arguments: args } = stored;
    if (this.#byName.has(name)) throw new Error(`${this.#textOf(name)} is there`);
    const type = queueTypeOf(name, this.#options.vhost, args);
    this.#add(type, { id, name, isDurable: true, isAutoDelete, owner: null, arguments: args });
  }

  /** Quorum queues and streams are for all and for long. */
  #checkLasting(
    type: QueueTypeName,
    name: string,
    isNamed: boolean,
    declaration: QueueDeclaration,
  ): void {
    if (!isNamed) {
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `Cannot declare a server-named queue for type ${type}`,
      );
    }
    const unfit = declaration.isAutoDelete
      ? 'auto-delete'
      : declaration.isExclusive
        ? 'exclusive-owner'
        : declaration.isDurable
          ? null
          : 'non-durable';
    if (unfit === null) return;
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `invalid property '${unfit}' for ${this.#textOf(name)}`,
    );
  }

  #checkSame(existing: DeclaredQueue, declared: QueueDeclaration, owner: QueueOwner): void {
    const { name, type } = existing;
    const entity = this.#textOf(name);
    if (existing.owner !== (declared.isExclusive ? owner : null)) this.#refuseLocked(name);
    // An exclusive queue is never durable: RabbitMQ ignores the flag.
    const isDurable = declared.isDurable && !declared.isExclusive;
    assertSameProperty(entity, 'durable', existing.isDurable, isDurable);
    assertSameProperty(entity, 'auto_delete', existing.isAutoDelete, declared.isAutoDelete);
    const declaredType = queueTypeOf(name, this.#options.vhost, declared.arguments);
    assertSameProperty(entity, 'x-queue-type', type, declaredType);
    for (const argument of comparedArguments(type)) {
      assertSameArgument(entity, argument, existing.arguments, declared.arguments);
    }
  }

  #add(type: QueueTypeName, properties: QueueProperties): DeclaredQueue {
    const queue = this.#newQueue(type, properties);
    this.#byName.set(queue.name, queue);
    this.#options.bindings.generation++;
    if (queue.owner !== null) this.#ownedBy(queue.owner).add(queue);
    return queue;
  }

  #newQueue(type: QueueTypeName, properties: QueueProperties): DeclaredQueue {
    const applied = this.#options.policies.appliedTo(type, properties.name);
    const settings = this.#settingsOf(type, properties.arguments, applied);
    const common = { ...this.#options, ...properties, settings, applied };
    if (type === 'stream') {
      const { journal, clock, memoryBudget: budget } = this.#options;
      const { segmentOctetsMax } = settings;
      const log = journal.openLog(properties.id, 0);
      const streamLog = new ChunkedStreamLog({ log, budget, clock, segmentOctetsMax });
      return new StreamQueue({ ...common, log: streamLog });
    }
    const QueueType = type === 'quorum' ? QuorumQueue : ClassicQueue;
    const queue: DeclaredQueue = new QueueType({
      ...common,
      onUnused: () => {
        if (queue.isAutoDelete) this.#remove(queue);
      },
      onExpired: () => this.#remove(queue),
    });
    return queue;
  }

  #settingsOf(type: QueueTypeName, args: FieldTable, applied: AppliedPolicy | null): QueueSettings {
    const definition = applied?.effective ?? NO_DEFINITION;
    if (hasOwnArguments(args)) return queueSettings(type, args, definition);
    let byType = this.#commonSettings.get(definition);
    if (byType === undefined) {
      byType = new Map();
      this.#commonSettings.set(definition, byType);
    }
    let settings = byType.get(type);
    if (settings === undefined) {
      settings = queueSettings(type, args, definition);
      byType.set(type, settings);
    }
    return settings;
  }

  /** Policies may have changed: a step for each queue. */
  *reapplyPolicies(): Generator<void> {
    for (const queue of this.#byName.values()) {
      const applied = this.#options.policies.appliedTo(queue.type, queue.name);
      if (applied !== queue.applied) {
        this.#tellPolicy(queue, applied);
        queue.applyPolicy(applied, this.#settingsOf(queue.type, queue.arguments, applied));
      }
      yield;
    }
  }

  #tellPolicy({ name, vhost }: DeclaredQueue, applied: AppliedPolicy | null): void {
    const event = applied === null ? 'queue.policy.cleared' : 'queue.policy.updated';
    const policy = applied?.policy?.name;
    this.#options.events.emit(event, () => ({ name, vhost, policy }));
  }

  /** The virtual host ends: a step for each queue. Now and then the store is waited for, lest it write too much at once. */
  *removeAll(): Generator<Durable> {
    let count = 0;
    for (const queue of this.#byName.values()) {
      this.#remove(queue);
      yield ++count % REMOVALS_MAX === 0 ? this.whenDurable(queue.name) : undefined;
    }
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
  ): number {
    const name = stripLineBreaks(rawName);
    if (!this.#byName.has(name)) return 0;
    const queue = this.get(name, owner);
    if (queue.type === 'quorum') this.#refuseConditions(name, conditions);
    // RabbitMQ deletes a stream whatever the conditions.
    if (queue.type === 'stream') return this.#remove(queue);
    if (conditions.ifEmpty && queue.readyCount > 0) {
      throw new BrokerError('PRECONDITION_FAILED', `${this.#textOf(name)} not empty`);
    }
    if (conditions.ifUnused && queue.consumerCount > 0) {
      throw new BrokerError('PRECONDITION_FAILED', `${this.#textOf(name)} in use`);
    }
    return this.#remove(queue);
  }

  /** RabbitMQ cannot tell of a quorum queue whether it is unused or empty. */
  #refuseConditions(
    name: string,
    conditions: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
  ): void {
    const flag = conditions.ifUnused ? 'if-unused' : conditions.ifEmpty ? 'if-empty' : null;
    if (flag === null) return;
    throw new BrokerError(
      'NOT_IMPLEMENTED',
      `cannot delete ${this.#textOf(name)}. queue.delete operations with ${flag} flag set are not ` +
        'supported by quorum queues',
    );
  }

  /** A connection ended: its exclusive queues end with it. */
  deleteOwnedBy(owner: QueueOwner): void {
    const owned = this.#owned.get(owner);
    if (owned === undefined) return;
    this.#owned.delete(owner);
    for (const queue of owned) this.#remove(queue);
  }

  #remove(queue: DeclaredQueue): number {
    if (!this.#byName.delete(queue.name)) return 0;
    this.#options.totals.queuesDeleted++;
    if (queue.owner !== null) this.#owned.get(queue.owner)?.delete(queue);
    this.#options.bindings.removeQueue(queue);
    const count = queue.delete();
    this.#options.events.emit('queue.deleted', () => queueFacts(queue));
    void this.#options.definitions.deleteQueue(queue);
    return count;
  }

  #ownedBy(owner: QueueOwner): Set<DeclaredQueue> {
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
