// A little identity provider: it has keys, publishes them as OAuth 2 providers do, issues tokens, and can misbehave.
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { CertificateFilePaths } from './certificates.ts';

export interface IssuedKey {
  readonly id: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export async function newKey(id: string, algorithm = 'ES256'): Promise<IssuedKey> {
  const keys = await generateKeyPair(algorithm, { extractable: true });
  return { id, algorithm, ...keys };
}

/** What a token says: right, wrong, or undefined where it is to say nothing. */
export type TestClaims = Readonly<Record<string, unknown>>;

/** What tokens say where a test does not care. */
export const CLAIMS: TestClaims = {
  sub: 'alice',
  aud: 'rabbitmq',
  scope: 'rabbitmq.read:*/*/* rabbitmq.write:*/*/* rabbitmq.configure:*/*/*',
};

/** A token, which lasts an hour where the claims do not say. */
export async function signToken(key: IssuedKey, claims: TestClaims = {}): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return new SignJWT({ ...CLAIMS, exp, ...claims })
    .setProtectedHeader({ alg: key.algorithm, kid: key.id, typ: 'JWT' })
    .sign(key.privateKey);
}

export class IdentityProvider implements AsyncDisposable {
  /** Paths that were asked for. */
  readonly requests: string[] = [];
  /** What it answers instead of what it should. */
  misbehave: ((response: ServerResponse) => void) | null = null;
  readonly #server: Server;
  readonly #isTls: boolean;
  #keys: readonly IssuedKey[];
  #held: Promise<void> | null = null;

  private constructor(key: IssuedKey, files: CertificateFilePaths | null) {
    this.#keys = [key];
    this.#isTls = files !== null;
    const listener: RequestListener = ({ url = '' }, response) => {
      this.requests.push(url);
      if (this.misbehave !== null) this.misbehave(response);
      else void this.#answer(url, response);
    };
    this.#server =
      files === null
        ? createServer(listener)
        : createTlsServer(
            { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) },
            listener,
          );
  }

  /** @param files with a certificate it speaks TLS */
  static async start(files: CertificateFilePaths | null = null): Promise<IdentityProvider> {
    const provider = new IdentityProvider(await newKey('first'), files);
    await new Promise<void>((resolve) => {
      provider.#server.listen(0, '127.0.0.1', () => resolve());
    });
    return provider;
  }

  get issuer(): string {
    const { port } = this.#server.address() as AddressInfo;
    return this.#isTls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  }

  get keysUrl(): string {
    return `${this.issuer}/keys`;
  }

  /** Signs with other keys from now on, and publishes only these. */
  rotate(...keys: readonly IssuedKey[]): void {
    this.#keys = keys;
  }

  /** Nobody is answered until the function is called that it returns. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  async token(claims: TestClaims = {}): Promise<string> {
    return signToken(this.#keys[0]!, claims);
  }

  async #answer(url: string, response: ServerResponse): Promise<void> {
    await this.#held;
    const { pathname } = new URL(url, this.issuer);
    if (pathname.endsWith('/openid-configuration')) {
      response.end(JSON.stringify({ issuer: this.issuer, jwks_uri: this.keysUrl }));
    } else if (pathname === '/keys') {
      response.end(JSON.stringify({ keys: await Promise.all(this.#keys.map(published)) }));
    } else {
      response.statusCode = 404;
      response.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

async function published({ id, algorithm, publicKey }: IssuedKey): Promise<JWK> {
  return { ...(await exportJWK(publicKey)), kid: id, use: 'sig', alg: algorithm };
}
