/** A queue as the API shows it. */
import { messageStats, withRate } from './message-stats.ts';
import { tableToJson, type DeclaredQueue, type PluginContext } from '../plugin-api.ts';

export function shownQueue(queue: DeclaredQueue, context: PluginContext): object {
  const { about, broker } = context;
  const rates = broker.rates.ofLengths(queue);
  const facts = queue.facts();
  const { readyCount, unackedCount } = facts;
  const { nodeName: node } = about;
  return {
    name: queue.name,
    vhost: queue.vhost,
    type: queue.type,
    durable: queue.isDurable,
    auto_delete: queue.isAutoDelete,
    exclusive: queue.owner !== null,
    arguments: tableToJson(queue.arguments),
    node,
    state: 'running',
    policy: queue.policy?.name ?? null,
    operator_policy: queue.operatorPolicy?.name ?? null,
    effective_policy_definition: queue.effectivePolicy,
    ...withRate('messages', readyCount + unackedCount, rates?.['messages'] ?? 0),
    ...withRate('messages_ready', readyCount, rates?.['messagesReady'] ?? 0),
    ...withRate('messages_unacknowledged', unackedCount, rates?.['messagesUnacked'] ?? 0),
    message_bytes: facts.readyOctets + facts.unackedOctets,
    message_bytes_ready: facts.readyOctets,
    message_bytes_unacknowledged: facts.unackedOctets,
    messages_persistent: facts.persistentCount,
    message_bytes_persistent: facts.persistentOctets,
    messages_ram: facts.inMemoryCount + unackedCount,
    head_message_timestamp: facts.headTimestamp,
    consumer_capacity: facts.consumerCapacity,
    consumer_utilisation: facts.consumerCapacity,
    consumers: queue.consumerCount,
    ...messageStats(queue.counters, context),
    ...(queue.type === 'classic' ? {} : { leader: node, members: [node], online: [node] }),
  };
}
