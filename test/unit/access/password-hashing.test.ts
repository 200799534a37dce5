// Passwords as they are kept: hashes that RabbitMQ made are understood, and ours are of scrypt.
import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { PasswordHashing, SCRYPT } from '../../../src/access/password-hashing.ts';
import { systemRandom } from '../../../src/runtime/random.ts';

const PASSWORD = 'pässword 1';

/** RabbitMQ 3.10 made the first, and takes all of them for this password. */
const IMPORTED = {
  rabbit_password_hashing_sha256: '2jOA+UEbxhn4y9xCKRaAd3J0tpMXjlS5F9ombUQktNBaoMkH',
  rabbit_password_hashing_sha512:
    'AQID+u5C8MrF5Z72WqsBtmKxif89snm6UmG7pJosKdTkvL8wziEvhheXpaqAKcQy4oOGbw1Np7pCsl0MdM4CABwZiLo=',
  rabbit_password_hashing_md5: 'AQID+inMKqMXP3zkAh+8k88rrq4=',
};

describe('hashes of passwords', () => {
  const hashing = new PasswordHashing(systemRandom);

  for (const [hashingAlgorithm, passwordHash] of Object.entries(IMPORTED)) {
    test(`${hashingAlgorithm} is understood as RabbitMQ writes it`, async () => {
      const stored = { passwordHash, hashingAlgorithm };
      assert.equal(hashing.verify(PASSWORD, stored), true);
      assert.equal(await hashing.verify('password 1', stored), false);
    });

    test(`${hashingAlgorithm} is made where it is asked for`, async () => {
      const own = new PasswordHashing(systemRandom, hashingAlgorithm);
      const stored = await own.hash(PASSWORD);
      assert.equal(stored.hashingAlgorithm, hashingAlgorithm);
      const { length } = Buffer.from(passwordHash, 'base64');
      assert.equal(Buffer.from(stored.passwordHash, 'base64').length, length);
      assert.equal(own.verify(PASSWORD, stored), true);
      assert.equal(own.verify(`${PASSWORD} `, stored), false);
    });
  }

  test('scrypt is made else, and says itself how it was made', async () => {
    const stored = await hashing.hash(PASSWORD);
    assert.equal(stored.hashingAlgorithm, SCRYPT);
    const octets = Buffer.from(stored.passwordHash, 'base64');
    const [version, logN = 0, r = 0, p = 0] = octets;
    assert.equal(version, 1);
    const salt = octets.subarray(4, 20);
    const options = { N: 2 ** logN, r, p };
    assert.deepEqual(scryptSync(PASSWORD, salt, 32, options), octets.subarray(20));
    assert.equal(await hashing.verify(PASSWORD, stored), true);
    assert.equal(await hashing.verify('password 1', stored), false);
  });

  test('two of one password differ', async () => {
    const [one, other] = await Promise.all([hashing.hash(PASSWORD), hashing.hash(PASSWORD)]);
    assert.notEqual(one.passwordHash, other.passwordHash);
  });

  test('a wrong password costs the same work, whoever the user is', async () => {
    // What is computed is a promise; what is not is an answer at once.
    const [algorithm = '', passwordHash = ''] = Object.entries(IMPORTED)[0] ?? [];
    for (const stored of [
      null,
      { passwordHash: '', hashingAlgorithm: SCRYPT },
      { passwordHash, hashingAlgorithm: algorithm },
    ]) {
      const answer = hashing.verify('wrong', stored);
      assert.ok(answer instanceof Promise);
      assert.equal(await answer, false);
    }
  });

  const malformed: Readonly<Record<string, Buffer>> = {
    'too short': Buffer.alloc(10, 1),
    'of another version': Buffer.concat([Buffer.of(2, 14, 8, 1), Buffer.alloc(48)]),
    'of a cost that nobody can pay': Buffer.concat([Buffer.of(1, 40, 255, 255), Buffer.alloc(48)]),
    'of no cost': Buffer.concat([Buffer.of(1, 0, 0, 0), Buffer.alloc(48)]),
  };
  for (const [is, octets] of Object.entries(malformed)) {
    test(`a hash that is ${is} is met by no password`, async () => {
      const stored = { passwordHash: octets.toString('base64'), hashingAlgorithm: SCRYPT };
      assert.equal(await hashing.verify(PASSWORD, stored), false);
    });
  }

  test('an algorithm that nobody knows is refused', () => {
    assert.throws(() => new PasswordHashing(systemRandom, 'rot13'), /unknown algorithm 'rot13'/u);
  });
});
