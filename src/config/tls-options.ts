// What settings of TLS mean to `createBroker`.
import type { TlsServerSettings } from './tls-settings.ts';

export interface Tls {
  readonly certFile: string;
  readonly keyFile: string;
  readonly password: string | null;
  readonly caFile: string | null;
  readonly verifyPeer: boolean;
  readonly failIfNoPeerCert: boolean;
  readonly versions?: ReadonlyArray<'TLSv1.2' | 'TLSv1.3'>;
  readonly ciphers: string | null;
  readonly honorCipherOrder: boolean;
  readonly serverNames: TlsServerSettings['serverNames'];
}

/** Null without a certificate, which cross-checks.ts refuses where there is a listener for it. */
export function tlsOptions(tls: TlsServerSettings): Tls | null {
  const { certFile, keyFile, password, failIfNoPeerCert, honorCipherOrder, serverNames } = tls;
  if (certFile === null || keyFile === null) return null;
  const versions = tls.versions.map((version) => (version === 'tlsv1.2' ? 'TLSv1.2' : 'TLSv1.3'));
  return {
    certFile,
    keyFile,
    password,
    caFile: tls.caCertFile,
    verifyPeer: tls.verify === 'verify_peer',
    failIfNoPeerCert,
    ...(versions.length === 0 ? {} : { versions }),
    ciphers: tls.ciphers.length === 0 ? null : tls.ciphers.join(':'),
    honorCipherOrder,
    serverNames,
  };
}
