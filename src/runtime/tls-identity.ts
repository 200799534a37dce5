// Who a TLS listener says it is, and whom it believes: certificates, keys and rules, read from files
// and read again when the files change. A listener asks here for what its server is to be made with.
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls';
import { constants, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/** A certificate chain with its private key, both PEM files. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Of an encrypted key; null for one that is not. */
  readonly password: string | null;
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

export interface TlsSettings extends CertificateFiles {
  /** PEM file of the authorities whose clients are believed; null for those of the system. */
  readonly caFile: string | null;
  /** Ask clients for a certificate, and refuse those whose certificate is not to be believed. */
  readonly verifyPeer: boolean;
  /** Refuse clients without a certificate; only with `verifyPeer`. */
  readonly failIfNoPeerCert: boolean;
  readonly versions: readonly TlsVersion[];
  /** OpenSSL's names, separated by colons; null for the default. */
  readonly ciphers: string | null;
  /** The server's order of ciphers counts, not the client's. */
  readonly honorCipherOrder: boolean;
  /** Other certificates for clients that name one of these servers (SNI); `*.` stands for one label. */
  readonly serverNames: readonly (CertificateFiles & { readonly serverName: string })[];
}

/** What is settled where nobody says otherwise. */
export const DEFAULT_TLS: Omit<TlsSettings, keyof CertificateFiles> = {
  caFile: null,
  verifyPeer: false,
  failIfNoPeerCert: false,
  versions: ['TLSv1.2', 'TLSv1.3'],
  ciphers: null,
  honorCipherOrder: true,
  serverNames: [],
};

/** Forward secrecy and authenticated encryption only. The short key stands first: it costs least, and is as safe. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/**
 * Elliptic curves, with and without a key exchange that quantum computers do not break. Finite fields are left out: clients
 * may choose ones that keep the broker busy.
 */
const GROUPS = 'X25519MLKEM768:X25519:P-256:P-384';

/** A file that TLS needs cannot be used. Its message is one line, made to be shown as it is. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
}

export interface CertificateFacts {
  readonly file: string;
  /** When it ends, in milliseconds since 1970. */
  readonly endsAtMs: number;
  /** The same for people (ISO 8601). */
  readonly endsAt: string;
}

interface NamedContext {
  readonly serverName: string;
  readonly context: SecureContext;
}

/** What is made of the files, all at once. */
interface Identity {
  readonly options: TlsOptions;
  readonly named: readonly NamedContext[];
  readonly facts: readonly CertificateFacts[];
}

export class TlsIdentity {
  readonly settings: TlsSettings;
  readonly #listeners = new Set<() => void>();
  #stamp: string;
  #current: Identity;

  /** @throws TlsFileError */
  constructor(settings: TlsSettings) {
    this.settings = settings;
    this.#stamp = stampOf(settings);
    this.#current = readIdentity(settings);
  }

  /** What a server is to be made with. Certificates in it are those of now: see `onChange`. */
  get serverOptions(): TlsOptions {
    const { verifyPeer, failIfNoPeerCert } = this.settings;
    return {
      ...this.#current.options,
      requestCert: verifyPeer,
      rejectUnauthorized: verifyPeer && failIfNoPeerCert,
      SNICallback: (serverName, done) => done(null, this.#contextFor(serverName)),
    };
  }

  /** What a running server is to be given when something has changed. */
  get secureContextOptions(): TlsOptions {
    return this.#current.options;
  }

  /** Those in force. */
  get certificates(): readonly CertificateFacts[] {
    return this.#current.facts;
  }

  /** `listener` is called when other certificates are in force. Returns a function that ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Looks at the files, and reads them again where one has changed. True when others are in force. What cannot be used
   * leaves everything as it was.
   *
   * @throws TlsFileError
   */
  refresh(): boolean {
    const stamp = stampOf(this.settings);
    if (stamp === this.#stamp) return false;
    // A file that is bad now is told of once, and looked at again when it changes again.
    this.#stamp = stamp;
    this.#current = readIdentity(this.settings);
    for (const listener of this.#listeners) listener();
    return true;
  }

  #contextFor(serverName: string): SecureContext | undefined {
    return this.#current.named.find((candidate) => isNameOf(candidate.serverName, serverName))
      ?.context;
  }
}

/** RFC 6125: a star stands for the whole leftmost label. */
function isNameOf(pattern: string, serverName: string): boolean {
  const name = serverName.toLowerCase();
  const known = pattern.toLowerCase();
  if (!known.startsWith('*.')) return name === known;
  return name.slice(name.indexOf('.') + 1) === known.slice(2) && name.includes('.');
}

/** @throws TlsFileError */
function readIdentity(settings: TlsSettings): Identity {
  const options = contextOptions(settings);
  const { certFile, serverNames } = settings;
  const files = [certFile, ...serverNames.map((one) => one.certFile)];
  return { options, named: namedContexts(settings, options), facts: files.map(factsOf) };
}

function contextOptions(settings: TlsSettings): TlsOptions {
  const { caFile, versions } = settings;
  const options: TlsOptions = {
    ...keyPair(settings),
    ...(caFile === null ? {} : { ca: read(caFile, 'certificates of authorities') }),
    ciphers: settings.ciphers ?? CIPHERS,
    honorCipherOrder: settings.honorCipherOrder,
    ecdhCurve: GROUPS,
    // Who asks for a new handshake again and again keeps the broker busy.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    minVersion: versions.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: versions.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
  };
  check(options, settings);
  return options;
}

function namedContexts({ serverNames }: TlsSettings, options: TlsOptions): readonly NamedContext[] {
  const { cert: _cert, key: _key, passphrase: _passphrase, ...common } = options;
  return serverNames.map((files) => ({
    serverName: files.serverName,
    context: check({ ...common, ...keyPair(files) }, files),
  }));
}

function keyPair(files: CertificateFiles): TlsOptions {
  return {
    cert: read(files.certFile, 'the certificate'),
    key: read(files.keyFile, 'the private key'),
    ...(files.password === null ? {} : { passphrase: files.password }),
  };
}

/** OpenSSL's reasons are short; they name no secret. */
function check(options: TlsOptions, { certFile, keyFile }: CertificateFiles): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    throw new TlsFileError(
      `TLS cannot use ${certFile} with ${keyFile}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function read(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new TlsFileError(`TLS cannot read ${what} from ${path} (${code})`, { cause: error });
  }
}

/** Changes when a file does, or when another takes its place. */
function stampOf(settings: TlsSettings): string {
  const files = [settings, ...settings.serverNames].flatMap(({ certFile, keyFile }) => [
    certFile,
    keyFile,
  ]);
  if (settings.caFile !== null) files.push(settings.caFile);
  return files
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    })
    .join(',');
}

/** The first in the file is the server's own. */
function factsOf(file: string): CertificateFacts {
  const endsAt = new Date(new X509Certificate(read(file, 'the certificate')).validTo);
  return { file, endsAtMs: endsAt.getTime(), endsAt: endsAt.toISOString() };
}
