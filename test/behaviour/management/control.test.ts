// Virtual hosts, permissions, limits, parameters, policies, features and health over the management API: what each
// request is answered with, and who may ask.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect } from 'amqplib';
import { runSteps, withManagement, type Step } from '../../support/management.ts';

const MISSING = { error: 'Object Not Found', reason: 'Not Found' };
const PERMISSION = { configure: '^a', write: '.*', read: '' };
const POLICY = { pattern: '^q', definition: { 'max-length': 5 } };

const STORIES: Readonly<Record<string, readonly Step[]>> = {
  'virtual hosts are created, changed, protected and deleted': [
    ['PUT', '/vhosts/v', { description: 'd', tags: 'a,b', default_queue_type: 'quorum' }, 201],
    ['PUT', '/vhosts/v', { tracing: true }, 204],
    [
      'GET',
      '/vhosts/v',
      undefined,
      200,
      { name: 'v', description: 'd', tags: ['a', 'b'], tracing: true },
    ],
    ['PUT', '/vhosts/v', { default_queue_type: 'unknown' }, 400],
    ['PUT', '/vhosts/v', { tracing: 'x' }, 400],
    ['POST', '/vhosts/v/deletion/protection', undefined, 204],
    ['DELETE', '/vhosts/v', undefined, 412],
    ['DELETE', '/vhosts/v/deletion/protection', undefined, 204],
    ['DELETE', '/vhosts/v', undefined, 204],
    ['DELETE', '/vhosts/v', undefined, 404, MISSING],
    ['GET', '/vhosts/v', undefined, 404, MISSING],
  ],
  'permissions are set, shown and taken away': [
    ['PUT', '/users/u', { password: 'p', tags: '' }, 201],
    [
      'PUT',
      '/permissions/%2F/u',
      { configure: '' },
      400,
      { reason: '[{key_missing,write},{key_missing,read}]' },
    ],
    ['PUT', '/permissions/%2F/u', { ...PERMISSION, read: '(' }, 400],
    ['PUT', '/permissions/%2F/nobody', PERMISSION, 400, { reason: 'vhost_or_user_not_found' }],
    ['PUT', '/permissions/nowhere/u', PERMISSION, 400, { reason: 'vhost_or_user_not_found' }],
    ['PUT', '/permissions/%2F/u', PERMISSION, 201],
    ['PUT', '/permissions/%2F/u', PERMISSION, 204],
    ['GET', '/permissions/%2F/u', undefined, 200, { user: 'u', vhost: '/', ...PERMISSION }],
    ['GET', '/users/u/permissions', undefined, 200, [{ user: 'u', vhost: '/', ...PERMISSION }]],
    ['DELETE', '/permissions/%2F/u', undefined, 204],
    ['DELETE', '/permissions/%2F/u', undefined, 404, MISSING],
    ['GET', '/users/nobody/permissions', undefined, 404, MISSING],
  ],
  'topic permissions are set, shown and taken away': [
    ['PUT', '/users/u', { password: 'p', tags: '' }, 201],
    ['PUT', '/topic-permissions/%2F/u', { exchange: 'amq.topic', write: '(', read: '' }, 400],
    ['PUT', '/topic-permissions/%2F/u', { exchange: 'amq.topic', write: 'w', read: 'r' }, 201],
    ['PUT', '/topic-permissions/%2F/u', { exchange: 'x', write: 'w', read: 'r' }, 204],
    [
      'GET',
      '/topic-permissions/%2F/u',
      undefined,
      200,
      [{ exchange: 'amq.topic' }, { exchange: 'x' }],
    ],
    ['DELETE', '/topic-permissions/%2F/u/x', undefined, 204],
    [
      'GET',
      '/vhosts/%2F/topic-permissions',
      undefined,
      200,
      [{ user: 'u', exchange: 'amq.topic' }],
    ],
    ['DELETE', '/topic-permissions/%2F/u', undefined, 204],
    ['GET', '/topic-permissions', undefined, 200, []],
  ],
  'limits of virtual hosts': [
    ['PUT', '/vhost-limits/%2F/max-queues', { value: 5 }, 204],
    ['PUT', '/vhost-limits/%2F/max-connections', { value: -1 }, 204],
    [
      'GET',
      '/vhost-limits',
      undefined,
      200,
      [{ vhost: '/', value: { 'max-queues': 5, 'max-connections': -1 } }],
    ],
    [
      'PUT',
      '/vhost-limits/%2F/max-queues',
      { value: 'x' },
      400,
      { reason: 'Validation failed\n\nmax-queues should be a number, actually was <<"x">>\n' },
    ],
    ['PUT', '/vhost-limits/%2F/foo', { value: 1 }, 400],
    [
      'PUT',
      '/vhost-limits/nowhere/max-queues',
      { value: 1 },
      404,
      { error: 'not_found', reason: 'vhost_not_found' },
    ],
    ['DELETE', '/vhost-limits/%2F/max-queues', undefined, 204],
    ['GET', '/vhost-limits/%2F', undefined, 200, [{ value: { 'max-connections': -1 } }]],
  ],
  'limits of users': [
    ['PUT', '/users/u', { password: 'p', tags: '' }, 201],
    ['PUT', '/user-limits/u/max-channels', { value: 3 }, 204],
    ['GET', '/user-limits/u', undefined, 200, [{ user: 'u', value: { 'max-channels': 3 } }]],
    [
      'PUT',
      '/user-limits/u/max-channels',
      { value: 'a' },
      400,
      { reason: 'max-channels should be a number, actually was <<"a">>' },
    ],
    [
      'PUT',
      '/user-limits/u/foo',
      { value: 1 },
      400,
      { reason: 'Unrecognised terms [{<<"foo">>,1}] in user-limits' },
    ],
    ['DELETE', '/user-limits/u/max-channels', undefined, 204],
    ['GET', '/user-limits', undefined, 200, []],
    ['GET', '/user-limits/nobody', undefined, 404],
  ],
  parameters: [
    [
      'PUT',
      '/parameters/foo/%2F/n',
      { value: 1 },
      400,
      { reason: 'Validation failed\n\ncomponent foo not found\n' },
    ],
    ['PUT', '/parameters/vhost-limits/%2F/limits', { value: { 'max-queues': 1 } }, 201],
    [
      'GET',
      '/parameters/vhost-limits/%2F/limits',
      undefined,
      200,
      { component: 'vhost-limits', vhost: '/', name: 'limits', value: { 'max-queues': 1 } },
    ],
    ['GET', '/parameters/vhost-limits', undefined, 200, [{ name: 'limits' }]],
    ['DELETE', '/parameters/vhost-limits/%2F/limits', undefined, 204],
    ['DELETE', '/parameters/vhost-limits/%2F/limits', undefined, 404],
    ['GET', '/parameters/foo', undefined, 200, []],
  ],
  'global parameters': [
    ['PUT', '/global-parameters/n', { value: { a: 1 } }, 201],
    ['PUT', '/global-parameters/n', { value: { a: 2 } }, 204],
    ['GET', '/global-parameters/n', undefined, 200, { name: 'n', value: { a: 2 } }],
    ['DELETE', '/global-parameters/n', undefined, 204],
    ['DELETE', '/global-parameters/n', undefined, 404],
    ['PUT', '/cluster-name', { name: 'warren' }, 204],
    ['GET', '/cluster-name', undefined, 200, { name: 'warren' }],
  ],
  policies: [
    ['PUT', '/policies/%2F/p', { pattern: 'x' }, 400, { reason: '[{key_missing,definition}]' }],
    [
      'PUT',
      '/policies/%2F/p',
      { pattern: 'x', definition: { foo: 1 } },
      400,
      { reason: 'Validation failed\n\n[{<<"foo">>,1}] are not recognised policy settings\n' },
    ],
    ['PUT', '/policies/nowhere/p', POLICY, 404, { reason: 'vhost_not_found' }],
    ['PUT', '/policies/%2F/p', POLICY, 201],
    ['PUT', '/policies/%2F/p', { ...POLICY, priority: 2 }, 204],
    [
      'GET',
      '/policies/%2F/p',
      undefined,
      200,
      { vhost: '/', name: 'p', 'apply-to': 'all', priority: 2, ...POLICY },
    ],
    ['PUT', '/operator-policies/%2F/o', { ...POLICY, 'apply-to': 'queues' }, 201],
    ['GET', '/operator-policies', undefined, 200, [{ name: 'o', 'apply-to': 'queues' }]],
    ['DELETE', '/policies/%2F/p', undefined, 204],
    ['DELETE', '/policies/%2F/p', undefined, 404, MISSING],
    ['GET', '/policies', undefined, 200, []],
  ],
  'features and what there is one of': [
    ['PUT', '/feature-flags/quorum_queue/enable', {}, 204],
    ['PUT', '/feature-flags/none/enable', {}, 400],
    ['GET', '/deprecated-features/used', undefined, 200],
    ['POST', '/rebalance/queues', undefined, 204],
    ['GET', '/auth', undefined, 200, { oauth_enabled: false }],
    ['GET', '/aliveness-test/%2F', undefined, 200, { status: 'ok' }],
    ['GET', '/aliveness-test/nowhere', undefined, 404],
    ['GET', '/health/checks/alarms', undefined, 200, { status: 'ok' }],
    ['GET', '/health/checks/virtual-hosts', undefined, 200, { status: 'ok' }],
    [
      'GET',
      '/health/checks/port-listener/1',
      undefined,
      503,
      { status: 'failed', reason: 'No active listener', missing: 1 },
    ],
    ['GET', '/health/checks/port-listener/x', undefined, 400],
    [
      'GET',
      '/health/checks/protocol-listener/amqp',
      undefined,
      200,
      { status: 'ok', protocol: 'amqp' },
    ],
    ['GET', '/health/checks/protocol-listener/mqtt', undefined, 503, { missing: 'mqtt' }],
    ['GET', '/health/checks/certificate-expiration/1/months', undefined, 200, { status: 'ok' }],
    ['GET', '/health/checks/certificate-expiration/1/moons', undefined, 400],
  ],
};

