/** The Prometheus plugin: metrics with RabbitMQ's names (https://www.rabbitmq.com/docs/prometheus). */
import { definePlugin, type HttpEndpoint, type Plugin, type PluginContext } from '../plugin-api.ts';
import { Exposition } from './exposition.ts';
import { writeNodeMetrics } from './node-metrics.ts';
import { writeObjectMetrics } from './object-metrics.ts';

export interface PrometheusOptions {
  readonly endpoints: readonly HttpEndpoint[];
  /** `/metrics`, and below it others. */
  readonly path: string;
  /** `path` itself answers with metrics of each object. */
  readonly isPerObject: boolean;
}

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function prometheusPlugin({ endpoints, path, isPerObject }: PrometheusOptions): Plugin {
  return definePlugin({
    name: 'prometheus',
    async setup(context) {
      for (const endpoint of endpoints) {
        const routes = await context.http.at(endpoint);
        for (const [place, isDetailed] of [
          [path, isPerObject],
          [`${path}/per-object`, true],
        ] as const) {
          routes.get(place, (c) => {
            c.header('content-type', CONTENT_TYPE);
            return c.body(metrics(context, isDetailed));
          });
        }
      }
    },
  });
}

function metrics(context: PluginContext, isPerObject: boolean): string {
  const { clock } = context.runtime;
  const startedMs = clock.monotonicMs();
  const out = new Exposition();
  writeNodeMetrics(out, context);
  writeObjectMetrics(out, context, isPerObject);
  const seconds = (clock.monotonicMs() - startedMs) / 1000;
  out.gauge('telemetry_scrape_duration_seconds', 'Scrape duration', seconds);
  return out.toString();
}
