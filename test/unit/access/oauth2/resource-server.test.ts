// For which resource server a token is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OAuth2Options } from '../../../../src/access/oauth2/oauth2-options.ts';
import {
  findResourceServer,
  resourceServersOf,
} from '../../../../src/access/oauth2/resource-server.ts';

function serverFor(audience: unknown, options: OAuth2Options): string {
  return findResourceServer(resourceServersOf(options), audience).id;
}

const ONE: OAuth2Options = { resourceServerId: 'rabbitmq' };
const TWO: OAuth2Options = { ...ONE, resourceServers: [{ id: 'other' }] };

describe('the resource server of a token', () => {
  for (const audience of ['rabbitmq', 'a rabbitmq b', ['rabbitmq'], ['a', 'rabbitmq', 7]]) {
    test(`is found for the audience ${JSON.stringify(audience)}`, () => {
      assert.equal(serverFor(audience, ONE), 'rabbitmq');
    });
  }

  for (const audience of ['rabbit', 'rabbitmq2', [], '', undefined, null, 7, {}, [['rabbitmq']]]) {
    test(`is none for the audience ${JSON.stringify(audience)}`, () => {
      assert.throws(() => serverFor(audience, ONE), /\(aud\)/u);
    });
  }

  test('is the one of several that is meant', () => {
    assert.equal(serverFor('other', TWO), 'other');
    assert.equal(serverFor(['rabbitmq', 'rabbitmq'], TWO), 'rabbitmq');
  });

  test('is none where several are meant', () => {
    assert.throws(() => serverFor(['rabbitmq', 'other'], TWO), /several/u);
  });

  test('is the only one that does not look at audiences, where none fits', () => {
    assert.equal(serverFor('x', { ...ONE, verifyAud: false }), 'rabbitmq');
    assert.equal(serverFor(undefined, { ...ONE, verifyAud: false }), 'rabbitmq');
    const open = { ...ONE, resourceServers: [{ id: 'open', verifyAud: false }] };
    assert.equal(serverFor('x', open), 'open');
    assert.equal(serverFor('rabbitmq', open), 'rabbitmq');
    assert.throws(() => serverFor('x', { ...TWO, verifyAud: false }), /several/u);
  });
});

describe('a resource server', () => {
  test('takes from the general settings what it does not say', () => {
    const [, own, plain] = resourceServersOf({
      ...ONE,
      resourceServerType: 'type',
      additionalScopesKey: 'a.b c',
      preferredUsernameClaims: ['email'],
      scopeAliases: { a: ['b'] },
      defaultProvider: 'keycloak',
      resourceServers: [
        {
          id: 'own',
          type: 'mine',
          scopePrefix: 'api://',
          additionalScopesKey: 'd',
          preferredUsernameClaims: ['name'],
          scopeAliases: { c: ['d'] },
          verifyAud: false,
          provider: 'uaa',
        },
        { id: 'plain' },
      ],
    });
    assert.deepEqual(own, {
      id: 'own',
      type: 'mine',
      scopePrefix: 'api://',
      additionalScopes: [['d']],
      usernameClaims: ['name', 'sub', 'client_id'],
      scopeAliases: { c: ['d'] },
      verifyAud: false,
      provider: 'uaa',
    });
    assert.deepEqual(plain, {
      id: 'plain',
      type: 'type',
      scopePrefix: 'plain.',
      additionalScopes: [['a', 'b'], ['a.b'], ['c']],
      usernameClaims: ['email', 'sub', 'client_id'],
      scopeAliases: { a: ['b'] },
      verifyAud: true,
      provider: 'keycloak',
    });
  });

  test('is needed', () => {
    assert.throws(() => resourceServersOf({}), /needs auth_oauth2\.resource_server_id/u);
  });
});
