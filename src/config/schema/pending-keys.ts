// Keys that are read and checked, and that the broker does nothing with yet. A start tells which of them it was given; a part of
// the broker that begins to use one takes it off this list.

/** Patterns of keys, or what they begin with where there is a dot at the end. */
const PENDING: readonly string[] = [
  'proxy_protocol',
  'channel_max_per_node',
  'cluster_exchange_limit',
  'collect_statistics_interval',
  'runtime_parameters.',
  'message_interceptors.',
  'node_tags.',
  'plugins.',
  'definitions.https.',
  'definitions.import_backend',
  'definitions.hashing.',
  'definitions.tls.',
  'log.exchange',
  'log.exchange.',
  'log.connection.',
  'log.channel.',
  'log.queue.',
  'log.user.',
  'log.mirroring.',
  'log.federation.',
  'log.shovel.',
  'log.upgrade.',
  'log.ra.',
  'log.default.',
  'ssl_options.depth',
  'auth_http.',
  'auth_oauth2.',
  'auth_ldap.',
  'auth_cache.',
  'http_dispatch.',
  'management.',
  'prometheus.',
];

/** @param pattern - of a key of the schema */
export function isPending(pattern: string): boolean {
  return PENDING.some((one) => (one.endsWith('.') ? pattern.startsWith(one) : pattern === one));
}
