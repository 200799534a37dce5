// What scopes allow.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ScopePermissions, tagsOf } from '../../../../src/access/oauth2/scope-permissions.ts';
import type { Claims } from '../../../../src/access/oauth2/token-scopes.ts';

function permissions(scopes: string, claims: Claims = {}): ScopePermissions {
  return new ScopePermissions(scopes.split(' '), claims);
}

describe('a scope', () => {
  test('of any permission lets into the virtual hosts that it names', () => {
    for (const access of ['configure', 'write', 'read']) {
      const allowed = permissions(`${access}:shop-*/none`);
      assert.equal(allowed.vhostAccess('shop-1'), true);
      assert.equal(allowed.vhostAccess('other'), false);
    }
  });

  test('names `/` percent-encoded', () => {
    assert.equal(permissions('read:%2F/q').vhostAccess('/'), true);
    assert.equal(permissions('read:%2F/q').resourceAccess('/', 'q', 'read'), true);
    assert.equal(permissions('read:///q').vhostAccess('/'), false);
  });

  test('gives its own permission only, for its own names', () => {
    const allowed = permissions('write:v/orders-*');
    assert.equal(allowed.resourceAccess('v', 'orders-1', 'write'), true);
    assert.equal(allowed.resourceAccess('v', 'orders-1', 'read'), false);
    assert.equal(allowed.resourceAccess('v', 'others', 'write'), false);
    assert.equal(allowed.resourceAccess('w', 'orders-1', 'write'), false);
  });

  test('with a routing key counts for queues and exchanges, too', () => {
    assert.equal(permissions('read:v/q/key').resourceAccess('v', 'q', 'read'), true);
  });

  test('without a routing key allows none of a topic exchange', () => {
    assert.equal(permissions('write:v/x').topicAccess('v', 'x', 'key', 'write'), false);
    assert.equal(permissions('write:v/x/*').topicAccess('v', 'x', 'key', 'write'), true);
  });

  test('with one allows those that match', () => {
    const allowed = permissions('write:v/x/a.*');
    assert.equal(allowed.topicAccess('v', 'x', 'a.b', 'write'), true);
    assert.equal(allowed.topicAccess('v', 'x', 'b.a', 'write'), false);
    assert.equal(allowed.topicAccess('v', 'x', 'a.b', 'read'), false);
    assert.equal(allowed.topicAccess('v', 'y', 'a.b', 'write'), false);
  });

  for (const scope of ['read', 'read:', 'read:v', 'read:v/q/k/more', 'fly:v/q', 'READ:v/q', '']) {
    test(`'${scope}' allows nothing`, () => {
      const allowed = permissions(scope);
      assert.equal(allowed.vhostAccess('v'), false);
      assert.equal(allowed.resourceAccess('v', 'q', 'read'), false);
    });
  }

  test('gives tags', () => {
    assert.deepEqual(tagsOf(['tag:administrator', 'read:a/b', 'tag:', 'tag:own']), [
      'administrator',
      'own',
    ]);
  });
});

describe('a variable in a scope', () => {
  test('{vhost} stands for the virtual host that is asked about', () => {
    const allowed = permissions('read:*/{vhost}-*');
    assert.equal(allowed.resourceAccess('a', 'a-1', 'read'), true);
    assert.equal(allowed.resourceAccess('b', 'a-1', 'read'), false);
  });

  test('stands for what the token says, or for itself', () => {
    const allowed = permissions('read:*/{sub}-{team}', { sub: 'alice', team: 7 });
    assert.equal(allowed.resourceAccess('v', 'alice-team', 'read'), true);
  });

  test('stands for its value literally: a name gives nobody more', () => {
    const allowed = permissions('read:*/{sub}', { sub: '*' });
    assert.equal(allowed.resourceAccess('v', '*', 'read'), true);
    assert.equal(allowed.resourceAccess('v', 'any', 'read'), false);
    assert.equal(
      permissions('read:*/{sub}', { sub: '%2A' }).resourceAccess('v', '*', 'read'),
      false,
    );
  });

  test('with a slash in its value voids the scope', () => {
    const allowed = permissions('read:v/{sub} read:{vhost}/q', { sub: 'q/key' });
    assert.equal(allowed.vhostAccess('v'), true);
    assert.equal(allowed.resourceAccess('v', 'q/key', 'read'), false);
    assert.equal(allowed.vhostAccess('/'), false);
  });

  test('that is not closed voids the scope', () => {
    assert.equal(permissions('read:{vhost/q').vhostAccess('v'), false);
  });

  test('is taken anew in more virtual hosts than are remembered', () => {
    const allowed = permissions('read:{vhost}/q');
    for (let i = 0; i < 200; i++) assert.equal(allowed.vhostAccess(`v${i}`), true);
  });
});
