/** A queue as the API shows it. */
import { tableToJson, type DeclaredQueue, type PluginContext } from '../plugin-api.ts';

export function shownQueue(queue: DeclaredQueue, { about }: PluginContext): object {
  const { readyCount, unackedCount, consumerCount } = queue.stats();
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
    messages: readyCount + unackedCount,
    messages_ready: readyCount,
    messages_unacknowledged: unackedCount,
    consumers: consumerCount,
    ...(queue.type === 'classic' ? {} : { leader: node, members: [node], online: [node] }),
  };
}
