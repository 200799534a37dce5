// Access control that is ready at once: the user guest with the password guest, who may do everything in `/`. The hash is
// of RabbitMQ's kind, so that a login needs no other thread, and no simulated time passes.
import { createHash } from 'node:crypto';
import { AccessControl, type AccessControlOptions } from '../../src/access/access-control.ts';
import type { PasswordHash } from '../../src/access/password-hashing.ts';
import { createSystemRuntime } from '../../src/runtime/system-runtime.ts';
import { MemoryDefinitionStore } from '../../src/store/memory/memory-definition-store.ts';

/** Lets everybody into every virtual host, where all is theirs. */
class OpenAccess extends AccessControl {
  override vhostAccess(): boolean {
    return true;
  }

  override resourceAccess(): boolean {
    return true;
  }
}

/** The same user, who may do everything everywhere. */
export function openAccess(): AccessControl {
  const definitions = new MemoryDefinitionStore();
  return withGuest(new OpenAccess({ definitions, runtime: createSystemRuntime() }));
}

export function guestAccess(options: Partial<AccessControlOptions> = {}): AccessControl {
  const definitions = new MemoryDefinitionStore();
  const runtime = createSystemRuntime();
  return withGuest(new AccessControl({ definitions, runtime, ...options }));
}

function withGuest(access: AccessControl): AccessControl {
  const tags = ['administrator'];
  void access.users.put({ name: 'guest', ...hashOf('guest'), tags, limits: {} });
  const all = { configure: '.*', write: '.*', read: '.*' };
  void access.permissions.put({ user: 'guest', vhost: '/', ...all });
  return access;
}

export function hashOf(password: string): PasswordHash {
  const salt = Buffer.from('salt');
  const digest = createHash('sha256').update(salt).update(password).digest();
  return {
    passwordHash: Buffer.concat([salt, digest]).toString('base64'),
    hashingAlgorithm: 'rabbit_password_hashing_sha256',
  };
}
