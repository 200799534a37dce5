// Access control that is ready at once: the user guest with the password guest, who may do everything in `/`. The hash is
// of RabbitMQ's kind, so that a login needs no other thread, and no simulated time passes.
import { createHash } from 'node:crypto';
import { AccessControl } from '../../src/access/access-control.ts';
import { createSystemRuntime } from '../../src/runtime/system-runtime.ts';
import { MemoryDefinitionStore } from '../../src/store/memory/memory-definition-store.ts';

export function guestAccess(): AccessControl {
  const definitions = new MemoryDefinitionStore();
  const access = new AccessControl({ definitions, runtime: createSystemRuntime() });
  const salt = Buffer.from('salt');
  const digest = createHash('sha256').update(salt).update('guest').digest();
  const user = {
    name: 'guest',
    passwordHash: Buffer.concat([salt, digest]).toString('base64'),
    hashingAlgorithm: 'rabbit_password_hashing_sha256',
    tags: ['administrator'],
    limits: {},
  };
  void access.users.put(user);
  void access.permissions.put({
    user: 'guest',
    vhost: '/',
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  return access;
}
