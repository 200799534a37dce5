// Definitions: what is imported is there, what is exported can be imported, and what is wrong changes nothing.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connect } from 'amqplib';
import { createBroker, type EmbeddedBroker } from 'leveret';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** As RabbitMQ 3.10 exports it, with all sections. */
const DOCUMENT = {
  rabbit_version: '3.10.8',
  rabbitmq_version: '3.10.8',
  product_name: 'RabbitMQ',
  product_version: '3.10.8',
  users: [
    {
      name: 'app',
      // The password is "secret".
      password_hash: '908DC60EC3F1A20F3EF9A0C4ACA9CB1F3C3D2DB8',
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: ['management', 'policymaker'],
      limits: { 'max-connections': 10 },
    },
    { name: 'old', password_hash: '', tags: 'administrator', limits: {} },
  ],
  vhosts: [
    { name: '/' },
    { name: 'shop', limits: [], metadata: { description: 'The shop', tags: ['a'] } },
  ],
  permissions: [{ user: 'app', vhost: 'shop', configure: '^app', write: '.*', read: '.*' }],
  topic_permissions: [{ user: 'app', vhost: 'shop', exchange: 'amq.topic', write: '^a', read: '' }],
  parameters: [
    {
      component: 'operator_policy',
      vhost: 'shop',
      name: 'limit',
      value: { pattern: '.*', 'apply-to': 'queues', priority: 0, definition: { 'max-length': 10 } },
    },
    { component: 'vhost-limits', vhost: 'shop', name: 'limits', value: { 'max-queues': 100 } },
    { component: 'shovel', vhost: 'shop', name: 'move', value: { 'src-uri': 'amqp://' } },
  ],
  global_parameters: [{ name: 'cluster_name', value: 'rabbit@warren' }],
  policies: [
    {
      vhost: 'shop',
      name: 'ttl',
      pattern: '^orders$',
      'apply-to': 'queues',
      definition: { 'message-ttl': 60000 },
      priority: 1,
    },
  ],
  queues: [
    {
      name: 'orders',
      vhost: 'shop',
      durable: true,
      auto_delete: false,
      arguments: { 'x-queue-type': 'quorum' },
    },
    {
      name: 'mails',
      vhost: 'shop',
      durable: true,
      auto_delete: false,
      arguments: { 'x-max-length': 5 },
    },
  ],
  exchanges: [
    {
      name: 'shop',
      vhost: 'shop',
      type: 'topic',
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    },
  ],
  bindings: [
    {
      source: 'amq.topic',
      vhost: 'shop',
      destination: 'shop',
      destination_type: 'exchange',
      routing_key: 'é',
      arguments: { x: [1, 'two'] },
    },
    {
      source: 'shop',
      vhost: 'shop',
      destination: 'orders',
      destination_type: 'queue',
      routing_key: 'order.#',
      arguments: {},
    },
  ],
};

type Document = Record<string, ReadonlyArray<Record<string, unknown>>>;

function exported(broker: EmbeddedBroker, vhost?: string): Document {
  return broker.definitions.export(vhost) as Document;
}

function namesOf(items: Document[string] | undefined): readonly unknown[] {
  return (items ?? []).map(({ name }) => name);
}

function named(items: Document[string] | undefined, name: string): Record<string, unknown> {
  const found = items?.find((item) => item['name'] === name);
  assert.ok(found !== undefined);
  return found;
}

