// Keys that are read and checked, and that the broker does nothing with yet. A start tells which of them it was given; a part of
// the broker that begins to use one takes it off this list.

/** Patterns of keys, or what they begin with where there is a dot at the end. */
const PENDING: readonly string[] = [
  'collect_statistics_interval',
  'runtime_parameters.',
  'auth_oauth2.token_endpoint',
  'auth_oauth2.authorization_endpoint',
  'auth_oauth2.end_session_endpoint',
  'auth_oauth2.oauth_providers.$name.token_endpoint',
  'auth_oauth2.oauth_providers.$name.authorization_endpoint',
  'auth_oauth2.oauth_providers.$name.end_session_endpoint',
  'http_dispatch.',
  'management.csp.',
  'management.hsts.',
  'management.headers.',
  'management.http_log_dir',
  'management.oauth_client_id',
  'management.oauth_client_secret',
  'management.oauth_disable_basic_auth',
  'management.oauth_enabled',
  'management.oauth_initiated_logon_type',
  'management.oauth_provider_url',
  'management.oauth_scopes',
  'management.sample_retention_policies.',
  'management.disable_basic_auth',
  'management.disable_stats',
  'management.enable_queue_totals',
  'management.http.max_body_size',
  'management.login_session_timeout',
  'management.rates_mode',
  'management.require_auth_for_api_reference',
  'management.restrictions.operator_policy_changes.disabled',
  'management.tcp.idle_timeout',
  'management.tcp.request_timeout',
  'prometheus.authentication.',
];

/** @param pattern - of a key of the schema */
export function isPending(pattern: string): boolean {
  return PENDING.some((one) => (one.endsWith('.') ? pattern.startsWith(one) : pattern === one));
}
