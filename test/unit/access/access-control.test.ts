// Users, permissions and topic permissions: what is kept, what is refused, and what is answered.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AccessControl,
  DEFAULT_USER,
  type AccessChange,
  type AccessControlOptions,
} from '../../../src/access/access-control.ts';
import { AccessError } from '../../../src/access/access-error.ts';
import type { AuthenticatedUser, Login } from '../../../src/access/authenticator.ts';
import { SCRYPT } from '../../../src/access/password-hashing.ts';
import { createSystemRuntime } from '../../../src/runtime/system-runtime.ts';
import { MemoryDefinitionStore } from '../../../src/store/memory/memory-definition-store.ts';
import { CollectedLog } from '../../support/collected-log.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';
import { guestAccess, hashOf } from '../../support/guest-access.ts';

function accessOn(
  definitions: MemoryDefinitionStore,
  options: Partial<AccessControlOptions> = {},
): AccessControl {
  return new AccessControl({ definitions, runtime: createSystemRuntime(), ...options });
}

function login(userName: string, password: string | null, isLoopback = true): Login {
  const address = isLoopback ? '127.0.0.1' : '192.0.2.1';
  return { userName, password, peer: { address, isLoopback, isTls: false, certificate: null } };
}

async function userOf(access: AccessControl, name: string): Promise<AuthenticatedUser> {
  const user = await access.authenticate(login(name, null));
  assert.ok(user !== null);
  return user;
}

const ALL = { configure: '.*', write: '.*', read: '.*' };

describe('the default user', () => {
  test('is made in an empty store, once', async () => {
    const definitions = new MemoryDefinitionStore();
    const first = accessOn(definitions);
    await first.recover();
    const user = first.users.find('guest');
    assert.equal(user?.hashingAlgorithm, SCRYPT);
    assert.deepEqual(user.tags, ['administrator']);
    assert.deepEqual([...first.permissions], [{ user: 'guest', vhost: '/', ...ALL }]);
    await first.users.delete('guest');
    const second = accessOn(definitions);
    await second.recover();
    assert.equal(second.users.size, 0);
    assert.deepEqual([...second.permissions], []);
  });

  test('can be another, or none', async () => {
    const access = accessOn(new MemoryDefinitionStore());
    await access.recover({ ...DEFAULT_USER, name: 'admin', password: 'secret', vhost: 'prod' });
    assert.deepEqual(
      [...access.users].map(({ name }) => name),
      ['admin'],
    );
    assert.notEqual(await access.authenticate(login('admin', 'secret', false)), null);
    const empty = accessOn(new MemoryDefinitionStore());
    await empty.recover(null);
    assert.equal(empty.users.size, 0);
  });
});

