// What the broker says of itself, and switches of features and plugins.
import { hostname } from 'node:os';
import type { NodeSettings } from '../settings.ts';
import { record, setting, type SchemaOf, type Setting } from '../setting.ts';
import { BOOLEAN, NAME, parsed, TEXT, wholeNumber } from '../value-types.ts';

/** Without an @ the host's name is added, as RabbitMQ does. */
const NODE_NAME = parsed('a name such as leveret@host', (text) => {
  if (!/^[\w-]{1,64}(?:@[\w.-]{1,253})?$/u.test(text)) return null;
  return text.includes('@') ? text : `${text}@${hostname()}`;
});

/** Null: nothing is set. */
function interceptor(name: string, what: string): Setting<boolean | null> {
  return setting(`message_interceptors.incoming.${name}.overwrite`, BOOLEAN, null, {
    description: `${what} on messages that come in; \`true\` overwrites what is there`,
  });
}

export const NODE: SchemaOf<NodeSettings> = {
  name: setting('node.name', NODE_NAME, null, {
    description: 'what this node is called by the API and by metrics',
    fallback: 'leveret@localhost',
    aliases: ['nodename'],
    variables: ['RABBITMQ_NODENAME'],
  }),
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
  interceptors: {
    timestamp: interceptor(
      'set_header_timestamp',
      'the header `timestamp_in_ms` and the property `timestamp` are set',
    ),
    routingNode: interceptor(
      'set_header_routing_node',
      'the header `x-routed-by` is set to the name of the node',
    ),
  },
  productName: setting('product.name', TEXT, null, {
    description: 'product that clients are told',
    variables: ['RABBITMQ_PRODUCT_NAME'],
  }),
  productVersion: setting('product.version', TEXT, null, {
    description: 'version that clients are told',
    variables: ['RABBITMQ_PRODUCT_VERSION'],
  }),
};

export const PLUGINS: Setting<Readonly<Record<string, boolean>>> = record(
  'plugins.$name',
  BOOLEAN,
  { description: 'whether that plugin runs: `management`, `prometheus`', fallback: 'true' },
);
