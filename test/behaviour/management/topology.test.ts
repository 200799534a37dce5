// Queues, exchanges, bindings and messages over the management API.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect } from 'amqplib';
import { runSteps, withManagement, type Step } from '../../support/management.ts';

const MISSING = { error: 'Object Not Found', reason: 'Not Found' };
const DECLARED: Step = [
  'PUT',
  '/queues/%2F/q',
  { durable: true, arguments: { 'x-max-length': 5 } },
  201,
];
const MESSAGE = { properties: {}, routing_key: 'q', payload: 'hi', payload_encoding: 'string' };
const GET = { count: 5, ackmode: 'ack_requeue_true', encoding: 'auto' };

const STORIES: Readonly<Record<string, readonly Step[]>> = {
  'queues are declared, shown and deleted': [
    DECLARED,
    ['PUT', '/queues/%2F/q', DECLARED[2], 204],
    [
      'PUT',
      '/queues/%2F/q',
      { durable: false },
      400,
      {
        error: 'bad_request',
        reason:
          "inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'",
      },
    ],
    ['PUT', '/queues/%2F/r', { durable: 'x' }, 400],
    ['PUT', '/queues/%2F/amq.r', {}, 401, { error: 'not_authorised', reason: 'Access refused.' }],
    ['PUT', '/queues/nowhere/q', {}, 404, { error: 'not_found', reason: 'vhost_not_found' }],
    [
      'GET',
      '/queues/%2F/q',
      undefined,
      200,
      {
        name: 'q',
        vhost: '/',
        type: 'classic',
        durable: true,
        auto_delete: false,
        exclusive: false,
        arguments: { 'x-max-length': 5 },
        messages: 0,
        consumers: 0,
      },
    ],
    ['GET', '/queues/%2F', undefined, 200, [{ name: 'q' }]],
    ['DELETE', '/queues/%2F/q', undefined, 204],
    ['DELETE', '/queues/%2F/q', undefined, 404, MISSING],
    ['GET', '/queues', undefined, 200, []],
  ],
  'messages are published, looked at, taken and purged': [
    DECLARED,
    [
      'POST',
      '/exchanges/%2F/amq.default/publish',
      { routing_key: 'q' },
      400,
      { reason: '[{key_missing,properties},{key_missing,payload},{key_missing,payload_encoding}]' },
    ],
    [
      'POST',
      '/exchanges/%2F/amq.default/publish',
      {
        ...MESSAGE,
        properties: {
          delivery_mode: 2,
          headers: { h: 1, s: ['x'] },
          content_type: 'text/plain',
          priority: 3,
          timestamp: 5,
        },
      },
      200,
      { routed: true },
    ],
    [
      'POST',
      '/exchanges/%2F/amq.default/publish',
      { ...MESSAGE, routing_key: 'nobody' },
      200,
      { routed: false },
    ],
    ['POST', '/exchanges/%2F/amq.default/publish', { ...MESSAGE, payload_encoding: 'foo' }, 400],
    [
      'POST',
      '/exchanges/%2F/amq.default/publish',
      { ...MESSAGE, payload: '/wA=', payload_encoding: 'base64' },
      200,
      { routed: true },
    ],
    [
      'POST',
      '/queues/%2F/q/get',
      GET,
      200,
      [
        {
          payload_bytes: 2,
          redelivered: false,
          exchange: '',
          routing_key: 'q',
          message_count: 1,
          payload: 'hi',
          payload_encoding: 'string',
          properties: {
            delivery_mode: 2,
            headers: { h: 1, s: ['x'] },
            content_type: 'text/plain',
            priority: 3,
            timestamp: 5,
          },
        },
        { payload: '/wA=', payload_encoding: 'base64', message_count: 0, properties: {} },
      ],
    ],
    ['POST', '/queues/%2F/q/get', { ...GET, ackmode: 'x' }, 400],
    [
      'POST',
      '/queues/%2F/q/get',
      { count: 1 },
      400,
      { reason: '[{key_missing,ackmode},{key_missing,encoding}]' },
    ],
    ['POST', '/queues/%2F/none/get', GET, 404],
    [
      'DELETE',
      '/queues/%2F/q?if-empty=true',
      undefined,
      400,
      { reason: "queue 'q' in vhost '/' not empty" },
    ],
    [
      'POST',
      '/queues/%2F/q/get',
      { ...GET, count: 1, ackmode: 'ack_requeue_false', truncate: 1 },
      200,
      [{ redelivered: true, payload: 'h', payload_bytes: 2 }],
    ],
    [
      'GET',
      '/queues/%2F/q',
      undefined,
      200,
      { messages: 1, messages_ready: 1, messages_unacknowledged: 0 },
    ],
    ['DELETE', '/queues/%2F/q/contents', undefined, 204],
    ['GET', '/queues/%2F/q', undefined, 200, { messages: 0 }],
  ],
  'a message that no queue takes is refused': [
    [
      'PUT',
      '/queues/%2F/full',
      { arguments: { 'x-max-length': 0, 'x-overflow': 'reject-publish' } },
      201,
    ],
    [
      'POST',
      '/exchanges/%2F/amq.default/publish',
      { ...MESSAGE, routing_key: 'full' },
      400,
      { reason: 'rejected Unable to publish message. Check queue limits.' },
    ],
  ],
  'exchanges are declared, shown and deleted': [
    [
      'PUT',
      '/exchanges/%2F/x',
      { type: 'topic', durable: true, arguments: { 'alternate-exchange': 'amq.fanout' } },
      201,
    ],
    ['PUT', '/exchanges/%2F/x', { type: 'direct' }, 400],
    ['PUT', '/exchanges/%2F/y', { type: 'nope' }, 400, { reason: "unknown exchange type 'nope'" }],
    ['PUT', '/exchanges/%2F/amq.foo', { type: 'topic' }, 401],
    [
      'GET',
      '/exchanges/%2F/x',
      undefined,
      200,
      {
        name: 'x',
        type: 'topic',
        durable: true,
        internal: false,
        arguments: { 'alternate-exchange': 'amq.fanout' },
      },
    ],
    ['GET', '/exchanges/%2F/amq.default', undefined, 200, { name: '', type: 'direct' }],
    ['DELETE', '/exchanges/%2F/x', undefined, 204],
    ['DELETE', '/exchanges/%2F/x', undefined, 404, MISSING],
    ['DELETE', '/exchanges/%2F/amq.topic', undefined, 401],
  ],
  'bindings are made, shown and removed': [
    DECLARED,
    ['POST', '/bindings/%2F/e/amq.topic/q/q', { routing_key: 'a b~c#' }, 201],
    ['POST', '/bindings/%2F/e/amq.topic/q/q', {}, 201],
    [
      'POST',
      '/bindings/%2F/e/amq.topic/e/amq.direct',
      { routing_key: 'k', arguments: { a: 1 } },
      201,
    ],
    ['POST', '/bindings/%2F/e/amq.topic/q/none', {}, 404],
    [
      'GET',
      '/bindings/%2F/e/amq.topic/q/q',
      undefined,
      200,
      [
        { routing_key: '', properties_key: '~' },
        { routing_key: 'a b~c#', properties_key: 'a+b%7Ec%23' },
      ],
    ],
    [
      'GET',
      '/queues/%2F/q/bindings',
      undefined,
      200,
      [{ source: '', routing_key: 'q' }, { source: 'amq.topic' }, { source: 'amq.topic' }],
    ],
    [
      'GET',
      '/exchanges/%2F/amq.topic/bindings/source',
      undefined,
      200,
      [
        { destination: 'amq.direct', destination_type: 'exchange', arguments: { a: 1 } },
        { destination: 'q' },
        { destination: 'q' },
      ],
    ],
    [
      'GET',
      '/exchanges/%2F/amq.direct/bindings/destination',
      undefined,
      200,
      [{ source: 'amq.topic', routing_key: 'k' }],
    ],
    ['GET', '/bindings/%2F/e/amq.topic/q/q/~', undefined, 200, { routing_key: '' }],
    [
      'GET',
      '/bindings/%2F/e/amq.topic/q/q/a%2Bb%257Ec%2523',
      undefined,
      200,
      { routing_key: 'a b~c#' },
    ],
    ['DELETE', '/bindings/%2F/e/amq.topic/q/q/~', undefined, 204],
    ['DELETE', '/bindings/%2F/e/amq.topic/q/q/~', undefined, 404],
    [
      'GET',
      '/bindings/%2F',
      undefined,
      200,
      [{ source: '' }, { source: 'amq.topic' }, { source: 'amq.topic' }],
    ],
  ],
};