describe('the management API answers as RabbitMQ does', { concurrency: true }, () => {
  for (const [story, steps] of Object.entries(STORIES)) {
    test(story, async () => {
      await withManagement(async ({ api }) => runSteps(api, steps));
    });
  }
});

const FORBIDDEN: Readonly<Record<string, ReadonlyArray<readonly [string, string, unknown?]>>> = {
  management: [
    ['GET', '/parameters'],
    ['GET', '/global-parameters'],
    ['PUT', '/policies/%2F/p', POLICY],
    ['DELETE', '/policies/%2F/p'],
    ['GET', '/auth/attempts/leveret@localhost'],
  ],
  policymaker: [
    ['PUT', '/operator-policies/%2F/p', POLICY],
    ['PUT', '/vhost-limits/%2F/max-queues', { value: 1 }],
    ['PUT', '/cluster-name', { name: 'x' }],
    ['GET', '/auth/attempts/leveret@localhost'],
  ],
  monitoring: [
    // It does not include policymaker.
    ['GET', '/parameters'],
    ['PUT', '/parameters/vhost-limits/%2F/limits', { value: {} }],
    ['PUT', '/global-parameters/n', { value: 1 }],
    ['PUT', '/policies/%2F/p', POLICY],
    ['DELETE', '/policies/%2F/p'],
    ['GET', '/vhosts/%2F'],
    ['GET', '/users'],
    ['GET', '/users/guest'],
    ['PUT', '/users/x', { password: 'x', tags: 'administrator' }],
    ['DELETE', '/users/guest'],
    ['POST', '/users/bulk-delete', { users: ['guest'] }],
    ['GET', '/permissions'],
    ['PUT', '/permissions/%2F/guest', PERMISSION],
    ['DELETE', '/permissions/%2F/guest'],
    ['GET', '/topic-permissions'],
    ['PUT', '/topic-permissions/%2F/guest', { exchange: '', write: '', read: '' }],
    ['PUT', '/vhosts/x', {}],
    ['DELETE', '/vhosts/%2F'],
    ['GET', '/vhosts/%2F/permissions'],
    ['PUT', '/user-limits/guest/max-channels', { value: 0 }],
    ['GET', '/definitions'],
    ['POST', '/definitions', {}],
    ['PUT', '/feature-flags/all/enable', {}],
    ['GET', '/auth/hash_password/x'],
  ],
};

