/** Policies of users, and of operators. */
import * as v from 'valibot';
import type { VirtualHost } from '../../plugin-api.ts';
import { OBJECT } from '../arguments.ts';
import { listAnswer, objectAnswer } from '../lists.ts';
import type { ManagementContext } from '../management-context.ts';
import {
  CREATED,
  NO_CONTENT,
  notFound,
  Refusal,
  requireTag,
  routeWithBody,
  type Request,
  type Route,
  type Tag,
} from '../route.ts';
import { openHosts, virtualHostOf, virtualHostToChange } from '../virtual-host-of.ts';

type Policies = VirtualHost['policies'];
type Policy = NonNullable<ReturnType<Policies['find']>>;

/** What the values may be is checked where policies are set: the texts are RabbitMQ's. */
const POLICY = v.object({
  pattern: v.string(),
  definition: OBJECT,
  priority: v.optional(v.number(), 0),
  'apply-to': v.optional(v.string(), 'all'),
});

interface Kind {
  readonly path: 'policies' | 'operator-policies';
  /** What users need to change one. */
  readonly tag: Tag;
  readonly of: (host: VirtualHost) => Policies;
}

const KINDS: readonly Kind[] = [
  { path: 'policies', tag: 'policymaker', of: ({ policies }) => policies },
  {
    path: 'operator-policies',
    tag: 'administrator',
    of: ({ operatorPolicies }) => operatorPolicies,
  },
];

export function policyRoutes(context: ManagementContext): readonly Route[] {
  return KINDS.flatMap((kind) => [...readRoutes(context, kind), ...changeRoutes(context, kind)]);
}

function readRoutes(context: ManagementContext, { path, of }: Kind): readonly Route[] {
  return [
    {
      method: 'get',
      path: `/${path}`,
      summary: `All ${path}`,
      tag: 'management',
      query: 'list',
      handle: async (request) => {
        const hosts = await openHosts(context, request);
        return listAnswer(
          hosts.flatMap((host) => [...of(host)].map(shown)),
          request,
        );
      },
    },
    {
      method: 'get',
      path: `/${path}/{vhost}`,
      summary: `The ${path} of a virtual host`,
      tag: 'management',
      query: 'list',
      handle: async (request) =>
        listAnswer([...of(await virtualHostOf(context, request))].map(shown), request),
    },
    {
      method: 'get',
      path: `/${path}/{vhost}/{name}`,
      summary: `One of the ${path}`,
      tag: 'management',
      query: 'object',
      handle: async (request) => {
        requireTag(request.user, 'policymaker');
        const policies = of(await virtualHostOf(context, request, 'policies'));
        return objectAnswer(shown(existing(policies, request)), request);
      },
    },
  ];
}

function changeRoutes(context: ManagementContext, { path, tag, of }: Kind): readonly Route[] {
  return [
    routeWithBody({
      method: 'put',
      path: `/${path}/{vhost}/{name}`,
      summary: `Set one of the ${path}`,
      tag,
      body: POLICY,
      async handle(request) {
        const { name = '' } = request.params;
        requirePolicyChanges(context, path);
        const policies = of(await virtualHostToChange(context, request, 'policies'));
        const { pattern, definition, priority, 'apply-to': applyTo } = request.body;
        const isThere = policies.find(name) !== null;
        await policies.put({ name, pattern, applyTo, priority, definition });
        return isThere ? NO_CONTENT : CREATED;
      },
    }),
    {
      method: 'delete',
      path: `/${path}/{vhost}/{name}`,
      summary: `Delete one of the ${path}`,
      tag,
      async handle(request) {
        requirePolicyChanges(context, path);
        const policies = of(await virtualHostOf(context, request, 'policies'));
        await policies.delete(existing(policies, request).name);
        return NO_CONTENT;
      },
    },
  ];
}

/** @throws Refusal where the operator has fixed them */
function requirePolicyChanges({ settings }: ManagementContext, path: Kind['path']): void {
  if (path === 'operator-policies' && settings.isOperatorPolicyReadOnly) {
    throw new Refusal(405, 'method_not_allowed', 'Operator policies are read-only here');
  }
}

/** @throws Refusal */
function existing(policies: Policies, { params }: Request): Policy {
  const policy = policies.find(params['name'] ?? '');
  if (policy === null) throw notFound();
  return policy;
}

function shown({ vhost, name, pattern, applyTo, definition, priority }: Policy): object {
  return { vhost, name, pattern, 'apply-to': applyTo, definition, priority };
}