describe('the management API answers as RabbitMQ does', { concurrency: true }, () => {
  for (const [story, steps] of Object.entries(STORIES)) {
    test(story, async () => {
      await withManagement(async ({ api }) => runSteps(api, steps));
    });
  }

  test('bindings are listed by their ends, not as they were made', async () => {
    await withManagement(async ({ api }) => {
      await runSteps(api, [
        ['PUT', '/queues/%2F/second', {}, 201],
        ['PUT', '/queues/%2F/first', {}, 201],
        ['POST', '/bindings/%2F/e/amq.topic/q/second', {}, 201],
        ['POST', '/bindings/%2F/e/amq.topic/q/first', { routing_key: 'b' }, 201],
        ['POST', '/bindings/%2F/e/amq.topic/q/first', { routing_key: 'a' }, 201],
      ]);
      const listed = await api.get<ReadonlyArray<Record<string, string>>>('/bindings');
      assert.deepEqual(
        listed.map(({ source, destination, routing_key: key }) => [source, destination, key]),
        [
          ['', 'first', 'first'],
          ['', 'second', 'second'],
          ['amq.topic', 'first', 'a'],
          ['amq.topic', 'first', 'b'],
          ['amq.topic', 'second', ''],
        ],
      );
    });
  });

  test('a new binding says where it is', async () => {
    await withManagement(async ({ api }) => {
      await runSteps(api, [DECLARED]);
      const path = '/bindings/%2F/e/amq.topic/q/q';
      const answer = await api.send('POST', path, { routing_key: 'a b', arguments: { n: 1 } });
      const location = answer.headers.get('location') ?? '';
      assert.match(location, /^q\/a%2Bb~/u);
      const found = await api.get<{ routing_key: string }>(`${path}/${location.split('/')[1]}`);
      assert.equal(found.routing_key, 'a b');
    });
  });

  test('a persistent message that was published is there after a restart', async (t) => {
    const { temporaryDirectory } = await import('../../support/temporary-directory.ts');
    const dataDir = temporaryDirectory(t);
    await withManagement(
      async ({ api }) =>
        runSteps(api, [
          DECLARED,
          [
            'POST',
            '/exchanges/%2F/amq.default/publish',
            { ...MESSAGE, properties: { delivery_mode: 2 } },
            200,
          ],
        ]),
      { dataDir },
    );
    await withManagement(
      async ({ api }) => runSteps(api, [['GET', '/queues/%2F/q', undefined, 200, { messages: 1 }]]),
      { dataDir },
    );
  });
});

