/**
 * Passwords as they are kept: RabbitMQ's formats, so that users move here with their passwords, and scrypt, which makes
 * guessing expensive. All are base64:
 *
 *   RabbitMQ's   salt (4), digest of salt and password
 *   scrypt       version (1) = 1, log2 of N (1), r (1), p (1), salt (16), key (32)
 */
import { createHash, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import type { Random } from '../runtime/random.ts';
import type { Eventually } from './eventually.ts';
import { FairTurns } from './fair-turns.ts';

export interface PasswordHash {
  /** Base64; empty: nobody can log in with a password. */
  readonly passwordHash: string;
  /** As RabbitMQ names them. */
  readonly hashingAlgorithm: string;
}

export const SCRYPT = 'leveret_password_hashing_scrypt';
/** RabbitMQ's usual one. */
export const RABBITMQ_HASHING = 'rabbit_password_hashing_sha256';

/** RabbitMQ's, and the digest of each. */
const DIGESTS: Readonly<Record<string, string>> = {
  [RABBITMQ_HASHING]: 'sha256',
  rabbit_password_hashing_sha512: 'sha512',
  rabbit_password_hashing_md5: 'md5',
};

const RABBIT_SALT_SIZE = 4;

const SCRYPT_VERSION = 1;
const SCRYPT_SALT_SIZE = 16;
const SCRYPT_KEY_SIZE = 32;
const SCRYPT_SALT_START = 4;
const SCRYPT_KEY_START = SCRYPT_SALT_START + SCRYPT_SALT_SIZE;
/** 16 MiB and some 40 ms of one core for a password. */
const SCRYPT_COST = { logN: 14, r: 8, p: 1 };
/** What a stored hash may ask for at most, in octets of memory and rounds. */
const SCRYPT_MEMORY_MAX = 256 * 1024 * 1024;
const SCRYPT_ROUNDS_MAX = 16;

/** Passwords that are hashed at a time: the threads of Node serve the disk too. */
const RUNNING_MAX = 2;
/** Passwords that may wait for that. */
const WAITING_MAX = 1024;

/** More passwords are to be checked than can be. */
export class HashingOverload extends Error {}

/** Whether the broker knows an algorithm by this name. */
export function isHashingAlgorithm(name: string): boolean {
  return name === SCRYPT || Object.hasOwn(DIGESTS, name);
}

export class PasswordHashing {
  /** What new passwords are hashed with. */
  readonly algorithm: string;
  readonly #random: Random;
  readonly #turns = new FairTurns({
    runningMax: RUNNING_MAX,
    waitingMax: WAITING_MAX,
    overload: () => new HashingOverload(`${WAITING_MAX} passwords wait to be checked`),
  });
  /** Stands for the password of users that do not exist. */
  readonly #dummy: PasswordHash;

  constructor(random: Random, algorithm: string = SCRYPT) {
    if (!isHashingAlgorithm(algorithm)) throw new Error(`unknown algorithm '${algorithm}'`);
    this.algorithm = algorithm;
    this.#random = random;
    const size = algorithm === SCRYPT ? SCRYPT_KEY_SIZE : digestSize(algorithm);
    const key = random.bytes(size);
    const octets =
      algorithm === SCRYPT
        ? scryptOctets(random.bytes(SCRYPT_SALT_SIZE), key)
        : Buffer.concat([random.bytes(RABBIT_SALT_SIZE), key]);
    this.#dummy = { passwordHash: octets.toString('base64'), hashingAlgorithm: algorithm };
  }

  /** @throws HashingOverload */
  async hash(password: string): Promise<PasswordHash> {
    const { algorithm: hashingAlgorithm } = this;
    if (hashingAlgorithm !== SCRYPT) {
      const salt = Buffer.from(this.#random.bytes(RABBIT_SALT_SIZE));
      const digest = saltedDigest(hashingAlgorithm, salt, password);
      const passwordHash = Buffer.concat([salt, digest]).toString('base64');
      return { passwordHash, hashingAlgorithm };
    }
    const salt = this.#random.bytes(SCRYPT_SALT_SIZE);
    const { logN, r, p } = SCRYPT_COST;
    const key = await this.#derive(password, salt, { N: 2 ** logN, r, p }, '');
    return { passwordHash: scryptOctets(salt, key).toString('base64'), hashingAlgorithm };
  }

  /**
   * Whether this is the password. Without a user (null) the work is the same, and so it is for a wrong password of a user
   * whose algorithm is faster than the broker's: who guesses learns nothing from the time it takes.
   *
   * @param whose who asks, such as an address: one with many passwords does not hold up others
   * @throws HashingOverload
   */
  verify(password: string, stored: PasswordHash | null, whose = ''): Eventually<boolean> {
    if (stored === null || stored.passwordHash === '') return this.#pretend(password, whose);
    if (stored.hashingAlgorithm === SCRYPT) return this.#verifyScrypt(password, stored, whose);
    return isRabbitPassword(password, stored) || this.#pretend(password, whose);
  }

  /** As much work as a wrong password gives. */
  #pretend(password: string, whose: string): Eventually<false> {
    if (this.algorithm === SCRYPT) return this.#pretendScrypt(password, whose);
    isRabbitPassword(password, this.#dummy);
    return false;
  }

  async #pretendScrypt(password: string, whose: string): Promise<false> {
    await this.#verifyScrypt(password, this.#dummy, whose);
    return false;
  }

  async #verifyScrypt(
    password: string,
    { passwordHash }: PasswordHash,
    whose: string,
  ): Promise<boolean> {
    const octets = Buffer.from(passwordHash, 'base64');
    const options = scryptOptionsOf(octets);
    if (options === null) return false;
    const salt = octets.subarray(SCRYPT_SALT_START, SCRYPT_KEY_START);
    const key = await this.#derive(password, salt, options, whose);
    return timingSafeEqual(key, octets.subarray(SCRYPT_KEY_START));
  }

  async #derive(
    password: string,
    salt: Uint8Array,
    options: ScryptOptions,
    whose: string,
  ): Promise<Buffer> {
    return this.#turns.run(whose, async () => derive(password, salt, options));
  }
}

