// Definitions over the management API.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withManagement } from '../../support/management.ts';

const QUEUES = [{ name: 'q', vhost: '/', durable: true, auto_delete: false, arguments: {} }];

interface Exported {
  readonly queues: ReadonlyArray<Record<string, unknown>>;
}

describe('definitions over the management API', { concurrency: true }, () => {
  test('are imported with 204, and exported', async () => {
    await withManagement(async ({ api }) => {
      await api.expect(204, 'POST', '/definitions', { queues: QUEUES });
      const { queues } = await api.get<Exported>('/definitions');
      assert.deepEqual(queues, [{ ...QUEUES[0], type: 'classic' }]);
    });
  });

  test('of a virtual host do not name it', async () => {
    await withManagement(async ({ api }) => {
      await api.expect(204, 'POST', '/definitions/%2F', { queues: [{ name: 'q' }] });
      const { queues } = await api.get<Exported>('/definitions/%2F');
      assert.equal(queues[0]?.['vhost'], undefined);
      await api.expect(400, 'GET', '/definitions/nowhere');
    });
  });

  test('are not sent again to who has them already', async () => {
    await withManagement(async ({ api }) => {
      const first = await api.send('GET', '/definitions');
      const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
      assert.equal((await api.send('GET', '/definitions', undefined, headers)).status, 304);
      await api.expect(204, 'POST', '/definitions', { queues: QUEUES });
      assert.equal((await api.send('GET', '/definitions', undefined, headers)).status, 200);
    });
  });

  test('may come as a file of a form', async () => {
    await withManagement(async ({ api }) => {
      const form = [
        '--edge',
        'Content-Disposition: form-data; name="file"; filename="d.json"',
        '',
        JSON.stringify({ queues: QUEUES }),
        '--edge--',
        '',
      ].join('\r\n');
      const type = { 'content-type': 'multipart/form-data; boundary=edge' };
      assert.equal((await api.send('POST', '/definitions', form, type)).status, 204);
      assert.equal((await api.get<Exported>('/definitions')).queues.length, 1);
    });
  });

  test('that are wrong are answered with 400 and the item', async () => {
    await withManagement(async ({ api }) => {
      const answer = await api.expect(400, 'POST', '/definitions', { queues: [{ name: 'q' }] });
      assert.match((answer as { reason: string }).reason, /^queues\[0\]\.vhost/u);
    });
  });

  test('are a download where that is asked for', async () => {
    await withManagement(async ({ api }) => {
      const answer = await api.send('GET', '/definitions?download=my%22file.json');
      const name = answer.headers.get('content-disposition');
      assert.equal(name, 'attachment; filename="my_file.json"');
    });
  });

  test('are for administrators', async () => {
    await withManagement(async ({ api, as }) => {
      await api.send('PUT', '/users/u', { password: 'p', tags: 'monitoring,policymaker' });
      assert.equal((await as('u', 'p').send('GET', '/definitions')).status, 401);
    });
  });
});
