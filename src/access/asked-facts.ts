/** What back ends that ask others are asked, by the names that RabbitMQ's have for it. */
import type { Access, Resource, TopicVariables } from './authenticator.ts';

export type AskedFacts = Readonly<Record<string, string>>;

export function resourceFacts(
  vhost: string,
  { kind, name }: Resource,
  permission: Access,
): AskedFacts {
  return { vhost, resource: kind, name, permission };
}

export function topicFacts(
  vhost: string,
  exchange: string,
  routingKey: string,
  permission: 'write' | 'read',
  variables: TopicVariables,
): AskedFacts {
  const mapped = Object.entries(variables).map(([name, value]) => [`variable_map.${name}`, value]);
  const facts = { vhost, resource: 'topic', name: exchange, permission, routing_key: routingKey };
  return { ...facts, ...(Object.fromEntries(mapped) as AskedFacts) };
}
