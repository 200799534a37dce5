// A broker as it is after years: users with hashes of each kind, virtual hosts with limits, and of everything else all that
// RabbitMQ 3.10 knows. It is made over the management API.
import { createHash } from 'node:crypto';
import type { ApiClient } from '../../support/management.ts';

/** RabbitMQ's algorithms, and the password of each user. */
export const HASHED_USERS = {
  sha256: { algorithm: 'rabbit_password_hashing_sha256', password: 'swordfish-256' },
  sha512: { algorithm: 'rabbit_password_hashing_sha512', password: 'swordfish-512' },
  md5: { algorithm: 'rabbit_password_hashing_md5', password: 'swordfish-5 é' },
} as const;

export const SHOP = 'the shop/é';

const V = encodeURIComponent(SHOP);

/** RabbitMQ reads some bodies only when they say what they are. */
export const JSON_BODY = { 'content-type': 'application/json' };

type Change = readonly [method: 'PUT' | 'POST', path: string, body: object];

const USERS: readonly Change[] = [
  ...Object.entries(HASHED_USERS).map(
    ([digest, { algorithm, password }]): Change => [
      'PUT',
      `/users/${digest}`,
      {
        password_hash: hashOf(digest, password),
        hashing_algorithm: algorithm,
        tags: 'management',
      },
    ],
  ),
  ['PUT', '/users/clear', { password: 'swordfish-clear', tags: 'monitoring,policymaker' }],
  ['PUT', '/users/external', { password_hash: '', tags: '' }],
  ['PUT', '/user-limits/clear/max-channels', { value: 20 }],
];

const HOSTS: readonly Change[] = [
  ['PUT', `/vhosts/${V}`, { description: 'A shop', tags: 'sales,eu' }],
  ['PUT', `/vhost-limits/${V}/max-queues`, { value: 500 }],
  ['PUT', `/permissions/${V}/sha256`, { configure: '^mine', write: '.*', read: '' }],
  ['PUT', `/permissions/${V}/md5`, { configure: '', write: '', read: '.*' }],
  ['PUT', `/permissions/%2F/sha512`, { configure: '.*', write: '.*', read: '.*' }],
  [
    'PUT',
    `/topic-permissions/${V}/sha256`,
    { exchange: 'amq.topic', write: '^{username}\\.', read: '.*' },
  ],
];

const EXCHANGES: readonly Change[] = ['direct', 'fanout', 'topic', 'headers'].map((type) => [
  'PUT',
  `/exchanges/${V}/${type}`,
  { type, durable: true, arguments: { 'alternate-exchange': 'un routed' } },
]);

const MORE_EXCHANGES: readonly Change[] = [
  ['PUT', `/exchanges/${V}/un%20routed`, { type: 'fanout', durable: true }],
  ['PUT', `/exchanges/${V}/hidden`, { type: 'topic', durable: true, internal: true }],
  ['PUT', `/exchanges/${V}/fleeting`, { type: 'topic', durable: false, auto_delete: true }],
];

const QUEUE_ARGUMENTS: Readonly<Record<string, object>> = {
  plain: {},
  'with everything é': {
    'x-message-ttl': 60000,
    'x-expires': 86400000,
    'x-max-length': 1000,
    'x-max-length-bytes': 1048576,
    'x-overflow': 'reject-publish',
    'x-dead-letter-exchange': 'un routed',
    'x-dead-letter-routing-key': 'dead',
  },
  priority: { 'x-max-priority': 10 },
  lazy: { 'x-queue-mode': 'lazy' },
  single: { 'x-single-active-consumer': true },
  quorum: { 'x-queue-type': 'quorum', 'x-delivery-limit': 5 },
  stream: { 'x-queue-type': 'stream', 'x-max-age': '7D', 'x-max-length-bytes': 1000000000 },
};

const QUEUES: readonly Change[] = [
  ...Object.entries(QUEUE_ARGUMENTS).map(
    ([name, args]): Change => [
      'PUT',
      `/queues/${V}/${encodeURIComponent(name)}`,
      { durable: true, arguments: args },
    ],
  ),
  ['PUT', `/queues/${V}/passing`, { durable: false, auto_delete: true }],
];

const BINDINGS: readonly Change[] = [
  ['POST', `/bindings/${V}/e/topic/q/plain`, { routing_key: 'order.#' }],
  ['POST', `/bindings/${V}/e/topic/q/plain`, { routing_key: 'é ~%' }],
  ['POST', `/bindings/${V}/e/fanout/q/quorum`, { routing_key: '' }],
  ['POST', `/bindings/${V}/e/un%20routed/q/stream`, { routing_key: '' }],
  [
    'POST',
    `/bindings/${V}/e/headers/q/lazy`,
    { arguments: { 'x-match': 'any', colour: 'grey', ears: 2, fast: true, weight: 3.5 } },
  ],
  ['POST', `/bindings/${V}/e/headers/q/lazy`, { arguments: { list: [1, 'two'], map: { a: 1 } } }],
  ['POST', `/bindings/${V}/e/amq.topic/e/hidden`, { routing_key: 'a.*', arguments: { k: 'v' } }],
];

const RULES: readonly Change[] = [
  [
    'PUT',
    `/policies/${V}/ttl`,
    {
      pattern: '^plain$',
      'apply-to': 'queues',
      definition: { 'message-ttl': 5000 },
      priority: 7,
    },
  ],
  ['PUT', `/policies/${V}/ae`, { pattern: '^h', definition: { 'alternate-exchange': 'topic' } }],
  [
    'PUT',
    `/operator-policies/${V}/limit`,
    { pattern: '.*', 'apply-to': 'queues', definition: { 'max-length': 100000 } },
  ],
  ['PUT', '/global-parameters/owner', { value: { name: 'warren', since: 2026 } }],
];

/** Makes all of it. */
export async function makeRich(api: ApiClient): Promise<void> {
  const changes = [USERS, HOSTS, EXCHANGES, MORE_EXCHANGES, QUEUES, BINDINGS, RULES].flat();
  for (const [method, path, body] of changes) {
    // oxlint-disable-next-line no-await-in-loop -- each builds on those before it
    const { status } = await api.send(method, path, body, JSON_BODY);
    if (status !== 201 && status !== 204) throw new Error(`${method} ${path}: ${status}`);
  }
}

/** As RabbitMQ hashes: a salt of four octets, and the digest of salt and password. */
function hashOf(digest: string, password: string): string {
  const salt = Buffer.from('salt');
  const hash = createHash(digest).update(salt).update(password).digest();
  return Buffer.concat([salt, hash]).toString('base64');
}
