/** The Prometheus plugin: metrics with RabbitMQ's names (https://www.rabbitmq.com/docs/prometheus). */
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import {
  compilePattern,
  countOpenFiles,
  definePlugin,
  PatternError,
  readAuthorization,
  watchEventLoop,
  type EventLoopWatch,
  type HttpEndpoint,
  type Plugin,
  type PluginContext,
} from '../plugin-api.ts';
import { familiesNamed, USUAL_FAMILIES } from './families.ts';
import { globalMetrics, objectTotals } from './global-metrics.ts';
import { writeLeveretMetrics } from './leveret-metrics.ts';
import { alarms, identity } from './node-metrics.ts';
import { Scrape, type Wanted } from './scrape.ts';

export interface PrometheusOptions {
  readonly endpoints: readonly HttpEndpoint[];
  /** `/metrics`, and below it others. */
  readonly path: string;
  /** `path` itself answers with metrics of each object. */
  readonly isPerObject: boolean;
  /** For users with the tag `monitoring` only. */
  readonly isAuthenticated: boolean;
}

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const MS_PER_SECOND = 1000;

export function prometheusPlugin(options: PrometheusOptions): Plugin {
  const { endpoints, path, isPerObject, isAuthenticated } = options;
  return definePlugin({
    name: 'prometheus',
    async setup(context) {
      const eventLoop = watchEventLoop();
      const { services } = context;
      services.add({ name: 'event loop', start: () => {}, stop: () => eventLoop.stop() });
      const metrics = new Metrics(context, eventLoop);
      for (const endpoint of endpoints) {
        const routes = await context.http.at(endpoint);
        const serve = (place: string, write: (query: URLSearchParams) => Promise<string>): void => {
          routes.get(place, async (c) => {
            if (isAuthenticated && !(await mayRead(c, context))) {
              c.header('www-authenticate', 'Basic realm="RabbitMQ Prometheus"');
              return c.text('Not authorised\n', 401);
            }
            return answer(c, write);
          });
        };
        serve(path, async () => metrics.usual(isPerObject));
        serve(`${path}/per-object`, async () => metrics.usual(true));
        serve(`${path}/detailed`, async (query) => metrics.detailed(query));
      }
    },
  });
}

async function answer(
  c: Context<{ Bindings: HttpBindings }>,
  write: (query: URLSearchParams) => Promise<string>,
): Promise<Response> {
  try {
    const text = await write(new URL(c.req.url).searchParams);
    c.header('content-type', CONTENT_TYPE);
    return c.body(text);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return c.text(`invalid regular expression: ${error.message}\n`, 400);
  }
}

/** Whether a request comes from a user who monitors. */
async function mayRead(
  c: Context<{ Bindings: HttpBindings }>,
  { access }: PluginContext,
): Promise<boolean> {
  const login = readAuthorization(c.req.header('authorization') ?? null);
  if (login === null) return false;
  const { remoteAddress = '', encrypted = false } = c.env.incoming.socket as {
    readonly remoteAddress?: string;
    readonly encrypted?: boolean;
  };
  const address = remoteAddress.replace(/^::ffff:/u, '');
  const isLoopback = address.startsWith('127.') || address === '::1';
  const peer = { address, isLoopback, isTls: encrypted, certificate: null };
  const user = await access.authenticate({ ...login, peer, protocol: 'http' });
  return user?.tags.some((tag) => tag === 'monitoring' || tag === 'administrator') ?? false;
}

/** What the paths answer. */
class Metrics {
  readonly #context: PluginContext;
  readonly #eventLoop: EventLoopWatch;
  /** How long answers took, in seconds, by the name of the path. */
  readonly #scrapes = new Map<string, { count: number; sum: number }>();

  constructor(context: PluginContext, eventLoop: EventLoopWatch) {
    this.#context = context;
    this.#eventLoop = eventLoop;
  }

  /** `/metrics` and `/metrics/per-object`. */
  async usual(isPerObject: boolean): Promise<string> {
    const wanted = { prefix: 'rabbitmq_', isPerObject, ...EVERYTHING } as const;
    return this.#write(isPerObject ? 'per-object' : 'aggregated', wanted, (scrape) => {
      alarms(scrape);
      objectTotals(scrape);
      globalMetrics(scrape);
      for (const write of USUAL_FAMILIES) write(scrape);
      writeLeveretMetrics(scrape.out, this.#context, this.#eventLoop);
    });
  }

  /** `/metrics/detailed`: the families, virtual hosts and queues that are asked for. @throws PatternError */
  async detailed(query: URLSearchParams): Promise<string> {
    const vhosts = query.getAll('vhost');
    const queues = query.get('queue');
    const pattern = queues === null ? null : compilePattern(queues);
    const wanted: Wanted = {
      prefix: 'rabbitmq_detailed_',
      isPerObject: true,
      isVirtualHostWanted: (name) => vhosts.length === 0 || vhosts.includes(name),
      isQueueWanted: (name) => pattern === null || pattern.test(name),
    };
    return this.#write('detailed', wanted, (scrape) => {
      for (const write of familiesNamed(query.getAll('family'))) write(scrape);
    });
  }

  async #write(endpoint: string, wanted: Wanted, write: (scrape: Scrape) => void): Promise<string> {
    const { clock } = this.#context.runtime;
    const startedMs = clock.monotonicMs();
    const scrape = new Scrape(this.#context, wanted, await countOpenFiles());
    identity(scrape, endpoint);
    write(scrape);
    const seconds = (clock.monotonicMs() - startedMs) / MS_PER_SECOND;
    const { count, sum } = this.#scrapes.get(endpoint) ?? { count: 0, sum: 0 };
    const scrapes = { count: count + 1, sum: sum + seconds };
    this.#scrapes.set(endpoint, scrapes);
    const labels = { registry: endpoint, content_type: 'text/plain; version=0.0.4' };
    scrape.out.summary('telemetry_scrape_duration_seconds', 'Scrape duration', labels, scrapes);
    return scrape.out.toString();
  }
}

const EVERYTHING = {
  isVirtualHostWanted: (): boolean => true,
  isQueueWanted: (): boolean => true,
} as const;
