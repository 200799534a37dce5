/** Queues: `/queues`, what is in them, and what leads to them. */
import * as v from 'valibot';
import {
  tableFromJson,
  type DeclaredQueue,
  type PluginContext,
  type VirtualHost,
} from '../../plugin-api.ts';
import { ARGUMENTS, BOOLEAN, INTEGER } from '../arguments.ts';
import { listAnswer, listOf, objectAnswer, valueAt, type Shown } from '../lists.ts';
import type { ManagementContext } from '../management-context.ts';
import { shownMessage } from '../messages.ts';
import { readRanges } from '../ranges.ts';
import {
  badRequest,
  CREATED,
  NO_CONTENT,
  notFound,
  ok,
  routeWithBody,
  type Request,
  type Route,
} from '../route.ts';
import { onChannel, sessionOf } from '../session-of.ts';
import { shownBinding } from '../shown-binding.ts';
import { shownConsumer } from '../shown-channel.ts';
import { queueMessageStats, shownQueue, type QueueView } from '../shown-queue.ts';
import { openHosts, virtualHostOf } from '../virtual-host-of.ts';

const PATH = '/queues/{vhost}/{name}';

const QUEUE = v.object({
  durable: v.optional(BOOLEAN, false),
  auto_delete: v.optional(BOOLEAN, false),
  arguments: ARGUMENTS,
  node: v.optional(v.string()),
});

const GET_MODES = [
  'ack_requeue_true',
  'ack_requeue_false',
  'reject_requeue_true',
  'reject_requeue_false',
] as const;

const INTEGER_UP_TO_10_000 = v.pipe(INTEGER, v.maxValue(10_000));

const GET = v.object({
  count: INTEGER_UP_TO_10_000,
  ackmode: v.picklist(GET_MODES, `must be one of ${GET_MODES.join(', ')}`),
  encoding: v.picklist(['auto', 'base64'], 'must be auto or base64'),
  truncate: v.optional(INTEGER),
});

/** What lists are sorted by most often, without all else that is told of a queue. */
const QUICK_KEYS: Readonly<Record<string, (queue: DeclaredQueue) => unknown>> = {
  name: ({ name }) => name,
  vhost: ({ vhost }) => vhost,
  type: ({ type }) => type,
  messages: (queue) => queue.stats().readyCount + queue.stats().unackedCount,
  messages_unacknowledged: (queue) => queue.stats().unackedCount,
  messages_ready: ({ readyCount }) => readyCount,
  consumers: ({ consumerCount }) => consumerCount,
};

function quickKey(
  path: string,
  context: ManagementContext,
  view: QueueView,
): ((queue: DeclaredQueue) => unknown) | null {
  if (path.startsWith('message_stats.')) {
    return (queue) => valueAt(queueMessageStats(queue, context, view), path);
  }
  return QUICK_KEYS[path] ?? null;
}

function viewOf({ settings }: ManagementContext, { query }: Request): QueueView {
  const says = (name: string): boolean => query.get(name) === 'true';
  return {
    ranges: readRanges(query),
    hasStats: !settings.isStatsDisabled && !says('disable_stats'),
    hasTotals: settings.hasQueueTotals || says('enable_queue_totals'),
  };
}

export function queueRoutes(context: ManagementContext): readonly Route[] {
  return [...listRoutes(context), ...changeRoutes(context), ...messageRoutes(context)];
}

function listRoutes(context: ManagementContext): readonly Route[] {
  const shown = (request: Request): Shown<DeclaredQueue> => {
    const view = viewOf(context, request);
    return {
      nameOf: ({ name }) => name,
      show: (queue) => shownQueue(queue, context, view),
      vhostOf: ({ vhost }) => vhost,
      keyOf: (path) => quickKey(path, context, view),
    };
  };
  return [
    ...(['/queues', '/queues/detailed'] as const).map(
      (path): Route => ({
        method: 'get',
        path,
        summary: 'All queues that the user may see',
        tag: 'management',
        query: 'list',
        async handle(request) {
          const hosts = await openHosts(context, request);
          return listOf(
            hosts.flatMap(({ queues }) => [...queues]),
            shown(request),
            request,
          );
        },
      }),
    ),
    {
      method: 'get',
      path: '/queues/{vhost}',
      summary: 'The queues of a virtual host',
      tag: 'management',
      query: 'list',
      async handle(request) {
        const { queues } = await virtualHostOf(context, request);
        return listOf([...queues], shown(request), request);
      },
    },
    {
      method: 'get',
      path: PATH,
      summary: 'A queue',
      tag: 'management',
      query: 'object',
      handle: async (request) =>
        objectAnswer(detailed((await queueOf(context, request)).queue, context, request), request),
    },
    {
      method: 'get',
      path: `${PATH}/bindings`,
      summary: 'What leads to a queue',
      tag: 'management',
      query: 'list',
      async handle(request) {
        const { host, queue } = await queueOf(context, request);
        return listAnswer([...host.bindingsToQueue(queue)].map(shownBinding), request);
      },
    },
  ];
}

