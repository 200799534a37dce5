// Where in a token scopes are found, and which of them are for the broker.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resourceServersOf } from '../../../../src/access/oauth2/resource-server.ts';
import type { OAuth2Options } from '../../../../src/access/oauth2/oauth2-options.ts';
import { scopesOf, type Claims } from '../../../../src/access/oauth2/token-scopes.ts';

function scopes(claims: Claims, options: OAuth2Options = {}): readonly string[] {
  const [server] = resourceServersOf({ resourceServerId: 'rabbitmq', ...options });
  assert.ok(server !== undefined);
  return scopesOf(claims, server);
}

describe('scopes of a token', () => {
  test('are words, or a list', () => {
    const list = ['rabbitmq.read:a/b', 'rabbitmq.tag:management'];
    assert.deepEqual(scopes({ scope: list.join(' ') }), ['read:a/b', 'tag:management']);
    assert.deepEqual(scopes({ scope: list }), ['read:a/b', 'tag:management']);
  });

  test('of others are left out', () => {
    assert.deepEqual(scopes({ scope: 'openid rabbitmq2.read:a/b rabbitmqread:a/b read:a/b' }), []);
  });

  test('have the prefix that is configured, which may be none', () => {
    assert.deepEqual(scopes({ scope: 'api://read:a/b' }, { scopePrefix: 'api://' }), ['read:a/b']);
    assert.deepEqual(scopes({ scope: 'read:a/b' }, { scopePrefix: '' }), ['read:a/b']);
  });

  test('count once', () => {
    assert.deepEqual(scopes({ scope: 'rabbitmq.read:a/b rabbitmq.read:a/b' }), ['read:a/b']);
  });

  test('stand also where additional_scopes_key says, which may be several paths', () => {
    const additionalScopesKey = 'roles realm_access.roles resource_access.account.roles';
    const claims = {
      scope: 'rabbitmq.read:1/*',
      roles: 'rabbitmq.read:2/* rabbitmq.read:3/*',
      realm_access: { roles: ['rabbitmq.read:4/*', 7, null] },
      resource_access: { account: { roles: ['rabbitmq.read:5/*'] } },
    };
    const found = scopes(claims, { additionalScopesKey });
    assert.deepEqual(
      found,
      ['1', '2', '3', '4', '5'].map((name) => `read:${name}/*`),
    );
  });

  test('stand also under a key that is a URL', () => {
    const additionalScopesKey = 'https://shop.example/roles';
    const claims = { [additionalScopesKey]: ['rabbitmq.read:a/*'] };
    assert.deepEqual(scopes(claims, { additionalScopesKey }), ['read:a/*']);
  });

  test('of a list of objects are those of each', () => {
    const claims = {
      groups: [{ roles: ['rabbitmq.read:a/*'] }, { roles: 'rabbitmq.read:b/*' }, 7],
    };
    const found = scopes(claims, { additionalScopesKey: 'groups.roles' });
    assert.deepEqual(found, ['read:a/*', 'read:b/*']);
  });

  test('under the id of the resource server need no prefix', () => {
    const claims = { roles: { rabbitmq: ['read:a/*'], other: ['read:b/*'] } };
    assert.deepEqual(scopes(claims, { additionalScopesKey: 'roles' }), ['read:a/*']);
  });

  test('of a requesting party token (Keycloak) need no configuration', () => {
    const permissions = [{ rsname: 'x', scopes: ['rabbitmq.read:a/*'] }, { rsname: 'y' }];
    assert.deepEqual(scopes({ authorization: { permissions } }), ['read:a/*']);
  });

  test('may be aliases of others', () => {
    const scopeAliases = { developer: ['rabbitmq.tag:management', 'rabbitmq.read:*/*'] };
    const options = { scopeAliases, additionalScopesKey: 'roles' };
    const expected = ['tag:management', 'read:*/*'];
    assert.deepEqual(scopes({ scope: 'developer' }, options), expected);
    assert.deepEqual(scopes({ roles: ['developer'] }, options), expected);
    assert.deepEqual(scopes({ scope: 'constructor toString' }, options), []);
  });

  test('of whatever form do no harm', () => {
    for (const scope of [7, null, true, {}, [[['rabbitmq.read:a/b']]], { scope: 'x' }]) {
      assert.deepEqual(scopes({ scope, authorization: scope, authorization_details: scope }), []);
    }
  });

  test('are 2048 at most', () => {
    const many = (count: number): string[] =>
      Array.from({ length: count }, (_, i) => `rabbitmq.read:*/${i}`);
    assert.equal(scopes({ scope: many(2048) }).length, 2048);
    assert.throws(() => scopes({ scope: many(2049) }), /more than 2048 scopes/u);
  });
});

describe('rich authorization requests', () => {
  const CASES: ReadonlyArray<
    readonly [what: string, detail: Record<string, unknown>, expected: readonly string[]]
  > = [
    ['of the broker and all in it', { locations: ['cluster:rabbitmq'] }, ['read:*/*/*']],
    ['as a text', { locations: 'cluster:rabbit*' }, ['read:*/*/*']],
    ['of a vhost', { locations: 'cluster:*/vhost:shop-*' }, ['read:shop-*/*/*']],
    ['of a queue', { locations: 'cluster:*/queue:q-*' }, ['read:*/q-*/*']],
    [
      'of a routing key of an exchange',
      { locations: 'cluster:*/vhost:v/exchange:x/routing-key:a.*' },
      ['read:v/x/a.*'],
    ],
    ['of another broker', { locations: 'cluster:other' }, []],
    ['of no broker', { locations: 'vhost:a' }, []],
    ['that contradict themselves', { locations: 'cluster:*/queue:a/exchange:b' }, []],
    ['of another type', { type: 'other', locations: 'cluster:*' }, []],
    ['of no location', { locations: [] }, []],
    ['of strange locations', { locations: [7, null, {}, '///', ':'] }, []],
    ['of unknown actions', { locations: 'cluster:*', actions: ['fly', 7] }, []],
    [
      'of several actions and locations',
      { locations: ['cluster:*/vhost:a', 'cluster:*/vhost:b'], actions: ['read', 'configure'] },
      ['read:a/*/*', 'read:b/*/*', 'configure:a/*/*', 'configure:b/*/*'],
    ],
    [
      'of tags',
      { locations: 'cluster:*/vhost:a', actions: ['administrator', 'impersonator'] },
      ['tag:administrator'],
    ],
  ];
  for (const [what, detail, expected] of CASES) {
    test(`for what is ${what} give ${expected.length === 0 ? 'nothing' : expected.join(', ')}`, () => {
      const authorization_details = [{ type: 'queues', actions: 'read', ...detail }];
      const options = { resourceServerType: 'queues' };
      assert.deepEqual(scopes({ authorization_details }, options), expected);
    });
  }

  test('give nothing to a resource server without a type', () => {
    const detail = { type: '', actions: 'read', locations: 'cluster:*' };
    assert.deepEqual(scopes({ authorization_details: [detail, null, 'x'] }), []);
  });
});