describe('a login', () => {
  test('with the right password is accepted, with tags', async () => {
    const access = accessOn(new MemoryDefinitionStore());
    await access.recover();
    const user = await access.authenticate(login('guest', 'guest'));
    assert.equal(user?.name, 'guest');
    assert.deepEqual(user.tags, ['administrator']);
  });

  for (const [is, given] of [
    ['a wrong password', login('guest', 'wrong')],
    ['a blank password', login('guest', '')],
    ['an unknown user', login('nobody', 'guest')],
    ['guest from elsewhere', login('guest', 'guest', false)],
  ] as const) {
    test(`with ${is} is refused`, async () => {
      assert.equal(await guestAccess().authenticate(given), null);
    });
  }

  test('of a user without a password is refused, whatever is given', async () => {
    const access = guestAccess();
    void access.users.put({
      name: 'a',
      passwordHash: '',
      hashingAlgorithm: SCRYPT,
      tags: [],
      limits: {},
    });
    assert.equal(await access.authenticate(login('a', '')), null);
    assert.equal(await access.authenticate(login('a', 'a')), null);
    assert.equal((await userOf(access, 'a')).name, 'a');
  });

  test('without a name is none, for which nobody waits', () => {
    const access = accessOn(new MemoryDefinitionStore());
    assert.equal(access.authenticate(login('', 'eyJ.token.x')), null);
    assert.ok(access.authenticate(login('nobody', 'x')) instanceof Promise);
  });

  test('is one of few when many passwords of a user are tried at the same time', async () => {
    const time = new SimulatedTime();
    const runtime = { ...createSystemRuntime(), clock: time, timers: time };
    const access = accessOn(new MemoryDefinitionStore(), { runtime });
    const hash = await access.users.hashPassword('right');
    void access.users.put({ name: 'a', ...hash, tags: [], limits: {} });
    const guesses = Array.from({ length: 100 }, (_, index) => login('a', `wrong ${index}`));
    const answers = guesses.map((guess) => access.authenticate(guess));
    const refusedAtOnce: unknown[] = [];
    for (const answer of answers) {
      void Promise.resolve(answer).then((one) => refusedAtOnce.push(one));
    }
    await new Promise((resolve) => setImmediate(resolve));
    // The first is tried, and 32 wait.
    assert.equal(refusedAtOnce.length, 67);
    assert.notEqual(await access.authenticate(login('a', 'right', false)), null);
  });

  test('does not slow down others with the same password at the same time', async () => {
    const access = accessOn(new MemoryDefinitionStore());
    const hash = await access.users.hashPassword('right');
    void access.users.put({ name: 'a', ...hash, tags: [], limits: {} });
    const same = Array.from({ length: 100 }, async () => access.authenticate(login('a', 'right')));
    const answers = await Promise.all(same);
    assert.ok(answers.every((user) => user !== null));
  });

  test('does not wait for all the passwords that another address has guessed before', async () => {
    const access = accessOn(new MemoryDefinitionStore());
    const hash = await access.users.hashPassword('right');
    void access.users.put({ name: 'a', ...hash, tags: [], limits: {} });
    const answered: string[] = [];
    const guesses = Array.from({ length: 12 }, async (_, index) => {
      await access.authenticate(login(`user ${index}`, 'wrong', false));
      answered.push('wrong');
    });
    const right = Promise.resolve(access.authenticate(login('a', 'right'))).then(() =>
      answered.push('right'),
    );
    await Promise.all([...guesses, right]);
    assert.ok(answered.indexOf('right') < 6, answered.join(' '));
  });

  test('with a slow hash is computed once, until the password changes', async () => {
    const access = guestAccess();
    const hash = await access.users.hashPassword('first');
    void access.users.put({ name: 'a', ...hash, tags: [], limits: {} });
    assert.ok(access.authenticate(login('a', 'first')) instanceof Promise);
    assert.notEqual(await access.authenticate(login('a', 'first')), null);
    for (let i = 0; i < 1000; i++) {
      const answer = access.authenticate(login('a', 'first'));
      assert.ok(!(answer instanceof Promise) && answer !== null);
    }
    await access.users.setPassword('a', 'second');
    assert.equal(await access.authenticate(login('a', 'first')), null);
    assert.notEqual(await access.authenticate(login('a', 'second')), null);
    await access.users.delete('a');
    assert.equal(await access.authenticate(login('a', 'second')), null);
  });

  test('that comes many times at once is computed once', async () => {
    const access = guestAccess();
    const hash = await access.users.hashPassword('first');
    void access.users.put({ name: 'a', ...hash, tags: [], limits: {} });
    const logins = Array.from({ length: 2000 }, async () =>
      access.authenticate(login('a', 'first')),
    );
    const users = await Promise.all(logins);
    assert.ok(users.every((user) => user?.name === 'a'));
  });
});

