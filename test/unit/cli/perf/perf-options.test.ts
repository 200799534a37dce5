import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseUri } from '../../../../src/cli/perf/perf-options.ts';

describe('the URI of a broker', () => {
  test('has defaults for everything but the host', () => {
    assert.deepEqual(parseUri('amqp://broker'), {
      isEncrypted: false,
      host: 'broker',
      port: 5672,
      user: 'guest',
      password: 'guest',
      vhost: '/',
    });
  });

  test('may be complete, with escaped parts', () => {
    assert.deepEqual(parseUri('amqp://me:p%40ss@[::1]:5673/a%2Fb'), {
      isEncrypted: false,
      host: '::1',
      port: 5673,
      user: 'me',
      password: 'p@ss',
      vhost: 'a/b',
    });
  });

  test('asks for TLS, on its port, with amqps', () => {
    const { isEncrypted, port } = parseUri('amqps://broker');
    assert.deepEqual([isEncrypted, port], [true, 5671]);
  });

  test('must be an AMQP URI', () => {
    assert.throws(() => parseUri('http://broker'), /expected amqp:\/\/user/u);
  });
});
