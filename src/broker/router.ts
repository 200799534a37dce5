/**
 * From an exchange and a routing key to queues: breadth first over bindings between exchanges, each exchange once a
 * message (cycles are harmless), each queue once a message, alternate exchanges where nothing matched.
 */
import { EMPTY_TABLE, type FieldTable } from '../amqp/wire/field-table.ts';
import type { Destination, Exchange, Route } from './exchange/exchange.ts';
import { headersOf, type Message } from './message.ts';
import type { QueueRef } from './queue/queue-ref.ts';

/** What the router looks up by name. */
export interface RoutingTable {
  findExchange(name: string): Exchange | undefined;
  /** The queue that the default exchange routes to. */
  findQueueByKey(routingKey: string): QueueRef | undefined;
}

/**
 * Computes a route. Its cost is paid once for a routing key: the caller remembers the result.
 *
 * @param routingKeys the key of basic.publish, and those of CC and BCC: whatever matches one of them gets the message
 */
export function computeRoute(
  table: RoutingTable,
  start: Exchange,
  routingKeys: readonly string[],
  message: Message,
): Route {
  const queues = new Set<QueueRef>();
  const seen = new Set<Exchange>([start]);
  const pending: Exchange[] = [start];
  let headers: FieldTable = EMPTY_TABLE;
  let dependsOnHeaders = false;
  for (let exchange = pending.pop(); exchange !== undefined; exchange = pending.pop()) {
    if (exchange.matcher.needsHeaders && !dependsOnHeaders) {
      dependsOnHeaders = true;
      headers = headersOf(message);
    }
    const matched = matchExchange(table, exchange, routingKeys, headers, queues);
    for (const next of matched) {
      if (seen.has(next)) continue;
      seen.add(next);
      pending.push(next);
    }
  }
  return { queues: [...queues], dependsOnHeaders };
}

/** Adds the queues that one exchange leads to, and returns the exchanges to go on with. */
function matchExchange(
  table: RoutingTable,
  exchange: Exchange,
  routingKeys: readonly string[],
  headers: FieldTable,
  queues: Set<QueueRef>,
): readonly Exchange[] {
  if (exchange.name === '') {
    for (const routingKey of routingKeys) {
      const queue = table.findQueueByKey(routingKey);
      if (queue !== undefined) queues.add(queue);
    }
    return [];
  }
  const destinations = new Set<Destination>();
  for (const routingKey of routingKeys) {
    exchange.matcher.match(routingKey, headers, destinations);
  }
  if (destinations.size === 0) {
    const alternate =
      exchange.alternateExchange === null
        ? undefined
        : table.findExchange(exchange.alternateExchange);
    return alternate === undefined ? [] : [alternate];
  }
  const exchanges: Exchange[] = [];
  for (const destination of destinations) {
    if (destination.kind === 'queue') queues.add(destination.queue);
    else exchanges.push(destination.exchange);
  }
  return exchanges;
}
