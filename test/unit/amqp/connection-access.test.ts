// What a connection remembers of what its user may do: who decides is asked once, until something changes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AccessControl } from '../../../src/access/access-control.ts';
import { ConnectionAccess, type Question } from '../../../src/amqp/connection-access.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { createSystemRuntime } from '../../../src/runtime/system-runtime.ts';
import { MemoryDefinitionStore } from '../../../src/store/memory/memory-definition-store.ts';
import { hashOf } from '../../support/guest-access.ts';

/** Counts what it is asked. */
class CountingAccess extends AccessControl {
  askedCount = 0;

  override resourceAccess(
    ...args: Parameters<AccessControl['resourceAccess']>
  ): ReturnType<AccessControl['resourceAccess']> {
    this.askedCount++;
    return super.resourceAccess(...args);
  }
}

const PEER = { address: '127.0.0.1', isLoopback: true, isTls: false, certificate: null };
const WRITE_Q: Question = { access: 'write', kind: 'queue', name: 'q' };

async function connected(): Promise<{ access: CountingAccess; connection: ConnectionAccess }> {
  const definitions = new MemoryDefinitionStore();
  const access = new CountingAccess({ definitions, runtime: createSystemRuntime() });
  void access.users.put({ name: 'u', ...hashOf('p'), tags: [], limits: {} });
  void access.permissions.put({ user: 'u', vhost: '/', configure: '', write: '^q', read: '' });
  const user = await access.authenticate({ userName: 'u', password: 'p', peer: PEER });
  assert.ok(user !== null);
  const options = { access, user, vhost: '/', peer: PEER, log: silentLogger };
  return { access, connection: new ConnectionAccess(options) };
}

describe('the access of a connection', () => {
  test('asks once for what is allowed, however often it is needed', async () => {
    const { access, connection } = await connected();
    for (let i = 0; i < 1000; i++) connection.require(WRITE_Q);
    assert.equal(access.askedCount, 1);
  });

  test('asks again when permissions have changed', async () => {
    const { access, connection } = await connected();
    connection.require(WRITE_Q);
    void access.permissions.put({ user: 'u', vhost: '/', configure: '', write: '', read: '' });
    assert.throws(() => connection.require(WRITE_Q), /write access to queue 'q'/u);
    assert.equal(access.askedCount, 2);
  });

  test('asks each time for what is refused: somebody may have been given it', async () => {
    const { access, connection } = await connected();
    for (let i = 0; i < 3; i++) {
      void connection.known([{ ...WRITE_Q, name: 'other' }]);
      assert.equal(connection.allows({ ...WRITE_Q, name: 'other' }), false);
    }
    assert.equal(access.askedCount, 3);
  });
});
