/** Health checks for load balancers, orchestrators and monitoring: 200 when all is well, 503 with the reason otherwise. */
import type { PluginContext } from '../../plugin-api.ts';
import { badRequest, notFound, ok, type Answer, type Request, type Route } from '../route.ts';
import { virtualHostOf } from '../virtual-host-of.ts';

const HEALTHY: Answer = ok({ status: 'ok' });

/** What cannot go wrong with one node. */
const SINGLE_NODE: Answer = ok({ status: 'ok', reason: 'single node cluster' });

function failed(reason: string, details: object): Answer {
  return { status: 503, body: { status: 'failed', reason, ...details } };
}

export function healthCheckRoutes(context: PluginContext): readonly Route[] {
  const check = (path: string, summary: string, handle: Route['handle']): Route => ({
    method: 'get',
    path,
    summary,
    tag: 'management',
    handle,
  });
  const always = (path: string, answer: Answer): Route =>
    check(`/health/checks/${path}`, 'Always well on one node', () => answer);
  return [
    check('/health/checks/alarms', 'No alarm is in force', () => alarms(context)),
    check('/health/checks/local-alarms', 'No alarm is in force here', () => alarms(context)),
    check('/health/checks/port-listener/{port}', 'Somebody listens on a port', (request) =>
      portListener(context, request),
    ),
    check('/health/checks/protocol-listener/{protocol}', 'A protocol is served', (request) =>
      protocolListener(context, request),
    ),
    check(
      '/health/checks/certificate-expiration/{within}/{unit}',
      'No certificate ends within this time',
      (request) => certificateExpiration(context, request),
    ),
    check('/aliveness-test/{vhost}', 'The virtual host works', async (request) => {
      await virtualHostOf(context, request);
      return HEALTHY;
    }),
    check('/healthchecks/node', 'The node is there', () => HEALTHY),
    check('/healthchecks/node/{node}', 'A node is there', ({ params }) => {
      if (params['node'] !== context.about.nodeName) throw notFound();
      return HEALTHY;
    }),
    always('virtual-hosts', HEALTHY),
    always('node-is-mirror-sync-critical', SINGLE_NODE),
    always('node-is-quorum-critical', SINGLE_NODE),
    always('is-in-service', HEALTHY),
    always('ready-to-serve-clients', HEALTHY),
    always('below-node-connection-limit', HEALTHY),
    always('metadata-store/initialized', HEALTHY),
    always('metadata-store/initialized/with-data', HEALTHY),
    always('quorum-queues-without-elected-leaders/all-vhosts', HEALTHY),
    always('quorum-queues-without-elected-leaders/vhost/{vhost}', HEALTHY),
    always('reached-target-cluster-size', HEALTHY),
  ];
}

function alarms({ broker, about }: PluginContext): Answer {
  const { reason } = broker.alarms;
  if (reason === null) return HEALTHY;
  const resources = ['memory', 'disk'].filter((resource) => reason.includes(resource));
  return failed('There are alarms in effect in the cluster', {
    alarms: resources.map((resource) => ({ node: about.nodeName, resource })),
  });
}

function portListener({ about }: PluginContext, { params }: Request): Answer {
  const text = params['port'] ?? '';
  if (!/^\d{1,5}$/u.test(text)) throw badRequest('Invalid port');
  const port = Number(text);
  const ports = about.listeners().map((listener) => listener.port);
  if (ports.includes(port)) return ok({ status: 'ok', port });
  return failed('No active listener', { missing: port, ports });
}

/** RabbitMQ's names of what AMQP 0-9-1 is called. */
const ALIASES: Readonly<Record<string, string>> = {
  amqp091: 'amqp',
  'amqp0.9.1': 'amqp',
  'amqp0-9-1': 'amqp',
  amqps: 'amqp/ssl',
  https: 'http/ssl',
};

/** Several may be named, separated by commas: one of them must be there. */
function protocolListener({ about }: PluginContext, { params }: Request): Answer {
  const protocol = params['protocol'] ?? '';
  const protocols = about.listeners().map((listener) => listener.protocol);
  const wanted = protocol
    .toLowerCase()
    .split(',')
    .map((name) => ALIASES[name] ?? name);
  if (wanted.some((name) => protocols.includes(name))) return ok({ status: 'ok', protocol });
  return failed('No active listener', { missing: protocol, protocols });
}

const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = {
  days: DAY_MS,
  weeks: 7 * DAY_MS,
  months: 30 * DAY_MS,
  years: 365 * DAY_MS,
};

function certificateExpiration({ about, runtime }: PluginContext, { params }: Request): Answer {
  const unitMs = UNITS[params['unit'] ?? ''];
  if (unitMs === undefined) {
    throw badRequest('Time unit not recognised. Supported units: days, weeks, months, years.');
  }
  if (!/^\d{1,6}$/u.test(params['within'] ?? '')) throw badRequest('Invalid expiration period');
  const untilMs = runtime.clock.nowMs() + Number(params['within']) * unitMs;
  const expiring = about.certificates().filter(({ endsAtMs }) => endsAtMs <= untilMs);
  if (expiring.length === 0) return HEALTHY;
  return failed('Certificates expiring', {
    expired: expiring.map(({ file, endsAt }) => ({
      node: about.nodeName,
      certfile: file,
      certfile_expires_on: [endsAt],
    })),
  });
}
