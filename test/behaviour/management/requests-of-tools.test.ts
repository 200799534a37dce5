// What tools and client libraries take for granted of the management API beyond its documentation.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSteps, withManagement, type Step } from '../../support/management.ts';

const MESSAGE = { properties: {}, routing_key: 'q', payload: 'hi', payload_encoding: 'string' };
const EVERYTHING = { configure: '.*', write: '.*', read: '.*' };

const STORIES: Readonly<Record<string, readonly Step[]>> = {
  'numbers and flags may be text: rabbitmqadmin sends all as text': [
    ['PUT', '/vhosts/v', { tracing: 'true' }, 201],
    ['GET', '/vhosts/v', undefined, 200, { tracing: true }],
    ['PUT', '/queues/v/q', { durable: 'false', auto_delete: 'false' }, 201],
    ['POST', '/exchanges/v/amq.default/publish', MESSAGE, 200],
    [
      'POST',
      '/queues/v/q/get',
      { count: '5', ackmode: 'ack_requeue_false', encoding: 'auto', truncate: '1' },
      200,
      [{ payload: 'h' }],
    ],
    ['POST', '/queues/v/q/get', { count: 'x', ackmode: 'ack_requeue_true', encoding: 'auto' }, 400],
  ],
  'a path may end with a slash: rabbit-hole writes some so': [
    ['GET', '/users/', undefined, 200, [{ name: 'guest' }]],
    ['GET', '/cluster-name/', undefined, 200],
    ['PUT', '/queues/%2F/q/', {}, 201],
    ['GET', '/queues/%2F/q', undefined, 200],
  ],
  'who makes a virtual host may do everything in it': [
    ['PUT', '/vhosts/v', {}, 201],
    ['GET', '/permissions/v/guest', undefined, 200, EVERYTHING],
    ['PUT', '/permissions/v/guest', { ...EVERYTHING, read: '' }, 204],
    ['PUT', '/vhosts/v', {}, 204],
    ['GET', '/permissions/v/guest', undefined, 200, { read: '' }],
  ],
  'a binding is deleted by its key, quoted or not': [
    ['PUT', '/queues/%2F/q', {}, 201],
    ['POST', '/bindings/%2F/e/amq.topic/q/q', { routing_key: 'a.# b' }, 201],
    ['DELETE', '/bindings/%2F/e/amq.topic/q/q/a.%23%20b', undefined, 204],
    ['POST', '/bindings/%2F/e/amq.topic/q/q', { routing_key: 'a.# b' }, 201],
    ['DELETE', '/bindings/%2F/e/amq.topic/q/q/a.%2523%2Bb', undefined, 204],
    ['DELETE', '/bindings/%2F/e/amq.topic/q/q/a.%25', undefined, 404],
  ],
  'the default exchange may be called by its name, which is empty': [
    ['PUT', '/queues/%2F/q', {}, 201],
    ['POST', '/exchanges/%2F//publish', MESSAGE, 200, { routed: true }],
  ],
  'a node tells all categories of its memory, and logins by protocol': [
    [
      'GET',
      '/nodes/leveret@localhost/memory',
      undefined,
      200,
      { memory: { strategy: 'rss', connection_readers: 0, mnesia: 0 } },
    ],
    ['GET', '/nodes/leveret@localhost/memory/relative', undefined, 200, { memory: { total: 100 } }],
    ['GET', '/nodes/other@localhost/memory', undefined, 404],
    ['GET', '/auth/attempts/leveret@localhost', undefined, 200, [{ protocol: 'http' }]],
  ],
  'lists are in order of virtual host and name': [
    ['PUT', '/vhosts/a', {}, 201],
    ['PUT', '/queues/a/c', {}, 201],
    ['PUT', '/queues/%2F/b', {}, 201],
    ['PUT', '/queues/%2F/a', {}, 201],
    ['PUT', '/users/first', { password: 'p', tags: '' }, 201],
    [
      'GET',
      '/queues?columns=vhost,name',
      undefined,
      200,
      [
        { vhost: '/', name: 'a' },
        { vhost: '/', name: 'b' },
        { vhost: 'a', name: 'c' },
      ],
    ],
    ['GET', '/users?columns=name', undefined, 200, [{ name: 'first' }, { name: 'guest' }]],
  ],
  'publishing to an exchange that is not there is a bad request with the text of AMQP': [
    [
      'POST',
      '/exchanges/%2F/missing/publish',
      MESSAGE,
      400,
      { error: 'bad_request', reason: "404 NOT_FOUND - no exchange 'missing' in vhost '/'" },
    ],
  ],
  'messages that come and go over the API count': [
    ['PUT', '/queues/%2F/q', {}, 201],
    ['POST', '/exchanges/%2F/amq.default/publish', MESSAGE, 200],
    ['POST', '/exchanges/%2F/amq.default/publish', { ...MESSAGE, routing_key: 'none' }, 200],
    ['POST', '/queues/%2F/q/get', { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' }, 200],
    [
      'POST',
      '/queues/%2F/q/get',
      { count: 2, ackmode: 'ack_requeue_false', encoding: 'auto' },
      200,
    ],
    [
      'GET',
      '/queues/%2F/q',
      undefined,
      200,
      { message_stats: { publish: 1, get: 1, get_no_ack: 1, get_empty: 1, redeliver: 1 } },
    ],
    [
      'GET',
      '/exchanges/%2F/amq.default',
      undefined,
      200,
      { message_stats: { publish_in: 2, publish_out: 1 } },
    ],
    [
      'GET',
      '/overview',
      undefined,
      200,
      { message_stats: { publish: 2, confirm: 2, return_unroutable: 1 } },
    ],
  ],
};

describe('the management API is as tools expect it', { concurrency: true }, () => {
  for (const [fact, steps] of Object.entries(STORIES)) {
    test(fact, async () => {
      await withManagement(async ({ api }) => runSteps(api, steps));
    });
  }

  test('what AMQP has no room for is a bad request', async () => {
    await withManagement(async ({ api }) => {
      const long = 'n'.repeat(256);
      const publish = '/exchanges/%2F/amq.topic/publish';
      await runSteps(api, [
        ['PUT', `/queues/%2F/${long}`, {}, 400, { error: 'bad_request' }],
        ['PUT', `/exchanges/%2F/${long}`, { type: 'topic' }, 400],
        ['PUT', '/queues/%2F/q', { arguments: { [long]: 1 } }, 400],
        ['PUT', '/queues/%2F/q', { arguments: [1] }, 400],
        ['PUT', '/queues/%2F/q', {}, 201],
        ['POST', '/bindings/%2F/e/amq.topic/q/q', { routing_key: long }, 400],
        ['POST', publish, { ...MESSAGE, routing_key: long }, 400],
        ['POST', publish, { ...MESSAGE, properties: { headers: { [long]: 1 } } }, 400],
        ['POST', publish, { ...MESSAGE, payload: '!', payload_encoding: 'base64' }, 400],
      ]);
    });
  });

  test('what is wrong with a body is told without what it holds', async () => {
    await withManagement(async ({ api }) => {
      const answer = await api.expect(400, 'PUT', '/users/u', { password: 4711, tags: '' });
      assert.deepEqual(answer, { error: 'bad_request', reason: 'password: expected string' });
    });
  });
});
