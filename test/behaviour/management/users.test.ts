// The management API's users, over HTTP.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withManagement } from '../../support/management.ts';

describe('users over the management API', { concurrency: true }, () => {
  test('tells who asks', async () => {
    await withManagement(async ({ api }) => {
      assert.deepEqual(await api.get('/whoami'), { name: 'guest', tags: ['administrator'] });
    });
  });

  test('are created with 201, changed with 204, and deleted with 204', async () => {
    await withManagement(async ({ api }) => {
      const user = { password: 'secret', tags: 'monitoring,policymaker' };
      assert.equal((await api.send('PUT', '/users/a%2Fb', user)).status, 201);
      assert.equal((await api.send('PUT', '/users/a%2Fb', { ...user, tags: [] })).status, 204);
      assert.deepEqual((await api.get<{ tags: string[] }>('/users/a%2Fb')).tags, []);
      assert.equal((await api.send('DELETE', '/users/a%2Fb')).status, 204);
      assert.equal((await api.send('GET', '/users/a%2Fb')).status, 404);
    });
  });

  test('cannot log in any more when they are changed without a password', async () => {
    await withManagement(async ({ api, as }) => {
      await api.send('PUT', '/users/u', { password: 'secret', tags: ['management'] });
      assert.equal((await as('u', 'secret').send('GET', '/whoami')).status, 200);
      await api.send('PUT', '/users/u', { tags: ['management'] });
      assert.equal((await as('u', 'secret').send('GET', '/whoami')).status, 401);
    });
  });

  test('need tags', async () => {
    await withManagement(async ({ api }) => {
      const answer = await api.expect(400, 'PUT', '/users/u', { password: 'secret' });
      assert.deepEqual(answer, { error: 'bad_request', reason: '[{key_missing,tags}]' });
    });
  });
});

describe('the management API', { concurrency: true }, () => {
  test('asks for a login', async () => {
    await withManagement(async ({ as }) => {
      const answer = await as('guest', 'wrong').send('GET', '/whoami');
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic/u);
      assert.deepEqual(await answer.json(), {
        error: 'not_authorized',
        reason: 'Not_Authorized',
      });
    });
  });

  test('refuses users without a tag', async () => {
    await withManagement(async ({ api, as }) => {
      await api.send('PUT', '/users/u', { password: 'secret', tags: [] });
      const answer = await as('u', 'secret').send('GET', '/whoami');
      assert.equal(answer.status, 401);
      assert.deepEqual(await answer.json(), {
        error: 'not_authorised',
        reason: 'Not management user',
      });
    });
  });

  test('lets who monitors look, and not make policies or parameters', async () => {
    await withManagement(async ({ api, as }) => {
      await api.send('PUT', '/users/u', { password: 'secret', tags: ['monitoring'] });
      const permission = { configure: '.*', write: '.*', read: '.*' };
      await api.send('PUT', '/permissions/%2F/u', permission);
      const monitor = as('u', 'secret');
      const policy = { pattern: '.*', definition: { 'max-length': 1 } };
      await monitor.expect(401, 'PUT', '/policies/%2F/p', policy);
      await monitor.expect(401, 'PUT', '/parameters/c/%2F/n', { value: {} });
      await monitor.expect(401, 'GET', '/parameters');
      assert.deepEqual(await monitor.get('/policies'), []);
      assert.equal((await monitor.send('GET', '/nodes')).status, 200);
    });
  });

  test('lets who makes policies see no nodes', async () => {
    await withManagement(async ({ api, as }) => {
      await api.send('PUT', '/users/u', { password: 'secret', tags: ['policymaker'] });
      assert.equal((await as('u', 'secret').send('GET', '/nodes')).status, 401);
    });
  });

  test('names the field that is wrong', async () => {
    await withManagement(async ({ api }) => {
      const answer = await api.send('POST', '/users/bulk-delete', { users: ['a', 1] });
      assert.equal(answer.status, 400);
      assert.match(((await answer.json()) as { reason: string }).reason, /^users\.1: /u);
    });
  });

  test('refuses what is not JSON', async () => {
    await withManagement(async ({ api }) => {
      const answer = await api.send('PUT', '/users/u', '{');
      assert.equal(answer.status, 400);
      assert.deepEqual(await answer.json(), { error: 'bad_request', reason: 'not_json' });
      const deep = `{"value":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
      await api.expect(400, 'PUT', '/global-parameters/g', deep);
      const parameter = `{"global_parameters":[{"name":"g",${deep.slice(1)}]}`;
      await api.expect(400, 'POST', '/definitions', parameter);
      await api.expect(200, 'GET', '/definitions');
    });
  });

  test('refuses to change anything for another site', async () => {
    await withManagement(async ({ api }) => {
      const headers = { origin: 'https://elsewhere.test', 'sec-fetch-site': 'cross-site' };
      const answer = await api.send('DELETE', '/users/guest', undefined, headers);
      assert.equal(answer.status, 401);
      assert.equal((await api.send('GET', '/users/guest')).status, 200);
    });
  });

  test('says which methods a path has', async () => {
    await withManagement(async ({ api }) => {
      const answer = await api.send('POST', '/users');
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get('allow'), 'HEAD, GET, OPTIONS');
    });
  });

  test('has nothing elsewhere', async () => {
    await withManagement(async ({ api }) => {
      const answer = await api.send('GET', '/nowhere');
      assert.equal(answer.status, 404);
      assert.deepEqual(await answer.json(), { error: 'Object Not Found', reason: 'Not Found' });
    });
  });

  test('describes itself as OpenAPI', async () => {
    await withManagement(async ({ api }) => {
      const document = await api.get<{ paths: Record<string, object> }>('/openapi.json');
      assert.deepEqual(Object.keys(document.paths['/api/users/{name}'] ?? {}), [
        'get',
        'put',
        'delete',
      ]);
    });
  });
});
