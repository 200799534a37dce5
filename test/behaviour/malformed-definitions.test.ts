// Definitions that are wrong in one place change nothing at all: neither what the broker has, nor what is on the disk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBroker, type EmbeddedBroker } from 'leveret';
import { ApiClient } from '../support/management.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** What is right with each of them, and would be seen if it was imported. */
const RIGHT = {
  users: [{ name: 'new', password: 'new', tags: 'administrator' }],
  vhosts: [{ name: 'new' }, { name: '/', description: 'changed' }],
  permissions: [{ user: 'guest', vhost: '/', configure: '', write: '', read: '' }],
  topic_permissions: [
    { user: 'guest', vhost: '/', exchange: 'amq.topic', write: 'new', read: 'new' },
  ],
  global_parameters: [{ name: 'cluster_name', value: 'changed' }],
  parameters: [
    { component: 'vhost-limits', vhost: '/', name: 'limits', value: { 'max-queues': 99 } },
  ],
  policies: [{ vhost: '/', name: 'new', pattern: '.*', definition: { 'max-length': 1 } }],
  exchanges: [{ name: 'new', vhost: '/', type: 'topic' }],
  queues: [{ name: 'new', vhost: '/', durable: true }],
  bindings: [
    { source: 'new', vhost: '/', destination: 'new', destination_type: 'queue', routing_key: 'k' },
  ],
};

/** Hashes that are quickly made. */
const OPTIONS = {
  management: { port: 0 },
  access: { hashingAlgorithm: 'rabbit_password_hashing_sha256' },
};

const LONG = 'n'.repeat(256);
const QUEUE = { name: 'q', vhost: '/', durable: true, auto_delete: false, arguments: {} };
const EXCHANGE = { name: 'x', vhost: '/', type: 'direct' };
const BINDING = { source: 'new', vhost: '/', destination: 'new', destination_type: 'queue' };
const POLICY = { vhost: '/', name: 'p', pattern: '.*', definition: { 'max-length': 1 } };
const PERMISSION = { user: 'guest', vhost: '/', configure: '', write: '', read: '' };

/** One item that is wrong, by its section. */
const WRONG_ITEMS: Readonly<Record<string, readonly unknown[]>> = {
  users: [
    null,
    [],
    'guest',
    {},
    { name: 7 },
    { name: 'u', tags: 7 },
    { name: 'u', tags: [7] },
    { name: 'u', tags: '', password: 7 },
    { name: 'u', tags: '', password_hash: 7 },
    { name: 'u', tags: '', password_hash: 'no base64!' },
    { name: 'u', tags: '', password_hash: '', hashing_algorithm: 'rot13' },
    { name: 'u', tags: '', limits: { 'max-connections': 'many' } },
    { name: 'u', tags: '', limits: { 'max-hares': 1 } },
    { name: '', tags: '' },
  ],
  vhosts: [
    null,
    {},
    { name: 7 },
    { name: LONG },
    { name: 'v', description: 7 },
    { name: 'v', tags: [7] },
    { name: 'v', default_queue_type: 'hare' },
    { name: 'v', metadata: 7 },
    { name: 'v', metadata: { default_queue_type: 'hare' } },
    { name: 'v', limits: { 'max-hares': 1 } },
    { name: 'v', limits: { 'max-queues': 'many' } },
    { name: 'v', limits: { 'max-queues': 1.5 } },
  ],
  permissions: [
    {},
    { ...PERMISSION, user: 'nobody' },
    { ...PERMISSION, vhost: 'nowhere' },
    { ...PERMISSION, vhost: undefined },
    { ...PERMISSION, configure: '(' },
    { ...PERMISSION, read: 7 },
    { ...PERMISSION, write: undefined },
  ],
  topic_permissions: [
    {},
    { user: 'guest', vhost: '/', exchange: 'amq.topic', write: '(', read: '' },
    { user: 'nobody', vhost: '/', exchange: 'amq.topic', write: '', read: '' },
    { user: 'guest', vhost: 'nowhere', exchange: 'amq.topic', write: '', read: '' },
    { user: 'guest', vhost: '/', write: '', read: '' },
  ],
  parameters: [
    {},
    { component: 'hare', vhost: '/', name: 'n', value: 1 },
    { component: 'vhost-limits', vhost: '/', name: 'limits', value: { 'max-queues': 'many' } },
    { component: 'vhost-limits', vhost: '/', name: 'limits', value: 7 },
    { component: 'vhost-limits', vhost: 'nowhere', name: 'limits', value: {} },
    { component: 'operator_policy', vhost: '/', name: 'o', value: { pattern: '(' } },
    { component: 'operator_policy', vhost: '/', name: 'o', value: null },
  ],
  global_parameters: [{}, { name: 7, value: 1 }, 'cluster_name'],
  policies: [
    {},
    { ...POLICY, pattern: '(' },
    { ...POLICY, definition: {} },
    { ...POLICY, definition: { hares: 1 } },
    { ...POLICY, definition: { 'max-length': -1 } },
    { ...POLICY, definition: [] },
    { ...POLICY, 'apply-to': 'hares' },
    { ...POLICY, priority: 'high' },
    { ...POLICY, vhost: 'nowhere' },
  ],
  exchanges: [
    {},
    { ...EXCHANGE, type: undefined },
    { ...EXCHANGE, type: 'hare' },
    { ...EXCHANGE, type: 7 },
    { ...EXCHANGE, name: LONG },
    { ...EXCHANGE, vhost: 'nowhere' },
    { ...EXCHANGE, durable: 'perhaps' },
    { ...EXCHANGE, internal: 7 },
    { ...EXCHANGE, arguments: [7] },
    { ...EXCHANGE, arguments: { [LONG]: 7 } },
  ],
  queues: [
    {},
    { ...QUEUE, name: LONG },
    { ...QUEUE, name: null },
    { ...QUEUE, vhost: 'nowhere' },
    { ...QUEUE, durable: 7 },
    { ...QUEUE, auto_delete: 'perhaps' },
    { ...QUEUE, type: 'hare' },
    { ...QUEUE, type: 7 },
    { ...QUEUE, arguments: 7 },
    { ...QUEUE, arguments: { 'x-queue-type': 'hare' } },
    { ...QUEUE, arguments: { 'x-max-length': -1 } },
    { ...QUEUE, arguments: { 'x-max-length': 'long' } },
    { ...QUEUE, arguments: { 'x-message-ttl': 2 ** 60 } },
    { ...QUEUE, arguments: { 'x-overflow': 'hare' } },
    { ...QUEUE, arguments: { 'x-dead-letter-routing-key': 'k' } },
    { ...QUEUE, arguments: { 'x-max-priority': 999 } },
    { ...QUEUE, durable: false, arguments: { 'x-queue-type': 'quorum' } },
    { ...QUEUE, arguments: { 'x-queue-type': 'stream', 'x-max-age': 'long' } },
  ],
  bindings: [
    {},
    { ...BINDING, source: 'missing' },
    { ...BINDING, destination: 'missing' },
    { ...BINDING, destination: 'missing', destination_type: 'exchange' },
    { ...BINDING, destination_type: 'hare' },
    { ...BINDING, destination_type: undefined },
    { ...BINDING, routing_key: 7 },
    { ...BINDING, routing_key: LONG },
    { ...BINDING, vhost: 'nowhere' },
    { ...BINDING, arguments: [7] },
    { ...BINDING, source: 'amq.headers', arguments: { 'x-match': 'hare' } },
  ],
};

