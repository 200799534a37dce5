/** From the octets of a token (JSON Web Token, RFC 7519) to what it says, when all about it is right. */
import type { Clock } from '../../runtime/clock.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { findResourceServer, type ResourceServer } from './resource-server.ts';
import { TokenRefused } from './token-refused.ts';
import type { Claims } from './token-scopes.ts';

/** Whatever a client can send, in characters. */
const TOKEN_LENGTH_MAX = 131_072;
const TOKEN_FORM = /^[\w-]+\.[\w-]+\.[\w-]*$/u;

export interface VerifiedToken {
  readonly claims: Claims;
  readonly server: ResourceServer;
  /** In milliseconds since 1970; infinite for one that lasts for ever. */
  readonly expiresAtMs: number;
}

export interface TokenVerifierOptions {
  /** Each with who issues its tokens. */
  readonly servers: ReadonlyArray<ResourceServer & { readonly issuer: IdentityProvider }>;
  readonly requireExp: boolean;
  readonly clock: Clock;
}

export class TokenVerifier {
  readonly #options: TokenVerifierOptions;

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
  }

  /** @throws TokenRefused */
  async verify(token: string): Promise<VerifiedToken> {
    if (token.length > TOKEN_LENGTH_MAX) throw new TokenRefused('it is too long for a token');
    if (!TOKEN_FORM.test(token)) throw new TokenRefused('it is no JSON Web Token');
    // Loaded by brokers only that meet a token.
    const jose = await import('jose');
    const unverified = decoded(() => jose.decodeJwt(token));
    const header = decoded(() => jose.decodeProtectedHeader(token));
    const server = findResourceServer(this.#options.servers, unverified.aud);
    const { alg = '' } = header;
    if (!server.issuer.algorithms.includes(alg)) {
      throw new TokenRefused('it is signed with an algorithm (alg) that is not allowed');
    }
    const key = await server.issuer.keyOf(header.kid);
    try {
      await jose.compactVerify(token, key, { algorithms: [alg] });
    } catch (error) {
      throw new TokenRefused(reasonOf(error), { cause: error });
    }
    return { claims: unverified, server, expiresAtMs: this.#expiryOf(unverified) };
  }

  /** @throws TokenRefused for one that has expired */
  #expiryOf({ exp }: Claims): number {
    const { requireExp, clock } = this.#options;
    if (exp === undefined && !requireExp) return Number.POSITIVE_INFINITY;
    if (typeof exp !== 'number') throw new TokenRefused('it does not say when it ends (exp)');
    const expiresAtMs = Math.trunc(exp) * 1000;
    if (expiresAtMs <= clock.nowMs()) throw new TokenRefused('it has expired (exp)');
    return expiresAtMs;
  }
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw new TokenRefused('it is no JSON Web Token', { cause: error });
  }
}

/** Reasons of jose, which are about keys and algorithms and never quote the token. */
function reasonOf(error: unknown): string {
  const { message, code = '' } = error as Error & { code?: string };
  if (code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') return 'its signature is wrong';
  return `its signature cannot be checked: ${message}`;
}
