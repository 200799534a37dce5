// In what the answers of the management API differ from those of RabbitMQ 3.10, and why: the test fails for a difference
// that is not here, and for one that is here and no longer there. scripts/compatibility.ts tells readers of it.
import type { DifferenceKind } from './compare.ts';

export interface KnownDifference {
  /** What has the fields. */
  readonly of: string;
  /** Paths below that, with `[]` for items of arrays; `x*` for all that begin with x. */
  readonly fields: readonly string[];
  readonly kind: DifferenceKind;
  readonly why: string;
}

const ERLANG = "tells of Erlang's processes and memory";
const INSIDES = "tells of the inside of RabbitMQ's queues";
const NEWER = 'RabbitMQ has it since a version after 3.10';
const OLDER = 'RabbitMQ no longer has it in 4.x';

/** Whole subtrees are of one kind: what is below a field that only one has is not compared. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    of: 'overview',
    fields: ['product_name', 'product_version', 'management_version', 'rabbitmq_version'],
    kind: 'value',
    why: 'each names itself; Leveret tells in `rabbitmq_version` which one it is like',
  },
  {
    of: 'overview',
    fields: ['erlang_version', 'erlang_full_version'],
    kind: 'value',
    why: 'there is no Erlang; the full version names Node.js',
  },
  {
    of: 'overview',
    fields: ['sample_retention_policies.*'],
    kind: 'value',
    why: "Leveret keeps samples as RabbitMQ does by default; the test lets RabbitMQ take them each second, which it can't ask of Leveret",
  },
  {
    of: 'overview',
    fields: [
      'cluster_tags',
      'node_tags',
      'crypto_lib_version',
      'default_queue_type',
      'is_op_policy_updating_enabled',
    ],
    kind: 'only Leveret',
    why: NEWER,
  },
  {
    of: 'overview',
    fields: ['message_stats.disk_reads*', 'message_stats.disk_writes*'],
    kind: 'only RabbitMQ',
    why: 'Leveret writes all queues to one log and does not count by message what went to the disk',
  },
  {
    of: 'overview',
    fields: ['listeners[].socket_opts.*', 'contexts[].cowboy_opts'],
    kind: 'only RabbitMQ',
    why: "options of Erlang's sockets and web server",
  },
  {
    of: 'overview',
    fields: ['listeners[].ip_address'],
    kind: 'value',
    why: 'RabbitMQ 3.10 shows `::` for the web listener, wherever it listens',
  },
  {
    of: 'overview',
    fields: ['listeners[]'],
    kind: 'only RabbitMQ',
    why: 'no listener for clustering',
  },
  {
    of: 'node',
    fields: [
      'proc_*',
      'gc_*',
      'ra_open_file_metrics',
      'metrics_gc_queue_length',
      'io_*',
      'mnesia_*',
      'msg_store_*',
      'queue_index_*',
    ],
    kind: 'only RabbitMQ',
    why: "tells of Erlang's processes, files and tables",
  },
  { of: 'node', fields: ['being_drained'], kind: 'only Leveret', why: NEWER },
  {
    of: 'node',
    fields: ['applications[]'],
    kind: 'only Leveret',
    why: 'applications are parts of an Erlang program: Leveret is one',
  },
  {
    of: 'node',
    fields: ['applications[]'],
    kind: 'only RabbitMQ',
    why: 'applications are parts of an Erlang program: Leveret is one',
  },
  {
    of: 'node',
    fields: ['auth_mechanisms[]'],
    kind: 'only RabbitMQ',
    why: 'RabbitMQ lists mechanisms that are not enabled, too',
  },
  {
    of: 'node',
    fields: ['auth_mechanisms[].description'],
    kind: 'value',
    why: 'words for people',
  },
  {
    of: 'node',
    fields: ['contexts[].cowboy_opts'],
    kind: 'only RabbitMQ',
    why: "options of Erlang's web server",
  },
  {
    of: 'node',
    fields: ['config_files[]', 'log_files[]'],
    kind: 'value',
    why: 'not told over HTTP by Leveret',
  },
  {
    of: 'memory of a node',
    fields: ['memory.metadata_store*'],
    kind: 'only Leveret',
    why: NEWER,
  },
  {
    of: "memory of Erlang's tables",
    fields: ['ets_tables_memory'],
    kind: 'type',
    why: 'there are none: `no_tables`, as RabbitMQ says where a filter finds none',
  },
  {
    of: 'queue',
    fields: ['garbage_collection', 'reductions*'],
    kind: 'only RabbitMQ',
    why: ERLANG,
  },
  { of: 'queue', fields: ['backing_queue_status'], kind: 'only RabbitMQ', why: INSIDES },
  { of: 'queue', fields: ['recoverable_slaves'], kind: 'only RabbitMQ', why: OLDER },
  {
    of: 'queue',
    fields: ['messages_ram', 'message_bytes_ram'],
    kind: 'value',
    why: 'RabbitMQ tells 0 of quorum queues, whatever they have in memory',
  },
  { of: 'queue', fields: ['leader'], kind: 'only Leveret', why: NEWER },
  {
    of: 'queue',
    fields: ['consumer_details[].consumer_timeout'],
    kind: 'only Leveret',
    why: NEWER,
  },
  {
    of: 'channel',
    fields: ['consumer_details[].consumer_timeout'],
    kind: 'only Leveret',
    why: NEWER,
  },
  { of: 'consumer', fields: ['consumer_timeout'], kind: 'only Leveret', why: NEWER },
  {
    of: 'queue without statistics',
    fields: ['exclusive'],
    kind: 'type',
    why: 'null in RabbitMQ 3.10 where it knows nothing',
  },
  {
    of: 'queue without statistics',
    fields: ['node', 'members', 'online', 'leader', 'messages*'],
    kind: 'only Leveret',
    why: 'RabbitMQ 3.10 leaves them out for some types of queues',
  },
  {
    of: 'queue without statistics',
    fields: ['totals', 'type_specific'],
    kind: 'only RabbitMQ',
    why: 'names of its own, always null, for streams in 3.10',
  },
  {
    of: 'queue',
    fields: ['owner_pid_details'],
    kind: 'only Leveret',
    why: 'RabbitMQ tells it where one queue is asked for, not in lists',
  },
  {
    of: 'queue without statistics',
    fields: ['state'],
    kind: 'value',
    why: 'RabbitMQ 3.10 says `live`, the state of its records',
  },
  {
    of: 'connection of a user',
    fields: ['*'],
    kind: 'only Leveret',
    why: 'RabbitMQ tells name, node, user and virtual host only',
  },
  {
    of: 'cluster name',
    fields: ['name'],
    kind: 'value',
    why: "by default each is called after its node, RabbitMQ with the host's full name",
  },
  {
    of: 'definitions',
    fields: ['global_parameters[].value'],
    kind: 'value',
    why: '`internal_cluster_id`, which each has of its own',
  },
  {
    of: 'exchange',
    fields: ['user_who_performed_action'],
    kind: 'value',
    why: 'Leveret does not keep who has declared an exchange',
  },
  {
    of: 'exchange',
    fields: ['message_stats.publish_out'],
    kind: 'value',
    why: 'RabbitMQ 3.10 counts for the default exchange what nobody has taken, too',
  },
  {
    of: 'connection',
    fields: ['garbage_collection', 'reductions*'],
    kind: 'only RabbitMQ',
    why: ERLANG,
  },
  {
    of: 'channel',
    fields: ['garbage_collection', 'reductions*'],
    kind: 'only RabbitMQ',
    why: ERLANG,
  },
  {
    of: 'binding',
    fields: ['properties_key'],
    kind: 'value',
    why: 'of bindings with arguments: another hash, which clients only pass on',
  },
  {
    of: 'virtual host',
    fields: ['protected_from_deletion', 'metadata.default_queue_type'],
    kind: 'only Leveret',
    why: NEWER,
  },
  {
    of: 'virtual host',
    fields: ['messages*', 'recv_oct*', 'send_oct*'],
    kind: 'only Leveret',
    why: 'RabbitMQ leaves them out for a virtual host that was not used yet',
  },
  {
    of: 'user',
    fields: ['hashing_algorithm'],
    kind: 'value',
    why: 'Leveret hashes new passwords with scrypt, unless `password_hashing_module` says otherwise',
  },
  {
    of: 'definitions',
    fields: ['rabbit_version', 'rabbitmq_version', 'product_name', 'product_version'],
    kind: 'value',
    why: 'each names itself',
  },
  {
    of: 'definitions',
    fields: ['users[].hashing_algorithm'],
    kind: 'value',
    why: 'Leveret hashes new passwords with scrypt, unless `password_hashing_module` says otherwise',
  },
  {
    of: 'definitions',
    fields: [
      'rabbitmq_definition_format',
      'original_cluster_name',
      'explanation',
      'vhosts[].*',
      'queues[].type',
    ],
    kind: 'only Leveret',
    why: NEWER,
  },
  {
    of: 'definitions of a virtual host',
    fields: ['rabbit_version'],
    kind: 'value',
    why: 'each names itself',
  },
  {
    of: 'definitions of a virtual host',
    fields: [
      'rabbitmq_version',
      'product_name',
      'product_version',
      'rabbitmq_definition_format',
      'original_vhost_name',
      'explanation',
      'metadata',
      'description',
      'tags',
      'default_queue_type',
      'limits',
      'queues[].type',
    ],
    kind: 'only Leveret',
    why: NEWER,
  },
  {
    of: 'definitions of a virtual host',
    fields: ['parameters[].vhost', 'policies[].vhost'],
    kind: 'only RabbitMQ',
    why: OLDER,
  },
  {
    of: 'feature flag',
    fields: ['desc', 'doc_url', 'provided_by'],
    kind: 'value',
    why: 'words for people',
  },
  { of: 'feature flag', fields: ['[]'], kind: 'only Leveret', why: NEWER },
  {
    of: 'extensions',
    fields: ['[]'],
    kind: 'only RabbitMQ',
    why: "scripts of RabbitMQ's own web pages",
  },
];

/**
 * Of one broker by their nature, or of the moment: there must be such a field of the same type in both, and nothing more.
 * Paths below what has them; a pattern matches all of a path.
 */
/** There while a queue or channel is idle, if a broker has noticed. */
export const COMES_AND_GOES: RegExp = /(?:^|\.)idle_since$/u;

export const VARYING: readonly RegExp[] = [
  /(?:^|\.)\w+_details\.(?:rate|avg|avg_rate|samples\[\])$/u,
  /(?:^|\.)samples\[\]\.(?:sample|timestamp)$/u,
  /(?:^|\.)(?:port|peer_port|ip)$/u,
  /(?:^|\.)(?:connected_at|uptime|os_pid|run_queue|db_dir)$/u,
  /(?:^|\.)(?:recv|send)_(?:oct|cnt|pend)$/u,
  /(?:^|\.)(?:mem_used|mem_limit|memory|disk_free|fd_total|fd_used|sockets_total|context_switches)$/u,
  /(?:^|\.)total\.(?:rss|erlang|allocated)$/u,
  /^memory\.(?!total$|strategy$)\w+$/u,
  /(?:^|\.)(?:consumer_capacity|consumer_utilisation)$/u,
  /(?:^|\.)(?:auth_attempts\w*|cluster_name|original_cluster_name)$/u,
  /(?:^|\.)password_hash$/u,
];