/** Documents that are no definitions. */
const WRONG_DOCUMENTS: readonly string[] = [
  '{',
  '{"queues": [}',
  `${JSON.stringify(RIGHT)}}`,
  JSON.stringify(RIGHT).slice(0, -1),
  '[]',
  'null',
  '7',
  '"definitions"',
  JSON.stringify({ ...RIGHT, queues: {} }),
  JSON.stringify({ ...RIGHT, users: 'guest' }),
  JSON.stringify({ ...RIGHT, policies: 7 }),
  `{"queues": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
];

test('definitions that are wrong in one place', async (t) => {
  const dataDir = temporaryDirectory(t);
  let broker = await createBroker({ dataDir, ...OPTIONS });
  for (const [what, document] of wrongDocuments()) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await t.test(what, async () => {
      const before = exported(broker);
      const { status, reason } = await importInto(broker, document);
      assert.equal(status, 400, reason);
      assert.match(reason, /\w{3}/u);
      assert.equal(exported(broker), before);
      await broker.close();
      broker = await createBroker({ dataDir, ...OPTIONS });
      assert.equal(exported(broker), before, 'after a restart');
    });
  }
  await t.test('and without that place all of it is imported', async () => {
    const before = exported(broker);
    assert.equal((await importInto(broker, JSON.stringify(RIGHT))).status, 204);
    assert.notEqual(exported(broker), before);
  });
  await broker.close();
});

function* wrongDocuments(): Generator<readonly [what: string, document: string]> {
  for (const document of WRONG_DOCUMENTS) yield [shortened(document), document];
  for (const [section, items] of Object.entries(WRONG_ITEMS)) {
    const right = RIGHT[section as keyof typeof RIGHT];
    for (const item of items) {
      const what = `${section}: ${shortened(JSON.stringify(item))}`;
      yield [what, JSON.stringify({ ...RIGHT, [section]: [...right, item] })];
    }
  }
}

function shortened(text: string): string {
  return text.replaceAll(LONG, 'n...').slice(0, 100);
}

function exported(broker: EmbeddedBroker): string {
  return JSON.stringify(broker.definitions.export(), null, 1);
}

async function importInto(
  broker: EmbeddedBroker,
  document: string,
): Promise<{ readonly status: number; readonly reason: string }> {
  const listener = broker.listeners.find(({ protocol }) => protocol === 'http');
  const api = new ApiClient(`http://127.0.0.1:${listener?.port}/api`, 'guest', 'guest');
  const answer = await api.send('POST', '/definitions', document);
  const text = await answer.text();
  const { reason = '' } = (text === '' ? {} : JSON.parse(text)) as { readonly reason?: string };
  return { status: answer.status, reason };
}
