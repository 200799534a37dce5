// TLS for connections that the broker makes: whom it believes, and who it says it is. Files are read when a connection is
// prepared, so that what is wrong with them is told at the start.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { ConnectionOptions, PeerCertificate, DetailedPeerCertificate } from 'node:tls';
import { checkServerIdentity, createSecureContext } from 'node:tls';
import { readFileSync } from 'node:fs';
import { readSmallFile } from './small-file.ts';
import { TlsFileError } from './tls-identity.ts';

/** All that Linux comes with are 250 KB. */
const AUTHORITIES_OCTETS_MAX = 1024 * 1024;

/** Paths are of PEM files. Null stands for the default. */
export interface TlsClientSettings {
  /** Certificates of the authorities whose servers are believed; those of the system by default. */
  readonly caCertFile: string | null;
  /** Who the broker says it is; nobody by default. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** Of the key. */
  readonly password: string | null;
  /** `verify_none` talks to whoever answers. */
  readonly verify: 'verify_peer' | 'verify_none';
  /** Empty for both. */
  readonly versions: ReadonlyArray<'tlsv1.2' | 'tlsv1.3'>;
  /** OpenSSL's names; empty for Node's own choice. */
  readonly ciphers: readonly string[];
  /** Certificates between a server's and one that is trusted; any number by default. */
  readonly depth: number | null;
  /** The name to ask the server for; by default that of the host. */
  readonly sni: string | null;
  /** `none`: a certificate of any name will do. */
  readonly hostnameVerification: 'wildcard' | 'none';
}

/** What Node is to be told. @throws TlsFileError for a file that cannot be used */
export function tlsClientOptions(settings: Partial<TlsClientSettings>): ConnectionOptions {
  const { caCertFile = null, certFile = null, keyFile = null, password = null } = settings;
  const { versions = [], ciphers = [], sni = null } = settings;
  if ((certFile === null) !== (keyFile === null)) {
    throw new TlsFileError('TLS needs a certificate and its private key, or neither');
  }
  const options: ConnectionOptions = {
    ...(caCertFile === null ? {} : { ca: readAuthorities(caCertFile) }),
    ...(certFile === null ? {} : { cert: read(certFile) }),
    ...(keyFile === null ? {} : { key: read(keyFile) }),
    ...(password === null ? {} : { passphrase: password }),
    ...(ciphers.length === 0 ? {} : { ciphers: ciphers.join(':') }),
    minVersion: versions.length > 0 && !versions.includes('tlsv1.2') ? 'TLSv1.3' : 'TLSv1.2',
    maxVersion: versions.length > 0 && !versions.includes('tlsv1.3') ? 'TLSv1.2' : 'TLSv1.3',
  };
  try {
    createSecureContext(options);
  } catch (error) {
    const files = [caCertFile, certFile, keyFile].filter((file) => file !== null).join(', ');
    const { message } = error as Error;
    throw new TlsFileError(`TLS cannot use ${files}: ${message}`, { cause: error });
  }
  return {
    ...options,
    ...(sni === null ? {} : { servername: sni }),
    rejectUnauthorized: settings.verify !== 'verify_none',
    checkServerIdentity: (host, certificate) => identityProblem(host, certificate, settings),
  };
}

/** The same for one host, whose name is asked for where nothing else is. */
export function tlsOptionsFor(host: string, options: ConnectionOptions): ConnectionOptions {
  const servername = options.servername ?? (isIP(host) === 0 ? host : undefined);
  return { ...options, host, ...(servername === undefined ? {} : { servername }) };
}

/** Why a server is not the one that was asked for; undefined when it is. */
export function identityProblem(
  host: string,
  certificate: PeerCertificate,
  { hostnameVerification = 'wildcard', depth = null }: Partial<TlsClientSettings>,
): Error | undefined {
  const between = countBetween(certificate as DetailedPeerCertificate);
  if (depth !== null && between > depth) {
    return new Error(`more than ${depth} certificates in its chain`);
  }
  return hostnameVerification === 'none' ? undefined : checkServerIdentity(host, certificate);
}

/** The chain ends at the certificate that issued itself. */
function countBetween(certificate: DetailedPeerCertificate): number {
  let count = -1;
  let current = certificate;
  const seen = new Set<string>([current.fingerprint256]);
  for (;;) {
    // Node leaves it out where the chain is incomplete, whatever its types say.
    const issuer: DetailedPeerCertificate | undefined = current.issuerCertificate;
    if (issuer === undefined || seen.has(issuer.fingerprint256)) return Math.max(0, count);
    seen.add(issuer.fingerprint256);
    count++;
    current = issuer;
  }
}

/** @throws TlsFileError */
function readAuthorities(path: string): Buffer {
  try {
    const octets = readSmallFile(path, AUTHORITIES_OCTETS_MAX);
    // OpenSSL would take whatever it is, and believe nobody.
    assertCertificate(octets);
    return octets;
  } catch (error) {
    throw new TlsFileError(
      `${path} has no certificates that could be used (PEM): ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** @throws Error */
function assertCertificate(octets: Buffer): void {
  void new X509Certificate(octets);
}

/** @throws TlsFileError */
function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new TlsFileError(`TLS cannot read ${path} (${code})`, { cause: error });
  }
}
