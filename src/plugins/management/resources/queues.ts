/** Queues: `/queues`, what is in them, and what leads to them. */
import * as v from 'valibot';
import {
  tableFromJson,
  type DeclaredQueue,
  type PluginContext,
  type VirtualHost,
} from '../../plugin-api.ts';
import { ARGUMENTS, BOOLEAN } from '../arguments.ts';
import { listAnswer, listOf, objectAnswer } from '../lists.ts';
import { shownMessage } from '../messages.ts';
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
import { sessionOf } from '../session-of.ts';
import { shownBinding } from '../shown-binding.ts';
import { shownConsumer } from '../shown-channel.ts';
import { shownQueue } from '../shown-queue.ts';
import { visibleHosts, virtualHostOf } from '../virtual-host-of.ts';

const PATH = '/queues/{vhost}/{name}';

const QUEUE = v.object({
  durable: v.optional(BOOLEAN, true),
  auto_delete: v.optional(BOOLEAN, false),
  arguments: ARGUMENTS,
});

const GET_MODES = [
  'ack_requeue_true',
  'ack_requeue_false',
  'reject_requeue_true',
  'reject_requeue_false',
] as const;

const GET = v.object({
  count: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)),
  ackmode: v.picklist(GET_MODES, `must be one of ${GET_MODES.join(', ')}`),
  encoding: v.picklist(['auto', 'base64'], 'must be auto or base64'),
  truncate: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

export function queueRoutes(context: PluginContext): readonly Route[] {
  return [...listRoutes(context), ...changeRoutes(context), ...messageRoutes(context)];
}

function listRoutes(context: PluginContext): readonly Route[] {
  const shown = {
    nameOf: ({ name }: DeclaredQueue): string => name,
    show: (queue: DeclaredQueue): object => shownQueue(queue, context),
  };
  return [
    ...(['/queues', '/queues/detailed'] as const).map(
      (path): Route => ({
        method: 'get',
        path,
        summary: 'All queues that the user may see',
        tag: 'management',
        async handle(request) {
          const hosts = await visibleHosts(context, request);
          return listOf(
            hosts.flatMap(({ queues }) => [...queues]),
            shown,
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
      async handle(request) {
        const { queues } = await virtualHostOf(context, request);
        return listOf([...queues], shown, request);
      },
    },
    {
      method: 'get',
      path: PATH,
      summary: 'A queue',
      tag: 'management',
      handle: async (request) =>
        objectAnswer(detailed((await queueOf(context, request)).queue, context), request),
    },
    {
      method: 'get',
      path: `${PATH}/bindings`,
      summary: 'What leads to a queue',
      tag: 'management',
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
  ];
}

function messageRoutes(context: PluginContext): readonly Route[] {
  return [
    routeWithBody({
      method: 'post',
      path: `${PATH}/get`,
      summary: 'Get messages, and requeue or remove them',
      tag: 'management',
      body: GET,
      async handle(request) {
        const { queue } = await queueOf(context, request);
        const { session } = await sessionOf(context, request);
        const { count, ackmode, encoding, truncate = Number.POSITIVE_INFINITY } = request.body;
        const taken = await session.get(queue.name, count, ackmode);
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

/** With the consumers that it has. */
function detailed(queue: DeclaredQueue, context: PluginContext): object {
  const consumers = [...queue.consumers].flatMap((consumer) => {
    const open = context.connections.consumerOf(consumer);
    return open === null ? [] : [shownConsumer(open, context)];
  });
  return { ...shownQueue(queue, context), consumer_details: consumers };
}
