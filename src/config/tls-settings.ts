// What is set of TLS: for listeners of ours, and for connections of ours to others.

export type TlsVersion = 'tlsv1.2' | 'tlsv1.3';
export type TlsVerification = 'verify_peer' | 'verify_none';

/** Files in PEM; their paths are absolute. Null where nothing was said. */
export interface TlsServerSettings {
  readonly caCertFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** Of the key. */
  readonly password: string | null;
  readonly verify: TlsVerification;
  readonly failIfNoPeerCert: boolean;
  /** Empty for the broker's own choice. */
  readonly versions: readonly TlsVersion[];
  /** OpenSSL's names; empty for the broker's own choice. */
  readonly ciphers: readonly string[];
  readonly honorCipherOrder: boolean;
  /** Other certificates, for clients that ask for that server; `*.` in a name stands for one label. */
  readonly serverNames: readonly TlsServerName[];
}

export interface TlsServerName {
  readonly serverName: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly password: string | null;
}

export interface TlsClientSettings {
  readonly caCertFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly password: string | null;
  readonly verify: TlsVerification;
  readonly versions: readonly TlsVersion[];
  readonly ciphers: readonly string[];
  /** Certificates between a peer's and one that is trusted; null for any number. */
  readonly depth: number | null;
  /** The server name that is asked for; null for the host's. */
  readonly sni: string | null;
  /** `wildcard`: a certificate for `*.example.org` serves. `none`: the name is not looked at. */
  readonly hostnameVerification: 'wildcard' | 'none';
}