describe('the management API refuses', { concurrency: true }, () => {
  for (const [tag, requests] of Object.entries(FORBIDDEN)) {
    test(`a user with the tag ${tag} what needs another`, async () => {
      await withManagement(async ({ api, as }) => {
        await api.expect(201, 'PUT', '/users/u', { password: 'p', tags: tag });
        await api.expect(201, 'PUT', '/permissions/%2F/u', { ...PERMISSION, read: '.*' });
        const user = as('u', 'p');
        for (const [method, path, body] of requests) {
          const answer = await user.expect(401, method, path, body);
          assert.partialDeepStrictEqual(answer, { error: 'not_authorised' }, `${method} ${path}`);
        }
      });
    });
  }

  test('a user what is in a virtual host without a permission, and does not show it', async () => {
    await withManagement(async ({ api, as }) => {
      await api.expect(201, 'PUT', '/users/u', { password: 'p', tags: 'policymaker' });
      const user = as('u', 'p');
      assert.deepEqual(await user.get('/vhosts'), []);
      for (const [method, path, body] of [
        ['GET', '/vhosts/%2F', undefined],
        ['GET', '/policies/%2F', undefined],
        ['PUT', '/policies/%2F/p', POLICY],
        ['GET', '/vhost-limits/%2F', undefined],
        ['PUT', '/parameters/vhost-limits/%2F/limits', { value: {} }],
        ['GET', '/aliveness-test/%2F', undefined],
      ] as const) {
        await user.expect(401, method, path, body);
      }
    });
  });
});

