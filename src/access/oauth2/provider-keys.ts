/**
 * The keys of an identity provider, by id, from its address (a JSON Web Key Set, RFC 7517): fetched when somebody asks,
 * kept, and fetched anew when they are old or one is missing, but not often. What was there before stays in use until
 * there is something better.
 */
import type { JWK } from 'jose';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { TokenRefused } from './token-refused.ts';

/** After a fetch, who asks for a key that is not there does not cause another for this long. */
const PAUSE_MS = 10_000;
/** The same after one that failed. */
const PAUSE_AFTER_FAILURE_MS = 2000;
/** Then keys are looked after while the old ones are used: one may have been withdrawn. */
const AGE_MAX_MS = 600_000;

export interface ProviderKeysOptions {
  /** The keys' address; null: the provider is asked for it. */
  readonly keysUrl: string | null;
  /** Where it is asked; null: it is not. */
  readonly discoveryUrl: string | null;
  /** Rejects with the reason. */
  readonly fetch: (url: URL) => Promise<string>;
  readonly clock: Clock;
  readonly log: Logger;
}

export class ProviderKeys {
  readonly #options: ProviderKeysOptions;
  #keys: ReadonlyMap<string, JWK> = new Map();
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  /** Why the last fetch failed; null when it did not. */
  #failure: string | null = null;
  #pending: Promise<void> | null = null;

  constructor(options: ProviderKeysOptions) {
    this.#options = options;
  }

  /** Null when the provider has no such key. @throws TokenRefused when it cannot be asked */
  async find(id: string): Promise<JWK | null> {
    const known = this.#keys.get(id);
    if (known !== undefined) {
      if (this.#since(this.#fetchedAtMs) > AGE_MAX_MS && this.#mayFetch()) void this.#refresh();
      return known;
    }
    if (this.#pending !== null || this.#mayFetch()) await this.#refresh();
    const key = this.#keys.get(id) ?? null;
    if (key === null && this.#failure !== null) throw new TokenRefused(this.#failure);
    return key;
  }

  #since(momentMs: number): number {
    return this.#options.clock.monotonicMs() - momentMs;
  }

  #mayFetch(): boolean {
    const pauseMs = this.#failure === null ? PAUSE_MS : PAUSE_AFTER_FAILURE_MS;
    return this.#since(this.#triedAtMs) >= pauseMs;
  }

  /** All who wait at the same time wait for the same fetch. */
  async #refresh(): Promise<void> {
    this.#pending ??= this.#replaceKeys();
    await this.#pending;
  }

  async #replaceKeys(): Promise<void> {
    try {
      this.#keys = await this.#fetchKeys();
      this.#fetchedAtMs = this.#options.clock.monotonicMs();
      if (this.#failure !== null) {
        this.#options.log.info('the keys of an OAuth 2 provider can be had again');
      }
      this.#failure = null;
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#triedAtMs = this.#options.clock.monotonicMs();
      this.#pending = null;
    }
  }

  /** The same failure again and again is told once. */
  #failed(error: unknown): void {
    const failure = `the keys of its provider cannot be had: ${(error as Error).message}`;
    if (failure !== this.#failure) {
      this.#options.log.warn('the keys of an OAuth 2 provider cannot be had', {
        reason: (error as Error).message,
      });
    }
    this.#failure = failure;
  }

  async #fetchKeys(): Promise<ReadonlyMap<string, JWK>> {
    const url = await this.#keysUrl();
    const { keys } = await this.#fetchJson(url);
    if (!Array.isArray(keys)) throw new Error(`${url.href} answers with something else`);
    const found = new Map(keys.flatMap(readKey));
    // Nobody means to lock everybody out.
    if (found.size === 0) throw new Error(`${url.href} answers with no key that could be used`);
    return found;
  }

  async #keysUrl(): Promise<URL> {
    const { keysUrl, discoveryUrl } = this.#options;
    if (keysUrl !== null) return new URL(keysUrl);
    if (discoveryUrl === null) throw new Error('neither jwks_uri nor issuer is configured');
    const asked = new URL(discoveryUrl);
    const { jwks_uri: found } = await this.#fetchJson(asked);
    const url = typeof found === 'string' && URL.canParse(found) ? new URL(found) : null;
    const isFit =
      url?.protocol === 'https:' || (url?.protocol === 'http:' && asked.protocol === 'http:');
    if (url === null || !isFit) {
      throw new Error(`${asked.href} tells no address of keys (jwks_uri) that could be asked`);
    }
    return url;
  }

  async #fetchJson(url: URL): Promise<Readonly<Record<string, unknown>>> {
    const text = await this.#options.fetch(url).catch((error: unknown) => {
      throw new Error(`${url.href} ${(error as Error).message}`, { cause: error });
    });
    try {
      return (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
    } catch {
      throw new Error(`${url.href} answers with something else than JSON`);
    }
  }
}

/** Public keys only: a secret that is published is none. */
const KEY_TYPES = new Set(['RSA', 'EC', 'OKP']);

/** What Cloud Foundry's UAA calls algorithms. */
const ALGORITHM_NAMES: Readonly<Record<string, string>> = {
  SHA256withRSA: 'RS256',
  SHA384withRSA: 'RS384',
  SHA512withRSA: 'RS512',
};

function readKey(value: unknown): ReadonlyArray<readonly [id: string, key: JWK]> {
  const jwk = (value ?? {}) as JWK;
  const { kid, kty, use = 'sig', alg } = jwk;
  if (typeof kid !== 'string' || !KEY_TYPES.has(String(kty)) || use !== 'sig') return [];
  const name =
    alg !== undefined && Object.hasOwn(ALGORITHM_NAMES, alg) ? ALGORITHM_NAMES[alg] : alg;
  return [[kid, name === undefined ? jwk : { ...jwk, alg: name }]];
}
