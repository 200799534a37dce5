/** The Prometheus plugin: metrics with RabbitMQ's names (https://www.rabbitmq.com/docs/prometheus). */
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import {
  definePlugin,
  readAuthorization,
  watchEventLoop,
  type EventLoopWatch,
  type HttpEndpoint,
  type Plugin,
  type PluginContext,
} from '../plugin-api.ts';
import { Exposition } from './exposition.ts';
import { writeLeveretMetrics } from './leveret-metrics.ts';
import { writeNodeMetrics } from './node-metrics.ts';
import { writeObjectMetrics } from './object-metrics.ts';

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

export function prometheusPlugin(options: PrometheusOptions): Plugin {
  const { endpoints, path, isPerObject, isAuthenticated } = options;
  return definePlugin({
    name: 'prometheus',
    async setup(context) {
      const eventLoop = watchEventLoop();
      const { services } = context;
      services.add({ name: 'event loop', start: () => {}, stop: () => eventLoop.stop() });
      for (const endpoint of endpoints) {
        const routes = await context.http.at(endpoint);
        for (const [place, isDetailed] of [
          [path, isPerObject],
          [`${path}/per-object`, true],
        ] as const) {
          routes.get(place, async (c) => {
            if (isAuthenticated && !(await mayRead(c, context))) {
              c.header('www-authenticate', 'Basic realm="RabbitMQ Prometheus"');
              return c.text('Not authorised\n', 401);
            }
            c.header('content-type', CONTENT_TYPE);
            return c.body(metrics(context, isDetailed, eventLoop));
          });
        }
      }
    },
  });
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

function metrics(context: PluginContext, isPerObject: boolean, eventLoop: EventLoopWatch): string {
  const { clock } = context.runtime;
  const startedMs = clock.monotonicMs();
  const out = new Exposition();
  writeNodeMetrics(out, context);
  writeObjectMetrics(out, context, isPerObject);
  writeLeveretMetrics(out, context, eventLoop);
  const seconds = (clock.monotonicMs() - startedMs) / 1000;
  out.gauge('telemetry_scrape_duration_seconds', 'Scrape duration', seconds);
  return out.toString();
}
