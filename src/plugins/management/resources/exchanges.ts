/** Exchanges: `/exchanges`, what they are bound to, and publishing. */
import * as v from 'valibot';
import {
  tableFromJson,
  tableToJson,
  type Exchange,
  type PluginContext,
  type VirtualHost,
} from '../../plugin-api.ts';
import { ARGUMENTS, BOOLEAN } from '../arguments.ts';
import { listAnswer, listOf, objectAnswer, type Shown } from '../lists.ts';
import type { ManagementContext } from '../management-context.ts';
import { messageStats } from '../message-stats.ts';
import { decodePayload, PROPERTIES } from '../messages.ts';
import { detailsOf, readRanges, type Ranges } from '../ranges.ts';
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
import { onPublishingChannel, sessionOf } from '../session-of.ts';
import { shownBinding } from '../shown-binding.ts';
import { openHosts, virtualHostOf } from '../virtual-host-of.ts';

const PATH = '/exchanges/{vhost}/{name}';
/** How the default exchange, whose name is empty, is called in paths. */
const DEFAULT_EXCHANGE = 'amq.default';

const EXCHANGE = v.object({
  type: v.optional(v.string(), 'direct'),
  durable: v.optional(BOOLEAN, false),
  auto_delete: v.optional(BOOLEAN, false),
  internal: v.optional(BOOLEAN, false),
  arguments: ARGUMENTS,
});

const PUBLISH = v.object({
  properties: PROPERTIES,
  routing_key: v.string(),
  payload: v.string(),
  payload_encoding: v.string(),
});

export function exchangeRoutes(context: ManagementContext): readonly Route[] {
  return [
    ...listRoutes(context),
    ...bindingLists(context),
    ...changeRoutes(context),
    publishRoute(context, `${PATH}/publish`),
    // The default exchange by its name, which is empty.
    publishRoute(context, '/exchanges/{vhost}//publish'),
  ];
}

function listRoutes(context: ManagementContext): readonly Route[] {
  const shown = (request: Request): Shown<Located> => {
    const ranges = readRanges(request.query);
    return {
      nameOf: ({ exchange }) => exchange.name,
      vhostOf: ({ host }) => host.name,
      show: (located) => shownExchange(located, context, ranges),
    };
  };
  return [
    {
      method: 'get',
      path: '/exchanges',
      summary: 'All exchanges that the user may see',
      tag: 'management',
      query: 'list',
      handle: async (request) =>
        listOf((await openHosts(context, request)).flatMap(exchangesOf), shown(request), request),
    },
    {
      method: 'get',
      path: '/exchanges/{vhost}',
      summary: 'The exchanges of a virtual host',
      tag: 'management',
      query: 'list',
      handle: async (request) =>
        listOf(exchangesOf(await virtualHostOf(context, request)), shown(request), request),
    },
    {
      method: 'get',
      path: PATH,
      summary: 'An exchange',
      tag: 'management',
      query: 'object',
      handle: async (request) =>
        objectAnswer(
          {
            ...shown(request).show(await exchangeOf(context, request)),
            incoming: [],
            outgoing: [],
          },
          request,
        ),
    },
  ];
}

function bindingLists(context: PluginContext): readonly Route[] {
  return [
    {
      method: 'get',
      path: `${PATH}/bindings/source`,
      summary: 'What an exchange leads to',
      tag: 'management',
      query: 'list',
      async handle(request) {
        const { host, exchange } = await exchangeOf(context, request);
        return listAnswer([...host.bindingsFrom(exchange)].map(shownBinding), request);
      },
    },
    {
      method: 'get',
      path: `${PATH}/bindings/destination`,
      summary: 'What leads to an exchange',
      tag: 'management',
      query: 'list',
      async handle(request) {
        const { host, exchange } = await exchangeOf(context, request);
        return listAnswer([...host.bindingsTo(exchange)].map(shownBinding), request);
      },
    },
  ];
}

function changeRoutes(context: PluginContext): readonly Route[] {
  return [
    routeWithBody({
      method: 'put',
      path: PATH,
      summary: 'Declare an exchange',
      tag: 'management',
      body: EXCHANGE,
      async handle(request) {
        const { session, virtualHost } = await sessionOf(context, request);
        const name = nameOf(request);
        const { type, durable, auto_delete: isAutoDelete, internal } = request.body;
        const isThere = virtualHost.exchanges.find(name) !== undefined;
        const flags = { isDurable: durable, isAutoDelete, isInternal: internal };
        const args = tableFromJson(request.body.arguments);
        await session.declareExchange({ name, type, ...flags, arguments: args });
        return isThere ? NO_CONTENT : CREATED;
      },
    }),
    {
      method: 'delete',
      path: PATH,
      summary: 'Delete an exchange; with if-unused only when it is',
      tag: 'management',
      query: { 'if-unused': 'only when it leads nowhere' },
      async handle(request) {
        const { exchange } = await exchangeOf(context, request);
        const { session } = await sessionOf(context, request);
        await session.deleteExchange(exchange.name, request.query.get('if-unused') === 'true');
        return NO_CONTENT;
      },
    },
  ];
}

function publishRoute(context: PluginContext, path: string): Route {
  return routeWithBody({
    method: 'post',
    path,
    summary: 'Publish a message',
    tag: 'management',
    statuses: [200],
    body: PUBLISH,
    async handle(request) {
      const { session } = await sessionOf(context, request);
      const { properties, routing_key: key, payload, payload_encoding: encoding } = request.body;
      const body = decodePayload(payload, encoding);
      const result = await onPublishingChannel(async () =>
        session.publish({
          exchange: nameOf(request),
          // Routing keys are octets, one character for each.
          routingKey: Buffer.from(key).toString('latin1'),
          properties,
          body,
        }),
      );
      if (result === 'refused') {
        throw badRequest('rejected Unable to publish message. Check queue limits.');
      }
      return ok({ routed: result === 'routed' });
    },
  });
}

interface Located {
  readonly host: VirtualHost;
  readonly exchange: Exchange;
}

function exchangesOf(host: VirtualHost): readonly Located[] {
  return [...host.exchanges].map((exchange) => ({ host, exchange }));
}

function nameOf({ params: { name = '' } }: Request): string {
  return name === DEFAULT_EXCHANGE ? '' : name;
}

/** @throws Refusal */
async function exchangeOf(context: PluginContext, request: Request): Promise<Located> {
  const host = await virtualHostOf(context, request);
  const exchange = host.exchanges.find(nameOf(request));
  if (exchange === undefined) throw notFound();
  return { host, exchange };
}

function shownExchange(
  { host, exchange }: Located,
  context: ManagementContext,
  ranges: Ranges,
): object {
  return {
    name: exchange.name,
    vhost: host.name,
    type: exchange.type.name,
    durable: exchange.isDurable,
    auto_delete: exchange.isAutoDelete,
    internal: exchange.isInternal,
    arguments: tableToJson(exchange.arguments),
    ...(exchange.policy === null ? {} : { policy: exchange.policy.name }),
    user_who_performed_action: 'rmq-internal',
    ...messageStats(exchange.counters, detailsOf(exchange.counters, context, ranges.msgRates)),
  };
}