describe('lists', { concurrency: true }, () => {
  test('come in pages, sorted, filtered by name and reduced to columns', async () => {
    await withManagement(async ({ api, broker }) => {
      const queues = Array.from({ length: 30 }, (_, i) => ({ name: `q${i}`, vhost: '/' }));
      await broker.definitions.import({ queues });
      const page = await api.get(
        '/queues?page=2&page_size=3&name=Q1&sort=name&sort_reverse=true&columns=name,arguments.x',
      );
      assert.deepEqual(page, {
        filtered_count: 11,
        item_count: 3,
        items: [{ name: 'q16' }, { name: 'q15' }, { name: 'q14' }],
        page: 2,
        page_count: 4,
        page_size: 3,
        total_count: 30,
      });
      const found = await api.get<{ items: unknown[] }>(
        '/queues?page=1&use_regex=true&name=%5Eq2%24%7Cq7&columns=name',
      );
      assert.deepEqual(found.items, [{ name: 'q2' }, { name: 'q7' }]);
    });
  });

  for (const [query, error] of [
    ['page=0', 'invalid_pagination_parameters'],
    ['page=x', 'bad_request'],
    ['lengths_age=0&lengths_incr=1', 'invalid_range_parameters'],
    ['msg_rates_age=9999&msg_rates_incr=1', 'invalid_range_parameters'],
    ['page=1&page_size=501', 'invalid_pagination_parameters'],
    ['page=9', 'page_out_of_range'],
    ['page=1&use_regex=true&name=(', 'bad_request'],
  ] as const) {
    test(`refuse ${query}`, async () => {
      await withManagement(async ({ api }) => {
        const answer = await api.expect(400, 'GET', `/queues?${query}`);
        assert.equal((answer as { error: string }).error, error);
      });
    });
  }
});

