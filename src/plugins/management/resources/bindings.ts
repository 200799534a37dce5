/** Bindings: `/bindings`, by virtual host and by their two ends. */
import * as v from 'valibot';
import {
  tableFromJson,
  type ListedBinding,
  type PluginContext,
  type VirtualHost,
} from '../../plugin-api.ts';
import { ARGUMENTS } from '../arguments.ts';
import { compareTexts, listAnswer, listOf, objectAnswer } from '../lists.ts';
import {
  NO_CONTENT,
  notFound,
  routeWithBody,
  type Answer,
  type Request,
  type Route,
} from '../route.ts';
import { sessionOf } from '../session-of.ts';
import { shownBinding } from '../shown-binding.ts';
import { openHosts, virtualHostOf } from '../virtual-host-of.ts';

type Kind = 'queue' | 'exchange';

const BINDING = v.object({ routing_key: v.optional(v.string(), ''), arguments: ARGUMENTS });

export function bindingRoutes(context: PluginContext): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/bindings',
      summary: 'All bindings that the user may see',
      tag: 'management',
      query: 'list',
      handle: async (request) =>
        listOf((await openHosts(context, request)).flatMap(allOf), SHOWN, request),
    },
    {
      method: 'get',
      path: '/bindings/{vhost}',
      summary: 'The bindings of a virtual host',
      tag: 'management',
      query: 'list',
      handle: async (request) =>
        listOf(allOf(await virtualHostOf(context, request)), SHOWN, request),
    },
    ...routesBetween(context, 'queue', '/bindings/{vhost}/e/{source}/q/{destination}'),
    ...routesBetween(context, 'exchange', '/bindings/{vhost}/e/{source}/e/{destination}'),
  ];
}

/** Shown only where they are on the page. */
const SHOWN = { nameOf: (): string => '', isOrdered: true, show: shownBinding };

const ORDERED_BY = [
  'source',
  'destination',
  'destinationType',
  'routingKey',
  'propertiesKey',
] as const;

/** By their ends, as in RabbitMQ. */
function allOf(host: VirtualHost): readonly ListedBinding[] {
  return [...host.listBindings()].toSorted((a, b) => {
    for (const field of ORDERED_BY) {
      const order = compareTexts(a[field], b[field]);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function routesBetween(context: PluginContext, kind: Kind, path: string): readonly Route[] {
  return [
    {
      method: 'get',
      path,
      summary: `The bindings between an exchange and ${articled(kind)}`,
      tag: 'management',
      query: 'list',
      async handle(request) {
        const host = await virtualHostOf(context, request);
        return listAnswer(between(host, kind, request).map(shownBinding), request);
      },
    },
    routeWithBody({
      method: 'post',
      path,
      summary: `Bind ${articled(kind)} to an exchange`,
      tag: 'management',
      statuses: [201],
      body: BINDING,
      handle: async (request) => bind(context, kind, request),
    }),
    {
      method: 'get',
      path: `${path}/{key}`,
      summary: 'A binding',
      tag: 'management',
      query: 'object',
      async handle(request) {
        const host = await virtualHostOf(context, request);
        return objectAnswer(shownBinding(existing(host, kind, request)), request);
      },
    },
    {
      method: 'delete',
      path: `${path}/{key}`,
      summary: 'Remove a binding',
      tag: 'management',
      async handle(request) {
        const { session, virtualHost } = await sessionOf(context, request);
        const { routingKey: bindingKey, arguments: args } = existing(virtualHost, kind, request);
        await session.unbind(kind, { ...endsOf(request), bindingKey, arguments: args });
        return NO_CONTENT;
      },
    },
  ];
}

function articled(kind: Kind): string {
  return kind === 'queue' ? 'a queue' : 'an exchange';
}

async function bind(
  context: PluginContext,
  kind: Kind,
  request: Request<v.InferOutput<typeof BINDING>>,
): Promise<Answer> {
  const { session, virtualHost } = await sessionOf(context, request);
  const { body } = request;
  const ends = endsOf(request);
  const bindingKey = Buffer.from(body.routing_key).toString('latin1');
  const args = tableFromJson(body.arguments);
  await session.bind(kind, { ...ends, bindingKey, arguments: args });
  const made = between(virtualHost, kind, request).find(
    (binding) => binding.routingKey === bindingKey && binding.arguments.size === args.size,
  );
  const key = made?.propertiesKey ?? '~';
  const location = `${encodeURIComponent(ends.destination)}/${encodeURIComponent(key)}`;
  return { status: 201, headers: { location } };
}

function endsOf({ params: { source = '', destination = '' } }: Request): {
  readonly source: string;
  readonly destination: string;
} {
  return { source: source === 'amq.default' ? '' : source, destination };
}

function between(host: VirtualHost, kind: Kind, request: Request): readonly ListedBinding[] {
  const { source, destination } = endsOf(request);
  const exchange = host.exchanges.find(source);
  if (exchange === undefined) return [];
  return [...host.bindingsFrom(exchange)].filter(
    (binding) => binding.destinationType === kind && binding.destination === destination,
  );
}

/** Clients quote the key of a binding in one way or the other, or not at all. */
function isSameKey(propertiesKey: string, given: string): boolean {
  return propertiesKey === given || unquoted(propertiesKey) === unquoted(given);
}

function unquoted(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

/** @throws Refusal */
function existing(host: VirtualHost, kind: Kind, request: Request): ListedBinding {
  const found = between(host, kind, request).find(({ propertiesKey }) =>
    isSameKey(propertiesKey, request.params['key'] ?? ''),
  );
  if (found === undefined) throw notFound();
  return found;
}