describe('imported definitions', { concurrency: true }, () => {
  test('are there as they were written', async () => {
    await using broker = await createBroker();
    const { skipped } = await broker.definitions.import(DOCUMENT);
    assert.deepEqual(skipped, ["shovel 'move'"]);
    const result = exported(broker);
    assert.deepEqual(named(result['users'], 'app'), DOCUMENT.users[0]);
    assert.deepEqual(named(result['vhosts'], 'shop')['description'], 'The shop');
    assert.deepEqual(named(result['policies'], 'ttl'), DOCUMENT.policies[0]);
    assert.deepEqual(named(result['queues'], 'mails')['arguments'], { 'x-max-length': 5 });
    assert.equal(named(result['queues'], 'orders')['type'], 'quorum');
    assert.deepEqual(result['bindings'], DOCUMENT.bindings);
    assert.deepEqual(result['topic_permissions'], DOCUMENT.topic_permissions);
    assert.deepEqual(named(result['global_parameters'], 'cluster_name')['value'], 'rabbit@warren');
  });

  test('can be used by clients', async () => {
    await using broker = await createBroker();
    await broker.definitions.import(DOCUMENT);
    await broker.definitions.import({
      permissions: [{ user: 'guest', vhost: 'shop', configure: '.*', write: '.*', read: '.*' }],
    });
    const connection = await connect(`${broker.url}/shop`);
    const channel = await connection.createConfirmChannel();
    channel.publish('shop', 'order.new', Buffer.from('x'));
    await channel.waitForConfirms();
    assert.equal((await channel.checkQueue('orders')).messageCount, 1);
    await connection.close();
  });

  test('change nothing when they are imported again', async () => {
    await using broker = await createBroker();
    await broker.definitions.import(DOCUMENT);
    const before = exported(broker);
    await broker.definitions.import(before);
    assert.deepEqual(exported(broker), before);
  });

  test('leave queues that are there as they are', async () => {
    await using broker = await createBroker();
    await broker.definitions.import(DOCUMENT);
    const queues = [{ ...DOCUMENT.queues[1], arguments: { 'x-max-length': 7 } }];
    await broker.definitions.import({ queues });
    const result = exported(broker);
    assert.deepEqual(named(result['queues'], 'mails')['arguments'], { 'x-max-length': 5 });
  });

  test('survive a restart', async (t) => {
    const dataDir = temporaryDirectory(t);
    const first = await createBroker({ dataDir });
    await first.definitions.import(DOCUMENT);
    const before = exported(first);
    await first.close();
    await using second = await createBroker({ dataDir });
    assert.deepEqual(exported(second), before);
  });

  test('of one virtual host go into another', async () => {
    await using broker = await createBroker();
    await broker.definitions.import(DOCUMENT);
    const shop = exported(broker, 'shop');
    await broker.definitions.import({ vhosts: [{ name: 'copy' }] });
    await broker.definitions.import(shop, 'copy');
    const copy = exported(broker, 'copy');
    assert.deepEqual(copy['queues'], shop['queues']);
    assert.deepEqual(copy['bindings'], shop['bindings']);
    assert.deepEqual(copy['policies'], shop['policies']);
  });

  test('may begin with a byte order mark', async () => {
    await using broker = await createBroker();
    const octets = Buffer.from(`\uFEFF${JSON.stringify({ vhosts: [{ name: 'v' }] })}`);
    await broker.definitions.import(octets);
    named(exported(broker)['vhosts'], 'v');
  });

  test('may have hashes that do not say how they were made: RabbitMQ guesses by its version', async () => {
    await using broker = await createBroker();
    const users = [{ name: 'u', password_hash: 'c2FsdA==', tags: '' }];
    const algorithm = async (head: object): Promise<unknown> => {
      await broker.definitions.import({ ...head, users });
      return named(exported(broker)['users'], 'u')['hashing_algorithm'];
    };
    assert.equal(await algorithm({}), 'rabbit_password_hashing_sha256');
    assert.equal(await algorithm({ rabbit_version: '3.6.0' }), 'rabbit_password_hashing_sha256');
    assert.equal(await algorithm({ rabbit_version: '3.5.7' }), 'rabbit_password_hashing_md5');
  });

  test('may have an empty type of queues for none', async () => {
    await using broker = await createBroker();
    await broker.definitions.import({ vhosts: [{ name: 'v', default_queue_type: '' }] });
    assert.equal(named(exported(broker)['vhosts'], 'v')['default_queue_type'], undefined);
  });

  test('may have a password in clear', async () => {
    await using broker = await createBroker();
    await broker.definitions.import({
      users: [{ name: 'me', password: 'clear', tags: [] }],
      permissions: [{ user: 'me', vhost: '/', configure: '', write: '', read: '' }],
    });
    const connection = await connect(`amqp://me:clear@127.0.0.1:${broker.port}`);
    await connection.close();
    assert.equal(JSON.stringify(exported(broker)).includes('clear'), false);
  });
});

const QUEUE = { name: 'q', vhost: '/', durable: true, auto_delete: false, arguments: {} };

