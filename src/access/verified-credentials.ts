/**
 * Credentials that were found right, so that a slow hash is computed once and not at each login. Kept are digests under
 * a key that lives as long as the process: no password, and nothing that helps to guess one outside of it.
 */
import { hash } from 'node:crypto';
import type { Random } from '../runtime/random.ts';
import type { PasswordHash } from './password-hashing.ts';

/** Then the one that was used longest ago is forgotten. */
const CREDENTIALS_MAX = 10_000;
const KEY_SIZE = 32;

export class VerifiedCredentials {
  readonly #key: Uint8Array;
  /** By digest, the hash that the password was found to meet; ordered by use. */
  readonly #hashes = new Map<string, string>();

  constructor(random: Random) {
    this.#key = random.bytes(KEY_SIZE);
  }

  get size(): number {
    return this.#hashes.size;
  }

  /**
   * What stands for a user name and a password here: a digest behind the key. (An HMAC says no more to whom digests are never
   * shown, and takes four times as long.)
   */
  digestOf(userName: string, password: string): string {
    const name = Buffer.from(userName);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(name.length);
    return hash(
      'sha256',
      Buffer.concat([this.#key, length, name, Buffer.from(password)]),
      'base64',
    );
  }

  /** Whether the password was found to meet exactly this hash: after a change of password it was not. */
  has(digest: string, { passwordHash }: PasswordHash): boolean {
    if (this.#hashes.get(digest) !== passwordHash) return false;
    this.#hashes.delete(digest);
    this.#hashes.set(digest, passwordHash);
    return true;
  }

  add(digest: string, { passwordHash }: PasswordHash): void {
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size >= CREDENTIALS_MAX && oldest !== undefined) this.#hashes.delete(oldest);
    this.#hashes.set(digest, passwordHash);
  }

  /** Forgets all that was found to meet a hash. */
  forget({ passwordHash }: PasswordHash): void {
    for (const [digest, hash] of this.#hashes) {
      if (hash === passwordHash) this.#hashes.delete(digest);
    }
  }
}
