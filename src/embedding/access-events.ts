/** Changes of users and permissions, told as events of the broker: the two do not know each other. */
import type { AccessChange, AccessControl } from '../access/access-control.ts';
import type { BrokerEvents, EventFacts, EventName } from '../broker/events.ts';

const NAMES: Readonly<Record<AccessChange['is'], EventName | null>> = {
  'user-created': 'user.created',
  'user-changed': null,
  'password-changed': 'user.password.changed',
  'tags-changed': 'user.tags.set',
  'limits-changed': 'user.limits.set',
  'user-deleted': 'user.deleted',
  'permission-set': 'permission.created',
  'permission-deleted': 'permission.deleted',
  'topic-permission-set': 'topic.permission.created',
  'topic-permission-deleted': 'topic.permission.deleted',
};

export function tellAccessChanges(access: AccessControl, events: BrokerEvents): void {
  access.onChange((change) => {
    const name = eventNameOf(change, access);
    if (name !== null) events.emit(name, () => factsOf(change, access));
  });
}

function eventNameOf({ is, user }: AccessChange, access: AccessControl): EventName | null {
  const hasNoPassword = access.users.find(user)?.passwordHash === '';
  if (is === 'password-changed' && hasNoPassword) return 'user.password.cleared';
  return NAMES[is];
}

function factsOf({ is, user, vhost, exchange }: AccessChange, access: AccessControl): EventFacts {
  if (is.startsWith('permission')) {
    const { configure, write, read } = access.permissions.find(user, vhost ?? '') ?? {};
    return { user, vhost, ...(is === 'permission-set' ? { configure, write, read } : {}) };
  }
  if (is.startsWith('topic')) return { user, vhost, exchange };
  const found = access.users.find(user);
  if (is === 'tags-changed') return { name: user, tags: found?.tags ?? [] };
  if (is === 'limits-changed') return { name: user, limits: found?.limits ?? {} };
  return { name: user };
}