/** What each operation needs beside the right to enter the virtual host, as a permission on `q` or `x`. */
const NEEDED: ReadonlyArray<
  readonly [permission: string, method: string, path: string, body?: unknown]
> = [
  ['configure', 'PUT', '/queues/%2F/q', { durable: true }],
  ['configure', 'DELETE', '/queues/%2F/q'],
  ['read', 'DELETE', '/queues/%2F/q/contents'],
  ['read', 'POST', '/queues/%2F/q/get', GET],
  ['configure', 'PUT', '/exchanges/%2F/x', { type: 'fanout' }],
  ['configure', 'DELETE', '/exchanges/%2F/x'],
  ['write', 'POST', '/exchanges/%2F/x/publish', MESSAGE],
  ['write read', 'POST', '/bindings/%2F/e/x/q/q', {}],
  ['write read', 'DELETE', '/bindings/%2F/e/x/q/q/k'],
];

describe('a user needs for the management API what AMQP asks for', { concurrency: true }, () => {
  for (const [needed, method, path, body] of NEEDED) {
    test(`${method} ${path} needs ${needed}`, async () => {
      await withManagement(async ({ api, as }) => {
        await runSteps(api, [
          ['PUT', '/queues/%2F/q', { durable: true }, 201],
          ['PUT', '/exchanges/%2F/x', { type: 'fanout' }, 201],
          ['POST', '/bindings/%2F/e/x/q/q', { routing_key: 'k' }, 201],
          ['PUT', '/users/u', { password: 'p', tags: 'management' }, 201],
        ]);
        const user = as('u', 'p');
        const permit = async (names: string): Promise<void> => {
          const one = (name: string): string => (names.includes(name) ? '.*' : '');
          const body = { configure: one('configure'), write: one('write'), read: one('read') };
          const { status } = await api.send('PUT', '/permissions/%2F/u', body);
          assert.ok(status < 300);
        };
        for (const name of needed.split(' ')) {
          await permit(['configure', 'write', 'read'].filter((other) => other !== name).join(' '));
          // As in RabbitMQ what goes over a channel there is told in the words of its close.
          const answer = await user.expect(
            path.endsWith('/publish') ? 400 : 401,
            method,
            path,
            body,
          );
          assert.match((answer as { reason: string }).reason, /refused/u);
        }
        await permit(needed);
        const { status } = await user.send(method, path, body);
        assert.ok(status >= 200 && status < 300, String(status));
      });
    });
  }
});

describe('what is done over the management API', { concurrency: true }, () => {
  test('reaches consumers', async () => {
    await withManagement(async ({ api, broker }) => {
      const connection = await connect(broker.url);
      const channel = await connection.createChannel();
      await channel.assertQueue('q');
      const { promise, resolve } = Promise.withResolvers<string>();
      await channel.consume('q', (message) => resolve(message?.content.toString() ?? ''));
      await api.expect(200, 'POST', '/exchanges/%2F/amq.default/publish', MESSAGE);
      assert.equal(await promise, 'hi');
      await connection.close();
    });
  });

  test('does not reach exclusive queues of connections', async () => {
    await withManagement(async ({ api, broker }) => {
      const connection = await connect(broker.url);
      const channel = await connection.createChannel();
      await channel.assertQueue('mine', { exclusive: true });
      await api.expect(400, 'DELETE', '/queues/%2F/mine/contents');
      await api.expect(200, 'GET', '/queues/%2F/mine');
      await connection.close();
    });
  });
});
