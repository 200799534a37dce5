// What is wrong about settings together, each of which is right by itself.
import type { Settings } from './settings.ts';
import type { TlsServerSettings } from './tls-settings.ts';

/** A line for each problem. */
export function crossChecks(settings: Settings): readonly string[] {
  const { listeners, sslOptions, management, prometheus } = settings;
  return [
    ...tlsProblems('ssl_options', 'listeners.ssl', listeners.ssl.length > 0 ? sslOptions : null),
    ...tlsProblems('management.ssl', 'management.ssl.port', management.ssl?.tls ?? null),
    ...tlsProblems('prometheus.ssl', 'prometheus.ssl.port', prometheus.ssl?.tls ?? null),
  ];
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
