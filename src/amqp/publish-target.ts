/**
 * What a publisher asked for with basic.publish, and what became of it: the exchange it named and the route computed for
 * it. Kept from one publish to the next, because publishers repeat themselves.
 */
import { notFound, BrokerError } from '../broker/errors.ts';
import type { Exchange } from '../broker/exchange/exchange.ts';
import { routingKeysOf, type Message, type MessageAddress } from '../broker/message.ts';
import type { QueueRef } from '../broker/queue/queue-ref.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';

export class PublishTarget {
  readonly address: MessageAddress;
  readonly isMandatory: boolean;
  readonly isImmediate: boolean;
  #generation = -1;
  #exchange: Exchange | null = null;
  #queues: readonly QueueRef[] | null = null;

  constructor(address: MessageAddress, isMandatory: boolean, isImmediate: boolean) {
    this.address = address;
    this.isMandatory = isMandatory;
    this.isImmediate = isImmediate;
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

  /** Where this message goes. Computed anew only when a binding changed, or when it depends on the headers. */
  route(virtualHost: VirtualHost, message: Message): readonly QueueRef[] {
    const exchange = this.find(virtualHost);
    if (message.traits !== null && message.traits.copies !== null) {
      return virtualHost.routeByKeys(exchange, routingKeysOf(message), message).queues;
    }
    if (this.#queues !== null) return this.#queues;
    const route = virtualHost.route(exchange, this.address.routingKey, message);
    if (!route.dependsOnHeaders) this.#queues = route.queues;
    return route.queues;
  }
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