function derive(password: string, salt: Uint8Array, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(
      password,
      salt,
      SCRYPT_KEY_SIZE,
      { ...options, maxmem: 2 * SCRYPT_MEMORY_MAX },
      (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      },
    );
  });
}

function scryptOctets(salt: Uint8Array, key: Uint8Array): Buffer {
  const { logN, r, p } = SCRYPT_COST;
  return Buffer.concat([Buffer.of(SCRYPT_VERSION, logN, r, p), salt, key]);
}

/** Null for octets that are no hash of ours, or that ask for more than the broker would do. */
function scryptOptionsOf(octets: Buffer): ScryptOptions | null {
  const [version = 0, logN = 0, r = 0, p = 0] = octets;
  const isOurs = octets.length === SCRYPT_KEY_START + SCRYPT_KEY_SIZE && version === SCRYPT_VERSION;
  if (!isOurs) return null;
  const N = 2 ** logN;
  const isBounded = 128 * N * r <= SCRYPT_MEMORY_MAX && p <= SCRYPT_ROUNDS_MAX;
  return isBounded && logN > 0 && r > 0 && p > 0 ? { N, r, p } : null;
}

function isRabbitPassword(password: string, stored: PasswordHash): boolean {
  const octets = Buffer.from(stored.passwordHash, 'base64');
  const expected = octets.subarray(RABBIT_SALT_SIZE);
  const salt = octets.subarray(0, RABBIT_SALT_SIZE);
  const digest = saltedDigest(stored.hashingAlgorithm, salt, password);
  return digest.length === expected.length && timingSafeEqual(digest, expected);
}

function saltedDigest(algorithm: string, salt: Buffer, password: string): Buffer {
  return createHash(DIGESTS[algorithm] ?? '')
    .update(salt)
    .update(password)
    .digest();
}

function digestSize(algorithm: string): number {
  return saltedDigest(algorithm, Buffer.alloc(0), '').length;
}
