// The answers that are compared: each is of a kind, under which differences.ts knows what may differ.

export interface Compared {
  readonly kind: string;
  /** Below `/api`; NODE, CONNECTION and CHANNEL stand for the names of one. */
  readonly paths: readonly string[];
}

const RANGES =
  'lengths_age=20&lengths_incr=5&msg_rates_age=20&msg_rates_incr=5&data_rates_age=20&data_rates_incr=5&node_stats_age=20&node_stats_incr=5';

export const COMPARED: readonly Compared[] = [
  { kind: 'overview', paths: ['/overview', `/overview?${RANGES}`] },
  { kind: 'cluster name', paths: ['/cluster-name'] },
  { kind: 'node', paths: ['/nodes/NODE', '/nodes', `/nodes/NODE?${RANGES}`] },
  { kind: 'memory of a node', paths: ['/nodes/NODE/memory', '/nodes/NODE/memory/relative'] },
  { kind: "memory of Erlang's tables", paths: ['/nodes/NODE/memory/ets'] },
  {
    kind: 'queue',
    paths: [
      '/queues',
      '/queues/shop',
      '/queues/empty',
      ...['orders', 'dead', 'ranked', 'passing', 'only-one', 'safe', 'log', 'mine'].map(
        (name) => `/queues/shop/${name}`,
      ),
      `/queues/shop/orders?${RANGES}`,
      '/queues?page=1&page_size=3',
      '/queues?page=2&page_size=3&sort=messages&sort_reverse=true',
      '/queues?page=1&name=or',
      '/queues?page=1&name=^o.*s$&use_regex=true',
      '/queues/shop?sort=name&sort_reverse=true&columns=name,message_stats.publish_details.rate',
    ],
  },
  {
    kind: 'queue without statistics',
    paths: ['/queues?disable_stats=true', '/queues?disable_stats=true&enable_queue_totals=true'],
  },
  {
    kind: 'binding',
    paths: [
      '/bindings',
      '/bindings/shop',
      '/queues/shop/orders/bindings',
      '/exchanges/shop/orders/bindings/source',
      '/exchanges/shop/news/bindings/destination',
      '/bindings/shop/e/orders/q/orders',
      '/bindings/shop/e/orders/e/news',
      '/bindings/shop/e/orders/q/orders/new%20order%252F1',
      '/bindings/shop/e/orders/q/ranked/~',
    ],
  },
  {
    kind: 'exchange',
    paths: [
      '/exchanges',
      '/exchanges/shop',
      '/exchanges/shop/orders',
      '/exchanges/shop/news',
      '/exchanges/shop/parcels',
      '/exchanges/shop/amq.default',
      '/exchanges?page=1&page_size=4',
    ],
  },
  {
    kind: 'connection',
    paths: [
      '/connections',
      '/connections/CONNECTION',
      '/vhosts/shop/connections',
      '/connections?page=1',
      `/connections/CONNECTION?${RANGES}`,
    ],
  },
  { kind: 'connection of a user', paths: ['/connections/username/guest'] },
  {
    kind: 'channel',
    paths: [
      '/channels',
      '/channels/CHANNEL',
      '/connections/CONNECTION/channels',
      '/vhosts/shop/channels',
      '/channels?page=1&page_size=2&sort=number',
    ],
  },
  { kind: 'consumer', paths: ['/consumers', '/consumers/shop'] },
  { kind: 'virtual host', paths: ['/vhosts', '/vhosts/shop', '/vhosts/empty', '/vhosts?page=1'] },
  { kind: 'user', paths: ['/users', '/users/worker', '/users/without-permissions'] },
  { kind: 'whoami', paths: ['/whoami'] },
  {
    kind: 'permission',
    paths: [
      '/permissions',
      '/permissions/shop/worker',
      '/users/worker/permissions',
      '/vhosts/shop/permissions',
    ],
  },
  {
    kind: 'topic permission',
    paths: [
      '/topic-permissions',
      '/topic-permissions/shop/worker',
      '/users/worker/topic-permissions',
      '/vhosts/shop/topic-permissions',
    ],
  },
  {
    kind: 'policy',
    paths: ['/policies', '/policies/shop', '/policies/shop/long', '/policies/empty'],
  },
  {
    kind: 'operator policy',
    paths: ['/operator-policies', '/operator-policies/shop', '/operator-policies/shop/capped'],
  },
  {
    kind: 'parameter',
    paths: ['/parameters', '/parameters/vhost-limits', '/parameters/vhost-limits/shop/limits'],
  },
  { kind: 'global parameter', paths: ['/global-parameters/region'] },
  {
    kind: 'limit',
    paths: ['/vhost-limits', '/vhost-limits/shop', '/user-limits', '/user-limits/worker'],
  },
  { kind: 'definitions', paths: ['/definitions'] },
  { kind: 'definitions of a virtual host', paths: ['/definitions/shop'] },
  { kind: 'feature flag', paths: ['/feature-flags'] },
  { kind: 'extensions', paths: ['/extensions'] },
  { kind: 'logins', paths: ['/auth/attempts/NODE', '/auth/attempts/NODE/source'] },
  {
    kind: 'health check',
    paths: [
      '/health/checks/alarms',
      '/health/checks/local-alarms',
      '/health/checks/virtual-hosts',
      '/health/checks/node-is-quorum-critical',
      '/health/checks/node-is-mirror-sync-critical',
      '/health/checks/certificate-expiration/1/months',
      '/health/checks/protocol-listener/amqp',
      '/healthchecks/node',
    ],
  },
];

/** Lists that show each user what they may see. */
export const LISTED: readonly string[] = [
  '/queues',
  '/exchanges',
  '/bindings',
  '/connections',
  '/channels',
  '/consumers',
  '/vhosts',
  '/policies',
  '/operator-policies',
  '/parameters',
  '/vhost-limits',
  '/user-limits',
  '/permissions',
  '/users',
  '/nodes',
];
