// Keys that are read and checked, and that the broker does nothing with yet. A start tells which of them it was given; a part of
// the broker that begins to use one takes it off this list.

/** Patterns of keys, or what they begin with where there is a dot at the end. */
const PENDING: readonly string[] = [
  'auth_oauth2.token_endpoint',
  'auth_oauth2.authorization_endpoint',
  'auth_oauth2.end_session_endpoint',
  'auth_oauth2.oauth_providers.$name.token_endpoint',
  'auth_oauth2.oauth_providers.$name.authorization_endpoint',
  'auth_oauth2.oauth_providers.$name.end_session_endpoint',
  'management.oauth_client_id',
  'management.oauth_client_secret',
  'management.oauth_disable_basic_auth',
  'management.oauth_enabled',
  'management.oauth_initiated_logon_type',
  'management.oauth_provider_url',
  'management.oauth_scopes',
];

/** @param pattern - of a key of the schema */
export function isPending(pattern: string): boolean {
  return PENDING.some((one) => (one.endsWith('.') ? pattern.startsWith(one) : pattern === one));
}
