/**
 * What a publisher asked for with basic.publish, and what became of it: the exchange it named and the route computed for
 * it. Kept from one publish to the next, because publishers repeat themselves.
 */
import { notFound, BrokerError } from '../broker/errors.ts';
import type { Exchange, Route } from '../broker/exchange/exchange.ts';
import type { Message, MessageAddress } from '../broker/message.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';

export class PublishTarget {
  readonly address: MessageAddress;
  readonly isMandatory: boolean;
  readonly isImmediate: boolean;
  #generation = -1;
  #exchange: Exchange | null = null;
  #route: Route | null = null;

  constructor(address: MessageAddress, isMandatory: boolean, isImmediate: boolean) {
    this.address = address;
    this.isMandatory = isMandatory;
    this.isImmediate = isImmediate;
  }

  /**
   * Where this message goes. Computed anew only when a binding changed, or when it depends on the headers.
   *
   * @throws BrokerError NOT_FOUND, ACCESS_REFUSED for an internal exchange
   */
  route(virtualHost: VirtualHost, message: Message): Route {
    if (this.#generation !== virtualHost.generation || this.#exchange === null) {
      this.#exchange = publishableExchange(virtualHost, this.address.exchange);
      this.#generation = virtualHost.generation;
      this.#route = null;
    }
    if (this.#route !== null) return this.#route;
    const route = virtualHost.route(this.#exchange, this.address.routingKey, message);
    if (!route.dependsOnHeaders) this.#route = route;
    return route;
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
