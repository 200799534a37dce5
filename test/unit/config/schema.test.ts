// The tables of keys: each has one name, one variable, a default that it would accept, and a meaning.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { safeParse } from 'valibot';
import { KnownKeys, variableName } from '../../../src/config/known-keys.ts';
import { KEYS } from '../../../src/config/load-settings.ts';
import { FOREIGN_KEYS, UNSUPPORTED_KEYS } from '../../../src/config/schema/foreign-keys.ts';

const known = new KnownKeys(KEYS, FOREIGN_KEYS, UNSUPPORTED_KEYS);

/** The key as an operator might write it. */
function example(pattern: string): string[] {
  return pattern.split('.').map((word) => {
    if (word === '$num') return '1';
    return word.startsWith('$') || word.startsWith('*') ? 'xy' : word;
  });
}

function found(text: string): string {
  const one = known.find(text.split('.'));
  return one?.kind === 'key' ? one.key.pattern : (one?.kind ?? 'unknown');
}

describe('each key', () => {
  test('has a name of its own', () => {
    const names = KEYS.flatMap(({ pattern, aliases }) => [pattern, ...aliases]);
    assert.deepEqual(names, [...new Set(names)]);
  });

  test('is found by its names', () => {
    for (const key of KEYS) {
      for (const name of [key.pattern, ...key.aliases]) {
        const one = known.find(example(name));
        assert.ok(one?.kind === 'key' && one.key === key, name);
      }
    }
  });

  test('is found by the variable that the reference names', () => {
    for (const key of KEYS) {
      const variable = variableName(key.pattern.split('.'));
      const words = known.wordsOf(
        variable.replaceAll(/<(\w+)>/gu, (_, name) => (name === 'NUM' ? '1' : 'XY')),
      );
      assert.deepEqual(words, example(key.pattern), variable);
    }
  });

  test('accepts its default, where that is one word', () => {
    for (const { pattern, fallback, type } of KEYS) {
      if (fallback === '' || /[ :]/u.test(fallback)) continue;
      assert.ok(safeParse(type.schema, fallback).success, `${pattern} = ${fallback}`);
    }
  });

  test('has a description without a full stop, and says what it expects', () => {
    for (const { pattern, description, type } of KEYS) {
      assert.match(description, /^[^\s].*[^.\s]$/u, pattern);
      assert.notEqual(type.expected, '', pattern);
    }
  });

  test('is secret that holds a password or a secret', () => {
    const suspects = KEYS.filter(({ pattern }) => /pass(?:word)?$|secret$/u.test(pattern));
    assert.ok(suspects.length >= 10);
    for (const { pattern, isSecret } of suspects) assert.ok(isSecret, pattern);
  });
});

describe('a key of RabbitMQ', () => {
  for (const [text, expected] of [
    ['listeners.tcp', 'listeners.tcp'],
    ['listeners.tcp.local_v6', 'listeners.tcp.$name'],
    ['max_connections', 'connection_max'],
    ['definitions.local.path', 'load_definitions'],
    ['auth_backends.1.authn', 'auth_backends.$num.authn'],
    ['auth_backends.first', 'unknown'],
    ['auth_oauth2.jwks_url', 'auth_oauth2.jwks_uri'],
    ['raft.wal_max_size_bytes', 'foreign'],
    ['cluster_partition_handling', 'foreign'],
    ['cluster_partition_handling.pause_if_all_down.nodes.1', 'foreign'],
    ['mqtt.listeners.tcp.default', 'foreign'],
    ['ssl_options.crl_check', 'unsupported'],
    ['ssl_options.verify_peer', 'unknown'],
    ['listeners', 'unknown'],
    ['heartbeat.interval', 'unknown'],
  ] as const) {
    test(`${text} is ${expected}`, () => assert.equal(found(text), expected));
  }
});

describe('the nearest key', () => {
  for (const [text, nearest] of [
    ['heartbeet', 'heartbeat'],
    ['listners.tcp.default', 'listeners.tcp.default'],
    ['ssl_options.cacert_file', 'ssl_options.cacertfile'],
    ['vm_memory_high_watermark.absolut', 'vm_memory_high_watermark.absolute'],
    ['default_password', 'default_pass'],
    ['auth_backend.1', 'auth_backends.1'],
    ['managment.tcp.prot', 'management.tcp.port'],
    ['net_ticktme', null],
    ['xyzzy', null],
    ['x'.repeat(5000), null],
  ] as const) {
    test(`of ${text.slice(0, 40)} is ${nearest}`, () => {
      assert.equal(known.nearest(text.split('.')), nearest);
    });
  }
});

describe('a variable', () => {
  for (const [name, expected] of [
    ['LEVERET_LISTENERS_TCP_DEFAULT', 'listeners.tcp.default'],
    ['LEVERET_LOOPBACK_USERS_SOME_BODY', 'loopback_users.some_body'],
    ['LEVERET_DEFAULT_USERS_A_B_VHOST_PATTERN', 'default_users.a_b.vhost_pattern'],
    ['LEVERET_LISTENERS_TCP', 'listeners.tcp'],
    ['RABBITMQ_DEFAULT_PASS', 'default_pass'],
    ['RABBITMQ_NODENAME', 'node.name'],
    ['RABBITMQ_NODE_PORT', 'port'],
    ['RABBITMQ_PRODUCT_NAME', 'product.name'],
    ['RABBITMQ_URL', undefined],
    ['LEVERET_NOTHING', undefined],
    ['PATH', undefined],
  ] as const) {
    test(`${name} stands for ${expected ?? 'no key'}`, () => {
      assert.equal(known.wordsOf(name)?.join('.'), expected);
    });
  }
});
