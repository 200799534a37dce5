// What is wrong about settings together, each of which is right by itself.
import type { AuthBackendName } from './auth-settings.ts';
import type { AuthSettings, DefinitionsSettings, Settings } from './settings.ts';
import type { TlsServerSettings } from './tls-settings.ts';

/** A line for each problem. */
export function crossChecks(settings: Settings): readonly string[] {
  const { listeners, sslOptions, management, prometheus } = settings;
  return [
    ...definitionProblems(settings.definitions),
    ...tlsProblems('ssl_options', 'listeners.ssl', listeners.ssl.length > 0 ? sslOptions : null),
    ...tlsProblems('management.ssl', 'management.ssl.port', management.ssl?.tls ?? null),
    ...tlsProblems('prometheus.ssl', 'prometheus.ssl.port', prometheus.ssl?.tls ?? null),
    ...httpProblems(settings.auth),
    ...cacheProblems(settings.auth),
    ...ldapProblems(settings.auth),
  ];
}

/** Which back ends are asked, the cache's own among them. */
function askedFor(
  { backends, cache }: AuthSettings,
  what: 'authn' | 'authz',
): ReadonlySet<AuthBackendName> {
  const named = new Set(backends.map((step) => step[what]));
  if (named.has('cache')) named.add(cache.backend[what]);
  return named;
}

function httpProblems(auth: AuthSettings): string[] {
  const { userPath, vhostPath, resourcePath, topicPath } = auth.http;
  const isAuthorizing = askedFor(auth, 'authz').has('http');
  if (!isAuthorizing && !askedFor(auth, 'authn').has('http')) return [];
  const needed = isAuthorizing
    ? {
        user_path: userPath,
        vhost_path: vhostPath,
        resource_path: resourcePath,
        topic_path: topicPath,
      }
    : { user_path: userPath };
  return Object.entries(needed)
    .filter(([, url]) => url === null)
    .map(([name]) => `auth_backends: the back end http asks for auth_http.${name}`);
}

function ldapProblems(auth: AuthSettings): string[] {
  const { servers, useSsl, useStartTls } = auth.ldap;
  const isUsed = askedFor(auth, 'authn').has('ldap') || askedFor(auth, 'authz').has('ldap');
  if (!isUsed) return [];
  return [
    ...(servers.length === 0
      ? ['auth_backends: the back end ldap asks for auth_ldap.servers.1']
      : []),
    ...(useSsl && useStartTls
      ? ['auth_ldap.use_ssl and auth_ldap.use_starttls exclude each other']
      : []),
  ];
}

function cacheProblems({ backends, cache }: AuthSettings): string[] {
  const isUsed = backends.some(({ authn, authz }) => authn === 'cache' || authz === 'cache');
  const isOfItself = cache.backend.authn === 'cache' || cache.backend.authz === 'cache';
  return isUsed && isOfItself
    ? ['auth_cache.cached_backend: the cache cannot keep its own answers']
    : [];
}

function tlsProblems(prefix: string, reason: string, tls: TlsServerSettings | null): string[] {
  if (tls === null) return [];
  const { certFile, keyFile, verify, failIfNoPeerCert } = tls;
  const problems: string[] = [];
  if (certFile === null || keyFile === null) {
    problems.push(`${reason} asks for ${prefix}.certfile and ${prefix}.keyfile`);
  }
  if (failIfNoPeerCert && verify === 'verify_none') {
    problems.push(
      `${prefix}.fail_if_no_peer_cert = true asks for ${prefix}.verify = verify_peer: certificates are not looked at without`,
    );
  }
  return problems;
}

function definitionProblems({ importBackend, url }: DefinitionsSettings): string[] {
  const isRemote = importBackend === 'https';
  if (isRemote && url === null) {
    return ['definitions.import_backend = https asks for definitions.https.url'];
  }
  return isRemote || url === null
    ? []
    : ['definitions.https.url asks for definitions.import_backend = https'];
}
