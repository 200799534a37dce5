/**
 * What a user does in a virtual host without a connection, as over the management API: the same operations with the same
 * permissions and refusals as those of a channel. Each resolves when what it did is durable.
 */
import type { AccessControl } from '../access/access-control.ts';
import type { Access, AuthenticatedUser, Peer } from '../access/authenticator.ts';
import type { Broker } from '../broker/broker.ts';
import { BrokerError } from '../broker/errors.ts';
import { stripLineBreaks } from '../broker/names.ts';
import type { ExchangeDeclaration } from '../broker/exchanges.ts';
import type { DeclaredQueue } from '../broker/queue/declared-queue.ts';
import type { TakenMessage } from '../broker/queue/queue-ref.ts';
import type { QueueDeclaration } from '../broker/queues.ts';
import { ChannelCounters } from '../broker/statistics/counters.ts';
import type { BindingRequest, VirtualHost } from '../broker/virtual-host.ts';
import { ConnectionAccess, type Question } from './connection-access.ts';
import { DeliveryMeter } from './delivery-meter.ts';
import { binding, declareGuard, declaring } from './needed-permissions.ts';
import { publishDirectly, type DirectPublish, type PublishResult } from './direct-publish.ts';

export interface SessionOptions {
  readonly broker: Broker;
  readonly access: AccessControl;
  readonly user: AuthenticatedUser;
  readonly peer: Peer;
  readonly virtualHost: VirtualHost;
}

/** What becomes of messages that were looked at. */
export type GetMode =
  | 'ack_requeue_true'
  | 'ack_requeue_false'
  | 'reject_requeue_true'
  | 'reject_requeue_false';

/** The end of a binding. */
export type DestinationKind = 'queue' | 'exchange';

/** The longest short string, in octets. */
const SHORT_STRING_MAX = 255;

export class Session {
  readonly #options: SessionOptions;
  readonly #access: ConnectionAccess;
  /** Exclusive queues are of connections: this owns none. */
  readonly #owner = {};

  constructor(options: SessionOptions) {
    this.#options = options;
    const { access, user, peer, broker, virtualHost } = options;
    const { log } = broker.runtime;
    this.#access = new ConnectionAccess({ access, user, peer, vhost: virtualHost.name, log });
  }

  /** @throws BrokerError as exchange.declare */
  async declareExchange(declaration: ExchangeDeclaration): Promise<void> {
    const name = stripLineBreaks(declaration.name);
    checkShort('exchange', Buffer.byteLength(name));
    await this.#know(declaring('exchange', name, declaration.arguments.get('alternate-exchange')));
    const { exchanges } = this.#options.virtualHost;
    await this.#done(() => exchanges.declare(declaration, declareGuard(this.#access, 'exchange')));
  }

  /** @throws BrokerError as exchange.delete */
  async deleteExchange(rawName: string, ifUnused: boolean): Promise<void> {
    const name = stripLineBreaks(rawName);
    await this.#require('configure', 'exchange', name);
    await this.#done(() => this.#options.virtualHost.exchanges.delete(name, ifUnused));
  }