function changeRoutes(context: PluginContext): readonly Route[] {
  return [
    routeWithBody({
      method: 'put',
      path: PATH,
      summary: 'Declare a queue',
      tag: 'management',
      body: QUEUE,
      async handle(request) {
        const { session, virtualHost } = await sessionOf(context, request);
        const { params, body } = request;
        const { name = '' } = params;
        requireNode(context, body.node);
        const isThere = virtualHost.queues.find(name) !== undefined;
        await session.declareQueue({
          name,
          isDurable: body.durable,
          isAutoDelete: body.auto_delete,
          isExclusive: false,
          arguments: tableFromJson(body.arguments),
        });
        return isThere ? NO_CONTENT : CREATED;
      },
    }),
    {
      method: 'delete',
      path: PATH,
      summary: 'Delete a queue; with if-empty or if-unused only when it is',
      tag: 'management',
      query: {
        'if-empty': 'only when it has no messages',
        'if-unused': 'only when it has no consumers',
      },
      async handle(request) {
        const { queue } = await queueOf(context, request);
        const { session } = await sessionOf(context, request);
        const is = (name: string): boolean => request.query.get(name) === 'true';
        await session.deleteQueue(queue.name, {
          ifUnused: is('if-unused'),
          ifEmpty: is('if-empty'),
        });
        return NO_CONTENT;
      },
    },
    {
      method: 'delete',
      path: `${PATH}/contents`,
      summary: 'Purge a queue',
      tag: 'management',
      async handle(request) {
        const { queue } = await queueOf(context, request);
        const { session } = await sessionOf(context, request);
        await session.purgeQueue(queue.name);
        return NO_CONTENT;
      },
    },
  ];
}

function messageRoutes(context: PluginContext): readonly Route[] {
  return [
    routeWithBody({
      method: 'post',
      path: `${PATH}/actions`,
      summary: 'What older clients do with mirrored queues: nothing',
      tag: 'administrator',
      body: v.object({ action: v.string() }),
      async handle(request) {
        await queueOf(context, request);
        const { action } = request.body;
        if (action === 'sync' || action === 'cancel_sync') return NO_CONTENT;
        throw badRequest(`unknown: ${action}`);
      },
    }),
    routeWithBody({
      method: 'post',
      path: `${PATH}/get`,
      summary: 'Get messages, and requeue or remove them',
      tag: 'management',
      statuses: [200],
      body: GET,
      async handle(request) {
        const { session } = await sessionOf(context, request);
        const { count, ackmode, encoding, truncate = Number.POSITIVE_INFINITY } = request.body;
        const { name = '' } = request.params;
        const taken =
          count === 0 ? [] : await onChannel(async () => session.get(name, count, ackmode));
        return ok(taken.map((one) => shownMessage(one, encoding, truncate)));
      },
    }),
  ];
}

/** @throws Refusal */
async function queueOf(
  context: PluginContext,
  request: Request,
): Promise<{ readonly host: VirtualHost; readonly queue: DeclaredQueue }> {
  const host = await virtualHostOf(context, request);
  const queue = host.queues.find(request.params['name'] ?? '');
  if (queue === undefined) throw notFound();
  return { host, queue };
}

/** @throws Refusal for a node that there is not */
function requireNode({ about }: PluginContext, node: string = about.nodeName): void {
  if (node !== about.nodeName) throw badRequest(`Node ${node} could not be contacted`);
}

/** With the consumers that it has. */
function detailed(queue: DeclaredQueue, context: ManagementContext, request: Request): object {
  const consumers = [...queue.consumers].flatMap((consumer) => {
    const open = context.connections.consumerOf(consumer);
    return open === null ? [] : [shownConsumer(open, context)];
  });
  const view = viewOf(context, request);
  return {
    ...shownQueue(queue, context, view),
    consumer_details: consumers,
    incoming: [],
    deliveries: [],
  };
}
