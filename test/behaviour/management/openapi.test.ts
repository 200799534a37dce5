// The document that describes the management API: valid, and true.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { withManagement } from '../../support/management.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly object[];
  readonly responses: Readonly<Record<string, object>>;
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly in: string }>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

test('the OpenAPI document of the management API is valid', async () => {
  await withManagement(async ({ api }) => {
    const document = await api.get<Record<string, unknown>>('/openapi.json');
    const { valid, errors } = await new Validator().validate(document);
    assert.ok(valid, JSON.stringify(errors));
  });
});

test('each operation has a name of its own, and says what it answers with', async () => {
  await withManagement(async ({ api }) => {
    const { paths } = await api.get<Document>('/openapi.json');
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const names = operations.map(({ operationId }) => operationId);
    assert.equal(new Set(names).size, names.length);
    for (const { operationId, responses, security } of operations) {
      const statuses = Object.keys(responses);
      assert.ok(
        statuses.some((status) => status.startsWith('2')),
        operationId,
      );
      assert.equal(statuses.includes('401'), security.length > 0 || operationId === 'postLogin');
    }
  });
});

test('each path that it has is there, and asks for a login where it says so', async () => {
  await withManagement(async ({ api, as }) => {
    const { paths } = await api.get<Document>('/openapi.json');
    const nobody = as('', '');
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { security }] of Object.entries(operations)) {
        if (security.length === 0) continue;
        const place = path.replace(/^\/api/u, '').replaceAll(/\{\w+\}/gu, 'x');
        // oxlint-disable-next-line no-await-in-loop -- hundreds at once would wait for one another
        const { status } = await nobody.send(method.toUpperCase(), place, undefined, {
          authorization: '',
        });
        assert.equal(status, 401, `${method} ${path}`);
      }
    }
  });
});

test('the list of routes for people links to it', async () => {
  await withManagement(async ({ api }) => {
    const answer = await api.send('GET', '/index.html');
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(await answer.text(), /openapi\.json/u);
  });
});
