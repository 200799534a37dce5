/** Who issues tokens: its keys, from files and from its address, and what tokens may be signed with. */
import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { fetchDocument } from '../../runtime/fetch-document.ts';
import { HttpClient } from '../../runtime/http-client.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { TlsFileError } from '../../runtime/tls-identity.ts';
import { BackEndError } from '../back-end-error.ts';
import type { OAuthHttpsOptions, OAuthProviderOptions } from './oauth2-options.ts';
import { ProviderKeys } from './provider-keys.ts';
import { readSigningKeys } from './signing-keys.ts';
import { TokenRefused } from './token-refused.ts';

/** Signatures that a public key verifies: with a shared secret, whoever can verify a token could make one. */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

const FETCH_TIMEOUT_MS = 5000;
const LIMITS = {
  requestTimeoutMs: FETCH_TIMEOUT_MS,
  connectionTimeoutMs: FETCH_TIMEOUT_MS,
  /** Octets of a document. */
  longestAnswer: 256 * 1024,
};

export interface IdentityProviderParts {
  readonly runtime: Pick<Runtime, 'clock' | 'log'>;
  /** Fires when nobody asks any more. */
  readonly signal: AbortSignal;
}

export class IdentityProvider {
  readonly algorithms: readonly string[];
  readonly #signingKeys: ReadonlyMap<string, KeyObject>;
  readonly #defaultKey: string | null;
  /** Null without an address. */
  readonly #keys: ProviderKeys | null;

  /** @throws BackEndError */
  constructor(options: OAuthProviderOptions, { runtime, signal }: IdentityProviderParts) {
    const { issuer = null, jwksUrl: keysUrl = null, defaultKey = null } = options;
    this.algorithms = allowedAlgorithms(options.algorithms ?? [], runtime);
    this.#signingKeys = readSigningKeys(options.signingKeys ?? {});
    this.#defaultKey = defaultKey;
    for (const url of [issuer, keysUrl]) assertAddress(url);
    const discoveryUrl = issuer === null ? null : discoveryAddress(issuer, options);
    const client = httpClient(options.https ?? {}, signal);
    const fetch = async (url: URL): Promise<string> => fetchDocument(client, url);
    this.#keys =
      keysUrl === null && discoveryUrl === null
        ? null
        : new ProviderKeys({ keysUrl, discoveryUrl, fetch, ...runtime });
    if (this.#keys === null && this.#signingKeys.size === 0) {
      throw new BackEndError(
        'auth_backends: oauth2 needs the keys of tokens: auth_oauth2.issuer, jwks_uri or signing_keys',
      );
    }
  }

  /** The key that a token says it is signed with. @throws TokenRefused */
  async keyOf(keyId: unknown): Promise<KeyObject | JWK> {
    const id = keyId ?? this.#defaultKey;
    if (typeof id !== 'string') {
      throw new TokenRefused('it names no key (kid), and none is the default');
    }
    const key = this.#signingKeys.get(id) ?? (await this.#keys?.find(id)) ?? null;
    if (key === null) throw new TokenRefused('its key (kid) is none of its provider');
    return key;
  }
}

/** @throws BackEndError when none is left */
function allowedAlgorithms(
  wanted: readonly string[],
  { log }: IdentityProviderParts['runtime'],
): readonly string[] {
  if (wanted.length === 0) return ALGORITHMS;
  const unsafe = wanted.filter((name) => !ALGORITHMS.includes(name));
  if (unsafe.length === wanted.length) {
    throw new BackEndError(
      `auth_oauth2.algorithms: none of ${wanted.join(', ')} can be used; choose of ${ALGORITHMS.join(', ')}`,
    );
  }
  if (unsafe.length > 0) {
    log.warn('OAuth 2 tokens that are signed like this are refused', {
      algorithms: unsafe.join(', '),
    });
  }
  return wanted.filter((name) => ALGORITHMS.includes(name));
}

/** @throws BackEndError for what cannot be asked */
function assertAddress(url: string | null): void {
  if (url === null || /^https?:/u.test(URL.parse(url)?.protocol ?? '')) return;
  throw new BackEndError(`auth_oauth2: '${url}' is no address of http or https`);
}

/** @throws BackEndError */
function httpClient(tls: OAuthHttpsOptions, signal: AbortSignal): HttpClient {
  try {
    const client = new HttpClient({ ...LIMITS, tls });
    signal.addEventListener('abort', () => client.close());
    return client;
  } catch (error) {
    if (!(error instanceof TlsFileError)) throw error;
    throw new BackEndError(`auth_oauth2: ${error.message}`, { cause: error });
  }
}

/** Where an issuer tells its addresses (OpenID Connect Discovery 1.0, section 4). */
function discoveryAddress(
  issuer: string,
  { discoveryEndpointPath, discoveryEndpointParams = {} }: OAuthProviderOptions,
): string {
  const url = new URL(issuer);
  const path = discoveryEndpointPath ?? '.well-known/openid-configuration';
  url.pathname = `${url.pathname.replace(/\/$/u, '')}/${path.replace(/^\//u, '')}`;
  for (const [name, value] of Object.entries(discoveryEndpointParams)) {
    url.searchParams.append(name, value);
  }
  return url.href;
}