describe('users', () => {
  const refused: ReadonlyArray<readonly [is: string, user: object, text: RegExp]> = [
    ['an empty name', { name: '' }, /may not be empty/u],
    ['an unknown algorithm', { hashingAlgorithm: 'x' }, /unknown hashing algorithm 'x'/u],
    ['a hash that is not base64', { passwordHash: '!!' }, /not base64/u],
    [
      'an unknown limit',
      { limits: { 'max-foo': 3 } },
      /Unrecognised terms \[\{<<"max-foo">>,3\}\] in user-limits/u,
    ],
    [
      'a limit that is no number',
      { limits: { 'max-connections': 'x' } },
      /max-connections should be a number, actually was <<"x">>/u,
    ],
  ];
  for (const [is, changes, text] of refused) {
    test(`with ${is} are refused`, () => {
      const access = guestAccess();
      const user = { name: 'a', ...hashOf('a'), tags: [], limits: {}, ...changes };
      assert.throws(() => void access.users.put(user), text);
      assert.equal(access.users.find('a'), undefined);
    });
  }

  test('get tags and limits, and lose limits', () => {
    const { users } = guestAccess();
    void users.setTags('guest', ['monitoring']);
    void users.setLimit('guest', 'max-connections', 3);
    void users.setLimit('guest', 'max-channels', 5);
    void users.clearLimit('guest', 'max-connections');
    assert.deepEqual(users.find('guest')?.tags, ['monitoring']);
    assert.deepEqual(users.find('guest')?.limits, { 'max-channels': 5 });
    assert.throws(() => void users.setTags('nobody', []), /user 'nobody' does not exist/u);
  });

  test('that are deleted take their permissions with them', () => {
    const access = guestAccess();
    const write = '^a';
    void access.topicPermissions.put({ user: 'guest', vhost: '/', exchange: 'x', write, read: '' });
    void access.users.delete('guest');
    assert.deepEqual([...access.permissions, ...access.topicPermissions], []);
  });

  test('have passwords that meet the rule', async () => {
    const short = guestAccess({ passwordRule: { is: 'min-length', octets: 5 } });
    const text = { message: 'minimum required password length is 5' };
    await assert.rejects(short.users.setPassword('guest', 'abcd'), text);
    await short.users.setPassword('guest', 'abcde');
    const digits = guestAccess({ passwordRule: { is: 'pattern', pattern: '^\\d+$' } });
    await assert.rejects(digits.users.hashPassword('abc'), /does not match the validator/u);
  });
});

describe('permissions', () => {
  test('are searched for in the name, and an empty one is met by none', async () => {
    const access = guestAccess();
    void access.permissions.put({
      user: 'guest',
      vhost: '/',
      configure: '',
      write: 'b',
      read: '^a',
    });
    const user = await userOf(access, 'guest');
    const may = (question: 'configure' | 'write' | 'read', name: string): unknown =>
      access.resourceAccess(user, '/', { kind: 'queue', name }, question);
    assert.equal(may('configure', 'abc'), false);
    assert.equal(may('write', 'abc'), true);
    assert.equal(may('read', 'abc'), true);
    assert.equal(may('read', 'bc'), false);
    assert.equal(
      access.resourceAccess(user, 'other', { kind: 'queue', name: 'abc' }, 'read'),
      false,
    );
  });

  test('with an expression that is none are refused, and what was there stays', () => {
    const { permissions } = guestAccess();
    const wrong = { user: 'guest', vhost: '/', configure: '(a', write: '', read: '' };
    assert.throws(
      () => void permissions.put(wrong),
      (error) => {
        assert.ok(error instanceof AccessError);
        assert.match(error.message, /invalid_regexp.*\(a.*missing \)/u);
        return true;
      },
    );
    assert.equal(permissions.find('guest', '/')?.configure, '.*');
  });

  test('of users that are not there are refused', () => {
    const { permissions, topicPermissions } = guestAccess();
    const text = /user 'nobody' does not exist/u;
    assert.throws(() => void permissions.put({ user: 'nobody', vhost: '/', ...ALL }), text);
    const topic = { user: 'nobody', vhost: '/', exchange: 'x', write: '', read: '' };
    assert.throws(() => void topicPermissions.put(topic), text);
  });

  test('end with their virtual host', () => {
    const access = guestAccess();
    void access.permissions.put({ user: 'guest', vhost: 'other', ...ALL });
    void access.deleteVirtualHost('other');
    assert.equal(access.permissions.find('guest', 'other'), undefined);
    assert.notEqual(access.permissions.find('guest', '/'), undefined);
  });

  test('ask their expression once for a name, however often it is checked', async (t) => {
    const log = new CollectedLog();
    const access = guestAccess({ runtime: createSystemRuntime({ log }) });
    // It takes too long each time it is asked, which is told.
    const expressions = { configure: '.*', write: String.raw`(a*)*\1b`, read: '.*' };
    void access.permissions.put({ user: 'guest', vhost: '/', ...expressions });
    const user = await userOf(access, 'guest');
    const resource = { kind: 'queue', name: 'a'.repeat(200) } as const;
    const ask = (): unknown => access.resourceAccess(user, '/', resource, 'write');
    assert.equal(ask(), false);
    const startMs = performance.now();
    for (let i = 0; i < 1000; i++) assert.equal(ask(), false);
    t.diagnostic(`1,000 checks after the first: ${(performance.now() - startMs).toFixed(2)} ms`);
    assert.equal(log.complaints.length, 1);
  });
});

