// What the broker says of itself, and switches of features and plugins.
import type { NodeSettings } from '../settings.ts';
import { record, setting, type SchemaOf, type Setting } from '../setting.ts';
import { BOOLEAN, NAME, TEXT, wholeNumber } from '../value-types.ts';

export const NODE: SchemaOf<NodeSettings> = {
  clusterName: setting('cluster_name', NAME, null, {
    description: 'name that clients and tools are told',
  }),
  clusterTags: record('cluster_tags.$tag', TEXT, {
    description: 'label that tools are told with the cluster',
  }),
  nodeTags: record('node_tags.$tag', TEXT, {
    description: 'label that tools are told with this node',
  }),
  collectStatisticsIntervalMs: setting(
    'collect_statistics_interval',
    wholeNumber(100, 86_400_000),
    5000,
    { description: 'how often statistics are gathered', unit: 'milliseconds' },
  ),
  deprecatedFeatures: record('deprecated_features.permit.$feature', BOOLEAN, {
    description:
      'whether a deprecated feature may be used. `global_qos = false`: `basic.qos` with `global` is for consumers to come, as in RabbitMQ 4.3',
  }),
  incomingInterceptors: record('message_interceptors.incoming.$interceptor.overwrite', BOOLEAN, {
    description:
      '`set_header_timestamp`, `set_header_routing_node`: the header is set on what comes in; `true` overwrites one that is there',
  }),
  productName: setting('product.name', TEXT, null, {
    description: 'product that clients are told',
  }),
  productVersion: setting('product.version', TEXT, null, {
    description: 'version that clients are told',
  }),
};

export const PLUGINS: Setting<Readonly<Record<string, boolean>>> = record(
  'plugins.$name',
  BOOLEAN,
  { description: 'whether that plugin runs: `management`, `prometheus`', fallback: 'true' },
);
