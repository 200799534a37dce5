/**
 * Commands of RabbitMQ's tools that mean nothing here, and what to do instead. They are known, so that nobody has to guess
 * whether a name was misspelt.
 */

const CLUSTER = 'there is one node: nothing joins or leaves';
const REPLICAS = 'there is one node: queues have one replica';
const STOP =
  'the API cannot stop a broker: send SIGTERM to it (`leveret status` tells the pid), or use its service manager';
const RESET =
  'stop the broker and move its data directory away, or delete virtual hosts and users one by one';
const SETTING =
  'it is a setting: change the configuration and start the broker again (`leveret config show` tells what is in effect)';
const LOGS =
  'the log is where the configuration says (log.console, log.file): see `leveret config show`';
const RUNTIME =
  'there is no Erlang here; `leveret status` and the metrics for Prometheus tell of the process';

const INSTEAD: ReadonlyArray<readonly [names: string, instead: string]> = [
  [
    'join_cluster forget_cluster_node change_cluster_node_type rename_cluster_node update_cluster_nodes force_boot await_online_nodes discover_peers force_standalone_khepri_boot',
    CLUSTER,
  ],
  [
    'sync_queue cancel_sync_queue grow shrink add_member delete_member add_replica delete_replica rebalance quorum_status stream_status reclaim_quorum_memory check_if_node_is_quorum_critical check_if_node_is_mirror_sync_critical transfer_leadership',
    REPLICAS,
  ],
  ['stop shutdown stop_app', STOP],
  ['start_app', 'start it with `leveret start`'],
  ['reset force_reset', RESET],
  ['restart_vhost', 'virtual hosts run as long as the broker does'],
  [
    'drain revive suspend_listeners resume_listeners',
    'listeners cannot be suspended: stop the broker with SIGTERM; clients are told, and what is durable is kept',
  ],
  [
    'rotate_logs',
    'logs rotate by themselves (log.file.rotation.*); send SIGHUP to the broker after moving its log file away',
  ],
  ['set_log_level', 'it is a setting: start the broker with --log-level, or log.console.level'],
  ['log_tail log_tail_stream log_location', LOGS],
  ['set_vm_memory_high_watermark set_disk_free_limit', SETTING],
  [
    'environment',
    'the API does not tell settings: run `leveret config show` where the broker runs',
  ],
  ['os_env command_line_arguments', 'run `leveret config show` where the broker runs'],
  [
    'encode decode',
    'encrypted values are not understood: keep secrets in a file that only the broker can read',
  ],
  [
    'eval eval_file exec remote_shell observer force_gc runtime_thread_stats maybe_stuck erlang_version erlang_cookie_hash erlang_cookie_sources schema_info resolver_info resolve_hostname list_network_interfaces hipe_compile is_booting',
    RUNTIME,
  ],
  ['trace_on trace_off', 'there is no message tracing'],
  ['list_unresponsive_queues', 'a queue answers as long as the broker does: `leveret ping`'],
  [
    'list_ciphers cipher_suites tls_versions list_hashes',
    'see `openssl ciphers -v`; TLS 1.2 and 1.3 are served',
  ],
  ['certificates', '`leveret check_certificate_expiration` looks at them'],
  ['consume_event_stream', 'events are for plugins: see the guide of plugins'],
  ['report', '`leveret status --formatter json` and the lists tell the parts of it'],
  ['peek', '`leveret get QUEUE` looks at messages and leaves them there'],
  [
    'disable_auth_attempt_source_tracking enable_auth_attempt_source_tracking reset_node_auth_attempt_metrics',
    'logins are counted without their sources: `leveret list_node_auth_attempt_stats`',
  ],
  ['autocomplete', '`leveret completion bash` prints the script for a shell'],
  [
    'declare delete list show import export purge',
    'names of commands are like declare_queue, delete_queue, list_queues: see `leveret --help`',
  ],
];

const BY_NAME: ReadonlyMap<string, string> = new Map(
  foreignCommands().flatMap(([names, instead]) => names.map((name) => [name, instead] as const)),
);

/** All of them, with what to do instead. */
export function foreignCommands(): ReadonlyArray<
  readonly [names: readonly string[], instead: string]
> {
  return INSTEAD.map(([names, instead]) => [names.split(' '), instead]);
}

/** What to do instead of such a command; null for a name that RabbitMQ does not know either. */
export function insteadOf(name: string): string | null {
  return BY_NAME.get(name) ?? null;
}