describe('topic permissions', () => {
  test('concern their exchange only, and know who is asked about', async () => {
    const access = guestAccess();
    const expressions = { write: '^{username}\\.{vhost}', read: '^(?!{username})' };
    void access.topicPermissions.put({ user: 'guest', vhost: '/', exchange: 'x', ...expressions });
    const user = await userOf(access, 'guest');
    const may = (exchange: string, key: string, question: 'write' | 'read'): unknown =>
      access.topicAccess(user, '/', exchange, key, question, { username: 'guest', vhost: '/' });
    assert.equal(may('x', 'guest./', 'write'), true);
    assert.equal(may('x', 'other./', 'write'), false);
    assert.equal(may('y', 'other./', 'write'), true);
    assert.equal(may('x', 'other', 'read'), true);
    assert.equal(may('x', 'guest', 'read'), false);
  });

  test('take what a placeholder stands for literally', async () => {
    const access = guestAccess();
    void access.topicPermissions.put({
      user: 'guest',
      vhost: '/',
      exchange: 'x',
      write: '^{client_id}$',
      read: '',
    });
    const user = await userOf(access, 'guest');
    const may = (key: string, id: string): unknown =>
      access.topicAccess(user, '/', 'x', key, 'write', { client_id: id });
    assert.equal(may('a.b', 'a.b'), true);
    assert.equal(may('axb', 'a.b'), false);
    assert.equal(may('anything', '.*'), false);
  });

  test('are deleted one by one, or all of a user in a virtual host', () => {
    const { topicPermissions } = guestAccess();
    const write = '^a';
    for (const exchange of ['x', 'y', 'z']) {
      void topicPermissions.put({ user: 'guest', vhost: '/', exchange, write, read: '' });
    }
    void topicPermissions.delete('guest', '/', 'y');
    assert.deepEqual(
      [...topicPermissions].map(({ exchange }) => exchange),
      ['x', 'z'],
    );
    void topicPermissions.delete('guest', '/');
    assert.deepEqual([...topicPermissions], []);
  });
});

describe('what is changed', () => {
  test('is told to who listens, and counted', () => {
    const access = guestAccess();
    const changes: AccessChange[] = [];
    const before = access.generation;
    const ignore = access.onChange((change) => changes.push(change));
    void access.users.setTags('guest', ['monitoring']);
    void access.permissions.put({ user: 'guest', vhost: 'v', ...ALL });
    void access.permissions.delete('guest', 'v');
    ignore();
    void access.users.setTags('guest', []);
    assert.deepEqual(changes, [
      { is: 'tags-changed', user: 'guest' },
      { is: 'permission-set', user: 'guest', vhost: 'v' },
      { is: 'permission-deleted', user: 'guest', vhost: 'v' },
    ]);
    assert.equal(access.generation, before + 4);
  });

  test('is there again after a restart', async () => {
    const definitions = new MemoryDefinitionStore();
    const first = accessOn(definitions);
    await first.recover();
    void first.users.put({
      name: 'a',
      ...hashOf('a'),
      tags: ['management'],
      limits: { 'max-channels': 3 },
    });
    void first.permissions.put({ user: 'a', vhost: '/', configure: '^c', write: '^w', read: '^r' });
    void first.topicPermissions.put({
      user: 'a',
      vhost: '/',
      exchange: 'x',
      write: 'w',
      read: 'r',
    });
    const second = accessOn(definitions);
    await second.recover();
    assert.deepEqual([...second.users], [...first.users]);
    assert.deepEqual([...second.permissions], [...first.permissions]);
    assert.deepEqual([...second.topicPermissions], [...first.topicPermissions]);
    assert.notEqual(await second.authenticate(login('a', 'a')), null);
  });

  test('is left out after a restart where it is damaged, and told', async () => {
    const definitions = new MemoryDefinitionStore();
    definitions.put({ kind: 'user', key: '["a"]', value: { name: 'a' } });
    definitions.put({
      kind: 'permission',
      key: '["a","/"]',
      value: { user: 'a', vhost: '/', configure: '(', write: '', read: '' },
    });
    const log = new CollectedLog();
    const access = accessOn(definitions, { runtime: createSystemRuntime({ log }) });
    await access.recover(null);
    assert.equal(access.users.size, 0);
    assert.equal(log.complaints.length, 2);
  });
});
