/** A virtual host as the API shows it: its metadata, and what its clients and queues have counted. */
import type { VirtualHost } from '../plugin-api.ts';
import type { ManagementContext } from './management-context.ts';
import { messageCounts, messageStats, type Numbers } from './message-stats.ts';
import { detailsOf, sumOfDetails, withDetails, type Details, type Ranges } from './ranges.ts';

export function shownVirtualHost(
  host: VirtualHost,
  context: ManagementContext,
  ranges: Ranges,
): object {
  const { description, tags, defaultQueueType, tracing, protectedFromDeletion } = host.metadata;
  const type = defaultQueueType ?? 'undefined';
  return {
    name: host.name,
    description,
    tags,
    default_queue_type: type,
    protected_from_deletion: protectedFromDeletion,
    metadata: { description, tags, default_queue_type: type },
    tracing,
    cluster_state: { [context.about.nodeName]: 'running' },
    ...(context.settings.isStatsDisabled ? {} : statsOf(host, context, ranges)),
  };
}

/** As of the last look at all queues: nothing is counted for an answer but the connections. */
function statsOf(host: VirtualHost, context: ManagementContext, ranges: Ranges): object {
  const { broker } = context;
  const { messagesReady, messagesUnacked } = broker.rates.messageCountsOf(host.name);
  const connections = [...context.connections].filter(({ vhost }) => vhost === host.name);
  const traffics = connections.map(({ traffic }) => traffic);
  const traffic = sumOf([host.endedClients, ...traffics], ['receivedOctets', 'sentOctets']);
  const data = detailsOfAll(traffics, context, ranges.dataRates);
  const channels = connections.flatMap((one) => [...one.channels].map(({ counters }) => counters));
  const counters = sumOf(
    [host.endedClients.channels, ...channels],
    Object.keys(host.endedClients.channels),
  );
  return {
    ...messageCounts(messagesReady, messagesUnacked, detailsOf(host, context, ranges.lengths)),
    ...withDetails('recv_oct', traffic['receivedOctets'] ?? 0, data('receivedOctets')),
    ...withDetails('send_oct', traffic['sentOctets'] ?? 0, data('sentOctets')),
    ...messageStats(counters, detailsOfAll(channels, context, ranges.msgRates)),
  };
}

function sumOf(all: readonly object[], names: readonly string[]): Numbers {
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((sum, one) => sum + ((one as Numbers)[name] ?? 0), 0)]),
  );
}

function detailsOfAll(
  things: readonly object[],
  context: ManagementContext,
  range: Ranges['lengths'],
): Details {
  const all = things.length === 0 ? [detailsOf(null, context, range)] : [];
  const details = [...all, ...things.map((thing) => detailsOf(thing, context, range))];
  return (counter) => sumOfDetails(details.map((one) => one(counter)));
}