  /** @throws BrokerError as queue.declare */
  async declareQueue(declaration: QueueDeclaration): Promise<void> {
    const name = stripLineBreaks(declaration.name);
    checkShort('queue', Buffer.byteLength(name));
    await this.#know(declaring('queue', name, declaration.arguments.get('x-dead-letter-exchange')));
    const { queues } = this.#options.virtualHost;
    await this.#done(() => {
      const queue = queues.declare(declaration, this.#owner, declareGuard(this.#access, 'queue'));
      return queues.whenDurable(queue.name);
    });
  }

  /** @throws BrokerError as queue.delete */
  async deleteQueue(
    rawName: string,
    conditions: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
  ): Promise<void> {
    const name = stripLineBreaks(rawName);
    await this.#require('configure', 'queue', name);
    const { queues } = this.#options.virtualHost;
    await this.#done(() => {
      queues.delete(name, conditions, this.#owner);
      return queues.whenDurable(name);
    });
  }

  /** @throws BrokerError as queue.purge */
  async purgeQueue(rawName: string): Promise<void> {
    const name = stripLineBreaks(rawName);
    await this.#require('read', 'queue', name);
    const queue = this.#options.virtualHost.queues.get(name, this.#owner);
    await this.#done(async () => void (await queue.purge()));
  }

  /** @throws BrokerError as queue.bind and exchange.bind */
  async bind(kind: DestinationKind, wanted: BindingRequest): Promise<void> {
    checkShort('routing_key', wanted.bindingKey.length);
    const request = await this.#permitted(kind, wanted);
    const { virtualHost } = this.#options;
    await this.#done(() =>
      kind === 'queue'
        ? virtualHost.bindQueue(request, this.#owner)
        : virtualHost.bindExchange(request),
    );
  }

  /** @throws BrokerError as queue.unbind and exchange.unbind */
  async unbind(kind: DestinationKind, wanted: BindingRequest): Promise<void> {
    const request = await this.#permitted(kind, wanted);
    const { virtualHost } = this.#options;
    await this.#done(() =>
      kind === 'queue'
        ? virtualHost.unbindQueue(request, this.#owner)
        : virtualHost.unbindExchange(request),
    );
  }

  /** @throws BrokerError as basic.publish; with REJECTED in the result where a queue refuses */
  async publish(message: DirectPublish): Promise<PublishResult> {
    checkShort('routing_key', message.routingKey.length);
    const { broker, virtualHost } = this.#options;
    const surroundings = { broker, virtualHost, access: this.#access };
    return this.#done(() => publishDirectly(message, surroundings));
  }

  /**
   * Takes up to `count` ready messages, and hands back or forgets them when it has them all.
   *
   * @throws BrokerError as basic.get
   */
  async get(rawName: string, count: number, mode: GetMode): Promise<readonly TakenMessage[]> {
    const name = stripLineBreaks(rawName);
    await this.#require('read', 'queue', name);
    const { broker, virtualHost } = this.#options;
    const queue = virtualHost.queues.get(name, this.#owner);
    refuseToGetFrom(queue);
    const taken: TakenMessage[] = [];
    // Counted for the queue and the broker as if it came over a channel.
    const meter = new DeliveryMeter(new ChannelCounters(), broker.totals, broker.turn);
    while (taken.length < count) {
      // oxlint-disable-next-line no-await-in-loop -- the next is what is first then
      const one = await queue.get(false);
      const isRedelivered = one?.isRedelivered ?? false;
      meter.got(queue, mode === 'ack_requeue_false', one !== null, isRedelivered);
      if (one === null) break;
      taken.push(one);
    }
    for (const { message, position } of taken) {
      if (mode === 'ack_requeue_false') queue.acknowledge(message, position);
      else if (mode === 'reject_requeue_false') queue.reject(message, position);
      else queue.requeue(message, position, mode === 'reject_requeue_true');
    }
    broker.turn.end();
    return taken;
  }

  /** The binding by the names that its ends really have. @throws BrokerError ACCESS_REFUSED */
  async #permitted(kind: DestinationKind, wanted: BindingRequest): Promise<BindingRequest> {
    const source = stripLineBreaks(wanted.source);
    const destination = stripLineBreaks(wanted.destination);
    const request = { ...wanted, source, destination };
    const questions = binding(kind, request, this.#options.virtualHost);
    await this.#know(questions);
    for (const question of questions) this.#access.require(question);
    return request;
  }

  async #require(access: Access, kind: DestinationKind, name: string): Promise<void> {
    const question: Question = { access, kind, name };
    await this.#know([question]);
    this.#access.require(question);
  }

  async #know(questions: readonly Question[]): Promise<void> {
    await this.#access.known(questions);
  }

  /** What follows from an operation happens in the same turn. */
  async #done<T>(operate: () => Promise<T> | T): Promise<T> {
    try {
      return await operate();
    } finally {
      this.#options.broker.turn.end();
    }
  }
}

/** What methods of AMQP have no room for, in octets. @throws BrokerError */
function checkShort(what: string, length: number): void {
  if (length <= SHORT_STRING_MAX) return;
  throw new BrokerError(
    'PRECONDITION_FAILED',
    `${what} should be less than ${SHORT_STRING_MAX} bytes, actually was ${length}`,
  );
}

/** RabbitMQ's rules for basic.get. */
function refuseToGetFrom({ type, name, vhost, settings }: DeclaredQueue): void {
  if (type === 'quorum' && settings.isSingleActiveConsumer) {
    throw new BrokerError(
      'RESOURCE_LOCKED',
      `cannot obtain access to locked queue '${name}' in vhost '${vhost}'. basic.get operations ` +
        'are not supported by quorum queues with single active consumer',
    );
  }
}
