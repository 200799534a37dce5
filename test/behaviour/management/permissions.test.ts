// What each operation of the management API needs in a virtual host, as a table: the same permissions as over AMQP.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allBut, exactPermissions, refusalText, type Need } from '../permission-table.ts';
import { runSteps, withManagement, type ApiClient, type Step } from '../../support/management.ts';

interface Operation {
  readonly is: string;
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly needs: readonly Need[];
  /** What RabbitMQ does over a channel: it tells the reason, and of publishing with another status. */
  readonly isOnChannel?: true;
}

const GET = { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' };
const MESSAGE = { properties: {}, routing_key: 'key', payload: '', payload_encoding: 'string' };
const KEY = { routing_key: 'key' };

/** What is there before. */
const GROUND: readonly Step[] = [
  ['PUT', '/queues/%2F/q', {}, 201],
  ['PUT', '/exchanges/%2F/x', { type: 'direct' }, 201],
  ['PUT', '/exchanges/%2F/y', { type: 'direct' }, 201],
  ['POST', '/bindings/%2F/e/x/q/q', { routing_key: 'old' }, 201],
  ['POST', '/bindings/%2F/e/x/e/y', { routing_key: 'old' }, 201],
];

function queue(access: Need['access'], name: string): Need {
  return { access, kind: 'queue', name };
}

function exchange(access: Need['access'], name: string): Need {
  return { access, kind: 'exchange', name };
}

const DEAD = { arguments: { 'x-dead-letter-exchange': 'x' } };
const ALTERNATE = { type: 'fanout', arguments: { 'alternate-exchange': 'x' } };

const OPERATIONS: readonly Operation[] = [
  {
    is: 'declaring a queue',
    method: 'PUT',
    path: '/queues/%2F/new',
    body: {},
    needs: [queue('configure', 'new')],
  },
  {
    is: 'declaring a queue with a dead-letter exchange',
    method: 'PUT',
    path: '/queues/%2F/new',
    body: DEAD,
    needs: [queue('configure', 'new'), queue('read', 'new'), exchange('write', 'x')],
  },
  {
    is: 'deleting a queue',
    method: 'DELETE',
    path: '/queues/%2F/q',
    needs: [queue('configure', 'q')],
  },
  {
    is: 'purging a queue',
    method: 'DELETE',
    path: '/queues/%2F/q/contents',
    needs: [queue('read', 'q')],
  },
  {
    is: 'getting messages',
    isOnChannel: true,
    method: 'POST',
    path: '/queues/%2F/q/get',
    body: GET,
    needs: [queue('read', 'q')],
  },
  {
    is: 'declaring an exchange',
    method: 'PUT',
    path: '/exchanges/%2F/new',
    body: { type: 'fanout' },
    needs: [exchange('configure', 'new')],
  },
  {
    is: 'declaring an exchange with an alternate',
    method: 'PUT',
    path: '/exchanges/%2F/new',
    body: ALTERNATE,
    needs: [exchange('configure', 'new'), exchange('read', 'new'), exchange('write', 'x')],
  },
  {
    is: 'deleting an exchange',
    method: 'DELETE',
    path: '/exchanges/%2F/x',
    needs: [exchange('configure', 'x')],
  },
  {
    is: 'publishing',
    isOnChannel: true,
    method: 'POST',
    path: '/exchanges/%2F/x/publish',
    body: MESSAGE,
    needs: [exchange('write', 'x')],
  },
  {
    is: 'publishing to the default exchange',
    isOnChannel: true,
    method: 'POST',
    path: '/exchanges/%2F/amq.default/publish',
    body: MESSAGE,
    needs: [exchange('write', 'amq.default')],
  },
  {
    is: 'binding a queue',
    method: 'POST',
    path: '/bindings/%2F/e/x/q/q',
    body: KEY,
    needs: [queue('write', 'q'), exchange('read', 'x')],
  },
  {
    is: 'unbinding a queue',
    method: 'DELETE',
    path: '/bindings/%2F/e/x/q/q/old',
    needs: [queue('write', 'q'), exchange('read', 'x')],
  },
  {
    is: 'binding an exchange',
    method: 'POST',
    path: '/bindings/%2F/e/x/e/y',
    body: KEY,
    needs: [exchange('write', 'y'), exchange('read', 'x')],
  },
  {
    is: 'unbinding an exchange',
    method: 'DELETE',
    path: '/bindings/%2F/e/x/e/y/old',
    needs: [exchange('write', 'y'), exchange('read', 'x')],
  },
];

/** With an administrator whose permissions are what counts: the tag gives none. */
async function withUser(
  permissions: object,
  run: (user: ApiClient, api: ApiClient) => Promise<void>,
): Promise<void> {
  await withManagement(async ({ api, as }) => {
    await runSteps(api, GROUND);
    await api.expect(201, 'PUT', '/users/u', { password: 'secret', tags: 'administrator' });
    await api.expect(201, 'PUT', '/permissions/%2F/u', permissions);
    await run(as('u', 'secret'), api);
  });
}

const REFUSAL = { error: 'not_authorised', reason: 'Access refused.' };

/** The status, and the whole answer. */
function refusalOf({ path, isOnChannel }: Operation, need: Need): readonly [number, object] {
  if (isOnChannel === undefined) return [401, REFUSAL];
  const reason = refusalText(need, 'u');
  return path.endsWith('/publish')
    ? [400, { error: 'bad_request', reason: `403 ${reason}` }]
    : [401, { error: 'not_authorised', reason }];
}

describe('permissions over the management API', { concurrency: true }, () => {
  for (const operation of OPERATIONS) {
    const { is, method, path, body, needs } = operation;
    for (const need of needs) {
      test(`${is} is refused without ${need.access} for ${need.kind} ${need.name}`, async () => {
        await withUser(allBut(need), async (user) => {
          const [status, refusal] = refusalOf(operation, need);
          assert.deepEqual(await user.expect(status, method, path, body), refusal);
        });
      });
    }
    test(`${is} is carried out with exactly what it needs`, async () => {
      await withUser(exactPermissions(needs), async (user) => {
        const { status } = await user.send(method, path, body);
        assert.ok(status >= 200 && status < 300, String(status));
      });
    });
  }

  for (const { is, status, path, body } of [
    { is: 'publishing', status: 400, path: '/exchanges/%2F/amq.topic/publish', body: MESSAGE },
    { is: 'binding a queue', status: 401, path: '/bindings/%2F/e/amq.topic/q/q', body: KEY },
    { is: 'binding an exchange', status: 401, path: '/bindings/%2F/e/amq.topic/e/y', body: KEY },
  ]) {
    test(`${is} with a routing key needs it among the topic permissions`, async () => {
      await withUser({ configure: '.*', write: '.*', read: '.*' }, async (user, api) => {
        const permission = { exchange: 'amq.topic', write: '^other$', read: '^other$' };
        await api.expect(201, 'PUT', '/topic-permissions/%2F/u', permission);
        const refused = await user.send('POST', path, body);
        assert.equal(refused.status, status, await refused.text());
        const own = { exchange: 'amq.topic', write: '^key$', read: '^key$' };
        await api.expect(204, 'PUT', '/topic-permissions/%2F/u', own);
        assert.ok((await user.send('POST', path, body)).status < 300);
      });
    });
  }

  test('a line break in a name does not hide it from them', async () => {
    await withUser(
      { configure: '.*', write: '.*', read: '^(?!amq\\.topic$)' },
      async (user, api) => {
        const path = '/bindings/%2F/e/amq.%0Atopic/q/q';
        assert.deepEqual(await user.expect(401, 'POST', path, KEY), REFUSAL);
        const bindings = await api.get<{ source: string }[]>('/queues/%2F/q/bindings');
        assert.ok(bindings.every(({ source }) => source !== 'amq.topic'));
      },
    );
  });

  test('nobody binds to the default exchange', async () => {
    await withUser({ configure: '.*', write: '.*', read: '.*' }, async (user) => {
      assert.deepEqual(
        await user.expect(401, 'POST', '/bindings/%2F/e/amq.default/q/q', KEY),
        REFUSAL,
      );
    });
  });
});
