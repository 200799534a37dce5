/** Members of quorum queues: each has one, on this node. */
import * as v from 'valibot';
import type { PluginContext } from '../../plugin-api.ts';
import type { ManagementContext } from '../management-context.ts';
import {
  badRequest,
  NO_CONTENT,
  notFound,
  ok,
  routeWithBody,
  type Request,
  type Route,
} from '../route.ts';
import { virtualHostOf } from '../virtual-host-of.ts';

const PATH = '/queues/quorum/{vhost}/{name}';
const NODE = v.object({ node: v.string() });

export function quorumQueueRoutes(context: ManagementContext): readonly Route[] {
  const { nodeName } = context.about;
  const requireNode = (node: string): void => {
    if (node !== nodeName) throw badRequest(`Node ${node} could not be contacted`);
  };
  const all = (method: 'post' | 'delete', action: string): Route => ({
    method,
    path: `/queues/quorum/replicas/on/{node}/${action}`,
    summary: 'Members of all quorum queues on a node: each has one already, and keeps it',
    tag: 'administrator',
    handle({ params: { node = '' } }) {
      requireNode(node);
      return NO_CONTENT;
    },
  });
  return [
    all('post', 'grow'),
    all('delete', 'shrink'),
    {
      method: 'get',
      path: `${PATH}/status`,
      summary: 'The members of a quorum queue',
      tag: 'management',
      async handle(request) {
        await requireQuorumQueue(context, request);
        return ok([{ 'Node Name': nodeName, 'Raft State': 'leader', Membership: 'voter' }]);
      },
    },
    routeWithBody({
      method: 'post',
      path: `${PATH}/replicas/add`,
      summary: 'Add a member: there is no other node',
      tag: 'administrator',
      body: NODE,
      async handle(request) {
        await requireQuorumQueue(context, request);
        requireNode(request.body.node);
        return NO_CONTENT;
      },
    }),
    routeWithBody({
      method: 'delete',
      path: `${PATH}/replicas/delete`,
      summary: 'Remove a member: the last one stays',
      tag: 'administrator',
      body: NODE,
      async handle(request) {
        await requireQuorumQueue(context, request);
        requireNode(request.body.node);
        throw badRequest('last_node');
      },
    }),
  ];
}

/** @throws Refusal */
async function requireQuorumQueue(context: PluginContext, request: Request): Promise<void> {
  const host = await virtualHostOf(context, request);
  const queue = host.queues.find(request.params['name'] ?? '');
  if (queue?.type !== 'quorum') throw notFound();
}
