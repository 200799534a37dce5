/** The nodes, of which there is one: `/nodes`. */
import { availableParallelism } from 'node:os';
import { listAnswer, objectAnswer } from '../lists.ts';
import { memoryBreakdown, memoryShares } from '../memory-breakdown.ts';
import type { ManagementContext } from '../management-context.ts';
import type { NodeNumbers } from '../node-numbers.ts';
import { detailsOf, readRanges, withDetails, type Ranges } from '../ranges.ts';
import { notFound, ok, type Request, type Route } from '../route.ts';
import { churnRates, exchangeTypes, webContexts } from '../shown-broker.ts';

export function nodeRoutes(context: ManagementContext): readonly Route[] {
  const numbers = context.nodeNumbers;
  const node = async (request: Request): Promise<object> => {
    await numbers.lookAtFiles();
    return shownNode(context, numbers, readRanges(request.query));
  };
  return [
    {
      method: 'get',
      path: '/nodes',
      summary: 'The nodes: there is one',
      tag: 'monitoring',
      query: 'list',
      handle: async (request) => listAnswer([await node(request)], request),
    },
    {
      method: 'get',
      path: '/nodes/{node}',
      summary: 'A node',
      tag: 'monitoring',
      query: 'object',
      async handle(request) {
        requireNode(context, request);
        return objectAnswer(await node(request), request);
      },
    },
    ...memoryRoutes(context),
  ];
}

/** @throws Refusal */
export function requireNode({ about }: ManagementContext, { params }: Request): void {
  if (params['node'] !== about.nodeName) throw notFound();
}

function memoryRoutes(context: ManagementContext): readonly Route[] {
  const route = (path: string, summary: string, body: () => object): Route => ({
    method: 'get',
    path: `/nodes/{node}/memory${path}`,
    summary,
    tag: 'monitoring',
    handle(request) {
      requireNode(context, request);
      return ok(body());
    },
  });
  const noTables = (): object => ({ ets_tables_memory: 'no_tables' });
  const tables = "Memory of Erlang's tables: there are none";
  return [
    route('', 'What a node takes of memory', () => ({ memory: memoryBreakdown() })),
    route('/relative', 'Shares of that, in percent', () => ({ memory: memoryShares() })),
    route('/ets', tables, noTables),
    route('/ets/relative', tables, noTables),
    route('/ets/{filter}', tables, noTables),
    route('/ets/{filter}/relative', tables, noTables),
  ];
}

function shownNode(context: ManagementContext, numbers: NodeNumbers, ranges: Ranges): object {
  const { about, runtime, settings } = context;
  return {
    name: about.nodeName,
    type: 'disc',
    running: true,
    being_drained: false,
    uptime: Math.floor(runtime.clock.nowMs() - about.startedAtMs),
    os_pid: String(process.pid),
    processors: availableParallelism(),
    run_queue: 0,
    rates_mode: settings.ratesMode,
    ...resources(context, numbers, ranges),
    ...churnRates(context, ranges.nodeStats),
    partitions: [],
    cluster_links: [],
    enabled_plugins: enabledPlugins(context),
    applications: [{ name: 'leveret', description: 'Leveret', version: about.version }],
    exchange_types: exchangeTypes(context),
    auth_mechanisms: about.authMechanisms.map((name) => ({
      name,
      description: `SASL ${name} authentication mechanism`,
      enabled: true,
    })),
    contexts: webContexts(context),
    config_files: [],
    log_files: [],
    db_dir: about.dataDir ?? '',
    net_ticktime: 60,
  };
}

function resources(context: ManagementContext, numbers: NodeNumbers, ranges: Ranges): object {
  const { memoryUsed, memoryLimit, diskFree, diskFreeLimit } = context.about.resources();
  const alarms = context.broker.alarms.reason ?? '';
  const details = detailsOf(numbers, context, ranges.nodeStats);
  const { filesUsed, filesLimit } = numbers;
  const sockets = context.connections.size;
  return {
    ...withDetails('mem_used', memoryUsed, details('memoryUsed')),
    mem_limit: Math.floor(memoryLimit),
    mem_alarm: alarms.includes('memory'),
    mem_calculation_strategy: 'rss',
    ...(diskFree === null ? {} : withDetails('disk_free', diskFree, details('diskFree'))),
    ...(diskFreeLimit === null ? {} : { disk_free_limit: Math.floor(diskFreeLimit) }),
    disk_free_alarm: alarms.includes('disk'),
    fd_total: filesLimit,
    ...withDetails('fd_used', filesUsed, details('filesUsed')),
    sockets_total: Math.floor(filesLimit * 0.9),
    ...withDetails('sockets_used', sockets, details('socketsUsed')),
    ...withDetails('context_switches', numbers.contextSwitches, details('contextSwitches')),
  };
}

/** Under RabbitMQ's names, which tools look for. */
function enabledPlugins({ about }: ManagementContext): readonly string[] {
  const known: Readonly<Record<string, string>> = {
    management: 'rabbitmq_management',
    prometheus: 'rabbitmq_prometheus',
  };
  return about.plugins().map((name) => known[name] ?? name);
}
