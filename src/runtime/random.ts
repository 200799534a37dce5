// Randomness as the broker sees it, and the real one (the operating system's). A simulation passes
// a seeded implementation instead.
import { randomBytes, randomInt } from 'node:crypto';

export interface Random {
  /** `count` random bytes in a buffer of the caller's own. */
  bytes(count: number): Uint8Array;
  /** A whole number from 0 to `limit` - 1, each as likely; `limit` is from 1 to 2 ** 48 - 1. */
  below(limit: number): number;
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  below: (limit) => randomInt(limit),
};

/**
 * 16 random bytes as 22 characters of unpadded base64url: the unique part of server-generated names
 * (`amq.gen-...`, `amq.ctag-...`), in the alphabet and length that RabbitMQ uses for them.
 */
export function base64url22(random: Random): string {
  const bytes = random.bytes(16);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}