describe('definitions that are wrong change nothing', { concurrency: true }, () => {
  for (const [what, wrong, message] of [
    ['with an item that is none', { queues: [QUEUE, 'q'] }, /^queues\[1\] is not an object/u],
    ['with a section that is none', { queues: {} }, /^queues is not an array/u],
    ['without a name', { queues: [{ vhost: '/' }] }, /^queues\[0\]\.name: /u],
    ['without a virtual host', { queues: [{ name: 'q' }] }, /^queues\[0\]\.vhost: /u],
    [
      'for a virtual host that is not there',
      { queues: [{ ...QUEUE, vhost: 'nowhere' }] },
      /^queues\[0\] \('q' in vhost 'nowhere'\): there is no virtual host/u,
    ],
    [
      'with arguments that no queue can have',
      { queues: [QUEUE, { ...QUEUE, name: 'r', arguments: { 'x-max-length': -1 } }] },
      /^queues\[1\] \('r' in vhost '\/'\): invalid arg 'x-max-length'/u,
    ],
    [
      'with an exchange of an unknown type',
      { exchanges: [{ name: 'x', vhost: '/', type: 'x-delayed-message' }] },
      /^exchanges\[0\] .*unknown exchange type 'x-delayed-message'/u,
    ],
    [
      'with a binding that leads nowhere',
      {
        bindings: [
          { source: 'amq.topic', vhost: '/', destination: 'q', destination_type: 'queue' },
        ],
      },
      /^bindings\[0\] \('amq\.topic -> q' in vhost '\/'\): no queue 'q'/u,
    ],
    [
      'with a policy that is none',
      { policies: [{ vhost: '/', name: 'p', pattern: '(', definition: { 'max-length': 1 } }] },
      /^policies\[0\] .*pattern should be regular expression/su,
    ],
    [
      'with a permission of nobody',
      { permissions: [{ user: 'nobody', vhost: '/', configure: '', write: '', read: '' }] },
      /^permissions\[0\] .*user 'nobody' does not exist/u,
    ],
    [
      'with an expression that is none',
      { permissions: [{ user: 'guest', vhost: '/', configure: '(', write: '', read: '' }] },
      /^permissions\[0\] .*invalid_regexp/u,
    ],
    [
      'with a parameter that nobody knows',
      { parameters: [{ component: 'unknown', vhost: '/', name: 'n', value: 1 }] },
      /^parameters\[0\] .*component unknown not found/su,
    ],
    ['that are no object', [], /are not a JSON object/u],
    ['that are no JSON', Buffer.from('{"queues": ['), /are not JSON/u],
  ] as const) {
    test(what, async () => {
      await using broker = await createBroker();
      const before = exported(broker);
      const document =
        wrong instanceof Uint8Array || Array.isArray(wrong)
          ? wrong
          : Object.assign(
              { users: [{ name: 'u', tags: [] }], vhosts: [{ name: 'v' }, { name: '/' }] },
              wrong,
            );
      await assert.rejects(broker.definitions.import(document), {
        name: 'DefinitionsError',
        message,
      });
      assert.deepEqual(exported(broker), before);
    });
  }

  test('with more queues than the virtual host may have', async () => {
    await using broker = await createBroker();
    const limit = {
      component: 'vhost-limits',
      vhost: '/',
      name: 'limits',
      value: { 'max-queues': 1 },
    };
    await broker.definitions.import({ parameters: [limit] });
    const before = exported(broker);
    await assert.rejects(
      broker.definitions.import({ queues: [QUEUE, { ...QUEUE, name: 'r' }] }),
      /queue limit in vhost '\/' \(1\) is reached/u,
    );
    assert.deepEqual(exported(broker), before);
  });
});

describe('definitions that are loaded at the start', { concurrency: true }, () => {
  test('are there before clients are, and take the place of the defaults', async (t) => {
    const path = join(temporaryDirectory(t), 'definitions.json');
    writeFileSync(
      path,
      JSON.stringify({
        users: [{ name: 'me', password: 'clear', tags: ['administrator'] }],
        vhosts: [{ name: 'v' }],
        permissions: [{ user: 'me', vhost: 'v', configure: '.*', write: '.*', read: '.*' }],
      }),
    );
    await using broker = await createBroker({ loadDefinitions: { path } });
    const result = exported(broker);
    assert.deepEqual(namesOf(result['users']), ['me']);
    assert.deepEqual(namesOf(result['vhosts']), ['v']);
    const connection = await connect(`amqp://me:clear@127.0.0.1:${broker.port}/v`);
    await connection.close();
  });

  test('come from the files of a directory in lexical order', async (t) => {
    const path = temporaryDirectory(t);
    writeFileSync(join(path, '2.json'), JSON.stringify({ queues: [{ ...QUEUE, vhost: 'v' }] }));
    writeFileSync(join(path, '1.json'), JSON.stringify({ vhosts: [{ name: 'v' }] }));
    writeFileSync(join(path, 'readme.txt'), 'no definitions');
    await using broker = await createBroker({ loadDefinitions: { path } });
    assert.deepEqual(namesOf(exported(broker)['queues']), ['q']);
  });

  test('are skipped when they are those of the last start', async (t) => {
    const dataDir = temporaryDirectory(t);
    const path = join(temporaryDirectory(t), 'definitions.json');
    writeFileSync(path, JSON.stringify({ vhosts: [{ name: 'v', description: 'from the file' }] }));
    const loadDefinitions = { path, skipIfUnchanged: true };
    const first = await createBroker({ dataDir, loadDefinitions });
    await first.definitions.import({ vhosts: [{ name: 'v', description: 'changed' }] });
    await first.close();
    await using second = await createBroker({ dataDir, loadDefinitions });
    assert.equal(named(exported(second)['vhosts'], 'v')['description'], 'changed');
  });

  test('stop the start with their file’s name when they are wrong', async (t) => {
    const path = join(temporaryDirectory(t), 'definitions.json');
    writeFileSync(path, JSON.stringify({ queues: [{ name: 'q' }] }));
    await assert.rejects(createBroker({ loadDefinitions: { path } }), {
      name: 'DefinitionsError',
      message: /definitions\.json: queues\[0\]\.vhost/u,
    });
    await assert.rejects(createBroker({ loadDefinitions: { path: `${path}.missing` } }), {
      message: /missing does not exist$/u,
    });
  });
});
