/**
 * What a publisher asked for with basic.publish, and what became of it: the exchange it named, that the user may publish
 * to it, and the route computed for it. Kept from one publish to the next, because publishers repeat themselves.
 */
import { notFound, BrokerError } from '../broker/errors.ts';
import type { Exchange } from '../broker/exchange/exchange.ts';
import { routingKeysOf, type Message, type MessageAddress } from '../broker/message.ts';
import type { QueueRef } from '../broker/queue/queue-ref.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';
import type { ConnectionAccess, Question } from './connection-access.ts';

export class PublishTarget {
  readonly address: MessageAddress;
  readonly isMandatory: boolean;
  readonly isImmediate: boolean;
  #generation = -1;
  /** Of the permissions when the user was found to have those that are needed. */
  #allowedGeneration = -1;
  #exchange: Exchange | null = null;
  #queues: readonly QueueRef[] | null = null;

  constructor(address: MessageAddress, isMandatory: boolean, isImmediate: boolean) {
    this.address = address;
    this.isMandatory = isMandatory;
    this.isImmediate = isImmediate;
  }

  /** After `find` or `isAllowed`. */
  get exchange(): Exchange {
    return this.#exchange!;
  }

  /** Nothing has changed since the user was found to be allowed to publish here. */
  isAllowed(virtualHost: VirtualHost, access: ConnectionAccess): boolean {
    return (
      this.#allowedGeneration === access.generation && this.#generation === virtualHost.generation
    );
  }

  /** What the user needs: to write to the exchange, and with this routing key where it is of type topic. */
  questions(virtualHost: VirtualHost): readonly Question[] {
    const { exchange: name, routingKey } = this.address;
    const write = writeTo(name);
    return isTopic(virtualHost.findExchange(name)) ? [write, writeTo(name, routingKey)] : [write];
  }

  /** What the user needs for the routing keys in the headers CC and BCC. */
  copyQuestions({ traits }: Message): readonly Question[] {
    const copies = traits?.copies ?? null;
    if (copies === null || !isTopic(this.#exchange)) return [];
    const { exchange: name } = this.address;
    return [...copies.carbon, ...copies.blind].map((key) => writeTo(name, key));
  }

  /** First to write to the exchange. @throws BrokerError ACCESS_REFUSED */
  requireWrite(access: ConnectionAccess): void {
    access.require(writeTo(this.address.exchange));
  }

  /** Then, of an exchange that was found, with the routing key. @throws BrokerError ACCESS_REFUSED */
  requireTopic(access: ConnectionAccess): void {
    const { exchange: name, routingKey } = this.address;
    if (isTopic(this.#exchange)) access.require(writeTo(name, routingKey));
    this.#allowedGeneration = access.generation;
  }

  /**
   * Looks the exchange up, unless nothing has changed since the last time.
   *
   * @throws BrokerError NOT_FOUND, ACCESS_REFUSED for an internal exchange
   */
  find(virtualHost: VirtualHost): Exchange {
    if (this.#exchange === null || this.#generation !== virtualHost.generation) {
      this.#exchange = publishableExchange(virtualHost, this.address.exchange);
      this.#generation = virtualHost.generation;
      this.#queues = null;
    }
    return this.#exchange;
  }

  /** Where this message goes, after `find` or `isAllowed`. Computed anew only when a binding changed, or when it depends on the headers. */
  route(virtualHost: VirtualHost, message: Message): readonly QueueRef[] {
    const exchange = this.#exchange!;
    if (message.traits !== null && message.traits.copies !== null) {
      return virtualHost.routeByKeys(exchange, routingKeysOf(message), message).queues;
    }
    if (this.#queues !== null) return this.#queues;
    const route = virtualHost.route(exchange, this.address.routingKey, message);
    if (!route.dependsOnHeaders) this.#queues = route.queues;
    return route.queues;
  }
}

function writeTo(name: string, topic?: string): Question {
  const write = { access: 'write', kind: 'exchange', name } as const;
  return topic === undefined ? write : { ...write, topic };
}

function isTopic(exchange: Exchange | null | undefined): boolean {
  return exchange?.type.name === 'topic';
}

function publishableExchange(virtualHost: VirtualHost, name: string): Exchange {
  const exchange = virtualHost.findExchange(name);
  if (exchange === undefined) throw notFound('exchange', name, virtualHost.name);
  if (exchange.isInternal) {
    throw new BrokerError(
      'ACCESS_REFUSED',
      `cannot publish to internal exchange '${name}' in vhost '${virtualHost.name}'`,
    );
  }
  return exchange;
}
