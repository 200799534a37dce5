// Users that come with new virtual hosts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualHostUsers, type VirtualHostUser } from '../../../src/access/virtual-host-users.ts';
import { guestAccess } from '../../support/guest-access.ts';

const ALL = { configure: '.*', write: '.*', read: '.*' };

function rule(name: string, changes: Partial<VirtualHostUser> = {}): VirtualHostUser {
  return { name, vhostPattern: '^tenant-', password: null, tags: [], ...ALL, ...changes };
}

describe('users of new virtual hosts', () => {
  test('are added where they are missing, with permissions in each that matches', async () => {
    const access = guestAccess();
    const rules = [rule('worker', { tags: ['monitoring'], read: '^q' }), rule('guest')];
    const users = await VirtualHostUsers.prepare(access, rules);
    for (const vhost of ['tenant-a', 'tenant-b', 'other']) users.addTo(vhost);
    assert.deepEqual(access.users.find('worker')?.tags, ['monitoring']);
    assert.equal(access.permissions.find('worker', 'tenant-b')?.read, '^q');
    assert.equal(access.permissions.find('worker', 'other'), undefined);
    assert.deepEqual(access.users.find('guest')?.tags, ['administrator']);
    assert.notEqual(access.permissions.find('guest', 'tenant-a'), undefined);
  });

  test('log in with their password, or with none where there is none', async () => {
    const access = guestAccess({ hashingAlgorithm: 'rabbit_password_hashing_sha256' });
    const rules = [rule('with', { password: 'secret' }), rule('without')];
    (await VirtualHostUsers.prepare(access, rules)).addTo('tenant-a');
    const peer = { address: '127.0.0.1', isLoopback: true, isTls: false, certificate: null };
    const login = async (userName: string, password: string): Promise<unknown> =>
      access.authenticate({ userName, password, peer });
    assert.notEqual(await login('with', 'secret'), null);
    assert.equal(await login('without', ''), null);
    assert.equal(await login('without', 'secret'), null);
  });

  test('whose expressions are none are refused at the start', async () => {
    const access = guestAccess();
    for (const wrong of [{ vhostPattern: '(' }, { write: '[' }]) {
      await assert.rejects(VirtualHostUsers.prepare(access, [rule('a', wrong)]), /missing/u);
    }
  });
});