describe('changes over the management API', { concurrency: true }, () => {
  test('to policies hold for queues at once', async () => {
    await withManagement(async ({ api, broker }) => {
      const connection = await connect(broker.url);
      const channel = await connection.createConfirmChannel();
      await channel.assertQueue('q');
      for (let i = 0; i < 10; i++) channel.sendToQueue('q', Buffer.of(i));
      await channel.waitForConfirms();
      await api.expect(201, 'PUT', '/policies/%2F/p', POLICY);
      assert.equal((await channel.checkQueue('q')).messageCount, 5);
      await connection.close();
    });
  });

  test('to alarms are seen by health checks', async () => {
    await withManagement(async ({ api, broker }) => {
      broker.setMemoryWatermark({ octets: 0 });
      const answer = await api.expect(503, 'GET', '/health/checks/alarms');
      assert.partialDeepStrictEqual(answer, {
        status: 'failed',
        alarms: [{ node: 'leveret@localhost', resource: 'memory' }],
      });
    });
  });
});

describe('lists of the management API', { concurrency: true }, () => {
  test('show who monitors all virtual hosts, and the contents of those with a permission', async () => {
    await withManagement(async ({ api, as }) => {
      await api.expect(201, 'PUT', '/vhosts/v', {});
      await api.expect(201, 'PUT', '/queues/v/q', { durable: true });
      await api.expect(201, 'PUT', '/users/u', { password: 'p', tags: 'monitoring' });
      const user = as('u', 'p');
      assert.equal((await user.get<object[]>('/vhosts')).length, 2);
      assert.deepEqual(await user.get('/queues'), []);
      await api.expect(201, 'PUT', '/permissions/v/u', PERMISSION);
      assert.equal((await user.get<object[]>('/queues')).length, 1);
    });
  });

  test('are those of the virtual host that the header X-Vhost names', async () => {
    await withManagement(async ({ api }) => {
      await api.expect(201, 'PUT', '/vhosts/v', {});
      await api.expect(201, 'PUT', '/queues/v/q', { durable: true });
      await api.expect(201, 'PUT', '/queues/%2F/r', { durable: true });
      const answer = await api.send('GET', '/queues', undefined, { 'x-vhost': 'v' });
      const queues = (await answer.json()) as ReadonlyArray<{ readonly name: string }>;
      assert.deepEqual(
        queues.map(({ name }) => name),
        ['q'],
      );
    });
  });
});

test('who creates a virtual host may do everything in it', async () => {
  await withManagement(async ({ api, as }) => {
    await api.expect(201, 'PUT', '/users/u', { password: 'p', tags: 'administrator' });
    await as('u', 'p').expect(201, 'PUT', '/vhosts/v', {});
    const all = { configure: '.*', write: '.*', read: '.*' };
    assert.deepEqual(await api.get('/permissions/v/u'), { user: 'u', vhost: 'v', ...all });
    await api.expect(404, 'GET', '/permissions/v/guest');
  });
});

test('logins are counted by protocol, until they are forgotten', async () => {
  await withManagement(async ({ api, broker }) => {
    const connection = await connect(broker.url);
    const path = '/auth/attempts/leveret@localhost';
    const attempts = await api.get<ReadonlyArray<{ readonly protocol: string }>>(path);
    assert.deepEqual(
      new Set(attempts.map(({ protocol }) => protocol)),
      new Set(['amqp091', 'http']),
    );
    await api.expect(204, 'DELETE', path);
    // The one that asks.
    assert.partialDeepStrictEqual(await api.get(path), [{ protocol: 'http', auth_attempts: 1 }]);
    await connection.close();
  });
});
