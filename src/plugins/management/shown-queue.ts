/** A queue as the API shows it. */
import type { ManagementContext } from './management-context.ts';
import { messageCounts, messageStats } from './message-stats.ts';
import { detailsOf, type Ranges } from './ranges.ts';
import { isoTime, tableToJson, type DeclaredQueue, type QueueFacts } from '../plugin-api.ts';

/** How much is told of queues. */
export interface QueueView {
  readonly ranges: Ranges;
  /** What is counted; false: what was declared only. */
  readonly hasStats: boolean;
  /** Without statistics: numbers of messages all the same. */
  readonly hasTotals: boolean;
}

export function shownQueue(
  queue: DeclaredQueue,
  context: ManagementContext,
  view: QueueView,
): object {
  if (!view.hasStats) return declared(queue, context, view);
  const facts = queue.facts();
  const { readyCount, unackedCount } = facts;
  const { ranges } = view;
  return {
    ...identity(queue, context),
    policy: queue.policy?.name ?? null,
    operator_policy: queue.operatorPolicy?.name ?? null,
    effective_policy_definition: queue.effectivePolicy,
    ...messageCounts(readyCount, unackedCount, detailsOf(queue, context, ranges.lengths)),
    consumers: queue.consumerCount,
    memory: octetsInMemory(facts),
    ...queueMessageStats(queue, context, view),
    ...(queue.type === 'stream' ? ofStream(queue, context) : ofMessages(queue, facts, context)),
  };
}

/** The field `message_stats`. */
export function queueMessageStats(
  { counters }: DeclaredQueue,
  context: ManagementContext,
  { ranges }: QueueView,
): object {
  return messageStats(counters, detailsOf(counters, context, ranges.msgRates));
}

function identity(queue: DeclaredQueue, { about }: ManagementContext): object {
  return {
    name: queue.name,
    vhost: queue.vhost,
    type: queue.type,
    durable: queue.isDurable,
    auto_delete: queue.isAutoDelete,
    exclusive: queue.owner !== null,
    arguments: tableToJson(queue.arguments),
    node: about.nodeName,
    state: 'running',
  };
}

function declared(
  queue: DeclaredQueue,
  context: ManagementContext,
  { hasTotals }: QueueView,
): object {
  const policy = queue.policy === null ? {} : { policy: queue.policy.name };
  const common = {
    ...identity(queue, context),
    ...policy,
    ...(queue.type === 'classic' ? {} : members(context)),
  };
  if (!hasTotals) return common;
  const { readyCount, unackedCount } = queue.stats();
  return {
    ...common,
    messages: readyCount + unackedCount,
    messages_ready: readyCount,
    messages_unacknowledged: unackedCount,
  };
}

function members({ about: { nodeName } }: ManagementContext): object {
  return { leader: nodeName, members: [nodeName], online: [nodeName] };
}

function ofStream(queue: DeclaredQueue, context: ManagementContext): object {
  return { ...members(context), readers: { [context.about.nodeName]: queue.consumerCount } };
}

function ofMessages(queue: DeclaredQueue, facts: QueueFacts, context: ManagementContext): object {
  return {
    message_bytes: facts.readyOctets + facts.unackedOctets,
    message_bytes_ready: facts.readyOctets,
    message_bytes_unacknowledged: facts.unackedOctets,
    message_bytes_persistent: facts.persistentOctets,
    message_bytes_ram: octetsInMemory(facts),
    messages_persistent: facts.persistentCount,
    messages_ram: facts.inMemoryCount + facts.unackedCount,
    consumer_capacity: facts.consumerCapacity,
    consumer_utilisation: facts.consumerCapacity,
    ...(queue.type === 'classic' ? ofClassic(queue, facts, context) : ofQuorum(queue, context)),
  };
}

function ofClassic(queue: DeclaredQueue, facts: QueueFacts, context: ManagementContext): object {
  const { readyCount, unackedCount, inMemoryCount } = facts;
  const inMemory = octetsInMemory(facts);
  return {
    messages_ready_ram: inMemoryCount,
    messages_unacknowledged_ram: unackedCount,
    messages_paged_out: readyCount - inMemoryCount,
    message_bytes_paged_out: facts.readyOctets + facts.unackedOctets - inMemory,
    head_message_timestamp: facts.headTimestamp,
    idle_since: isoTime(facts.idleSinceMs),
    exclusive_consumer_tag: exclusiveConsumer(queue),
    single_active_consumer_tag: singleActiveConsumer(queue),
    ...ownerDetails(queue, context),
  };
}

function ofQuorum(queue: DeclaredQueue, context: ManagementContext): object {
  const { nodeName } = context.about;
  return {
    ...members(context),
    messages_dlx: 0,
    message_bytes_dlx: 0,
    open_files: { [nodeName]: 0 },
    single_active_consumer_ctag: singleActiveConsumer(queue),
  };
}

/** Of bodies: those of ready messages by the part of them that is in memory. */
function octetsInMemory({
  readyCount,
  readyOctets,
  inMemoryCount,
  unackedOctets,
}: QueueFacts): number {
  if (readyCount === 0) return unackedOctets;
  return Math.round((readyOctets * inMemoryCount) / readyCount) + unackedOctets;
}

function singleActiveConsumer(queue: DeclaredQueue): string | null {
  return queue.hasSingleActiveConsumer ? (queue.activeConsumer?.tag ?? null) : null;
}

function exclusiveConsumer({ consumers }: DeclaredQueue): string | null {
  for (const { isExclusive, tag } of consumers) if (isExclusive) return tag;
  return null;
}

/** The connection that an exclusive queue belongs to. */
function ownerDetails({ owner }: DeclaredQueue, { connections }: ManagementContext): object {
  if (owner === null) return {};
  const connection = connections.ofOwner(owner);
  if (connection === null) return {};
  const { name, peerAddress, peerPort } = connection;
  return { owner_pid_details: { name, peer_host: peerAddress, peer_port: peerPort } };
}
