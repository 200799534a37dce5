/** What events tell of queues, exchanges and bindings. */
import type { EventFacts } from './events.ts';
import type { DeclaredBinding, Exchange } from './exchange/exchange.ts';
import type { DeclaredQueue } from './queue/declared-queue.ts';
import { listed } from './binding-list.ts';

export function queueFacts(queue: DeclaredQueue): EventFacts {
  const { name, vhost, type, arguments: args } = queue;
  return {
    name,
    vhost,
    type,
    durable: queue.isDurable,
    auto_delete: queue.isAutoDelete,
    exclusive: queue.owner !== null,
    arguments: args,
  };
}

export function exchangeFacts(vhost: string, exchange: Exchange): EventFacts {
  return {
    name: exchange.name,
    vhost,
    type: exchange.type.name,
    durable: exchange.isDurable,
    auto_delete: exchange.isAutoDelete,
    internal: exchange.isInternal,
    arguments: exchange.arguments,
  };
}

export function bindingFacts(vhost: string, binding: DeclaredBinding): EventFacts {
  const { source, destination, destinationType, routingKey, ...rest } = listed(vhost, binding);
  return {
    vhost,
    source_name: source,
    source_kind: 'exchange',
    destination_name: destination,
    destination_kind: destinationType,
    routing_key: routingKey,
    arguments: rest.arguments,
  };
}
