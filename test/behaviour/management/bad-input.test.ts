// What comes over the management API and is wrong: each route refuses it with the right status, and the process lives.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, test } from 'node:test';
import { withManagement, type ApiClient, type Management } from '../../support/management.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

interface Operation {
  readonly description?: string;
  readonly security: readonly object[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema?: Schema } };
  };
}

interface RouteFacts {
  readonly method: string;
  /** With something in the place of its parameters. */
  readonly path: string;
  readonly tag: string | null;
  /** Null where the route has no body. */
  readonly schema: Schema | null;
}

/** In paths: what is there already. */
const NAMES: Readonly<Record<string, string>> = {
  vhost: '%2F',
  user: 'u',
  node: 'leveret@localhost',
  component: 'vhost-limits',
};

/** As the document has them. */
async function routesOf(api: ApiClient): Promise<readonly RouteFacts[]> {
  const { paths } = await api.get<{
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  }>('/openapi.json');
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { description = '', security, requestBody }]) => ({
      method: method.toUpperCase(),
      path: path
        .replace(/^\/api/u, '')
        .replaceAll(/\{(\w+)\}/gu, (_, name: string) => NAMES[name] ?? 'x'),
      tag: security.length === 0 ? null : (/tag (\w+)/u.exec(description)?.[1] ?? null),
      schema:
        requestBody === undefined ? null : (requestBody.content['application/json'].schema ?? {}),
    })),
  );
}

async function withUsers(run: (management: Management) => Promise<void>): Promise<void> {
  await withManagement(
    async (management) => {
      const { api } = management;
      for (const tags of ['', 'management', 'policymaker', 'monitoring']) {
        await api.expect(201, 'PUT', `/users/u${tags}`, { password: 'p', tags });
        await api.expect(201, 'PUT', `/permissions/%2F/u${tags}`, {
          configure: '.*',
          write: '.*',
          read: '.*',
        });
      }
      await run(management);
      // It lives, and knows who asks.
      assert.deepEqual(await api.get('/whoami'), { name: 'guest', tags: ['administrator'] });
    },
    { management: { port: 0, rules: { bodyOctetsMax: 10_000 } } },
  );
}

/** Which tags do not suffice. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  management: [''],
  policymaker: ['', 'management', 'monitoring'],
  monitoring: ['', 'management', 'policymaker'],
  administrator: ['', 'management', 'policymaker', 'monitoring'],
};

describe('each route of the management API refuses', { concurrency: true }, () => {
  test('users without its tag with 401', async () => {
    await withUsers(async ({ api, as }) => {
      for (const { method, path, tag } of await routesOf(api)) {
        for (const tags of OUTSIDE[tag ?? ''] ?? []) {
          const { status } = await as(`u${tags}`, 'p').send(method, path);
          assert.equal(status, 401, `${method} ${path} with the tag ${tags}`);
        }
      }
    });
  });

  test('what is not JSON, or not an object, with 400', async () => {
    await withUsers(async ({ api }) => {
      for (const { method, path, schema } of await routesOf(api)) {
        if (schema === null) continue;
        for (const body of ['{', '[]', '1', '"text"', '{"a":1', '\u0000', '{"a":'.repeat(2000)]) {
          const answer = (await api.expect(400, method, path, body)) as { error: string };
          assert.equal(answer.error, 'bad_request', `${method} ${path} ${body.slice(0, 20)}`);
        }
      }
    });
  });

  test('a field of another type with 400, and names it', async () => {
    await withUsers(async ({ api }) => {
      for (const { method, path, schema } of await routesOf(api)) {
        for (const [field, kind] of Object.entries(schema?.properties ?? {})) {
          if (Object.keys(kind).length === 0) continue; // Any value.
          const others = Object.keys(schema?.properties ?? {}).filter((name) => name !== field);
          const body = Object.fromEntries(others.map((name) => [name, exampleOf(name)]));
          const wrong = { ...body, [field]: [[{}]] };
          const answer = (await api.expect(400, method, path, wrong)) as { reason: string };
          assert.ok(answer.reason.includes(field), `${method} ${path}: ${answer.reason}`);
        }
      }
    });
  });

  test('a body that is too long with 400', async () => {
    await withUsers(async ({ api }) => {
      const body = JSON.stringify({ value: 'x'.repeat(20_000) });
      for (const { method, path, schema } of await routesOf(api)) {
        if (schema === null) continue;
        const answer = await api.expect(400, method, path, body);
        const reason = 'Exceeded HTTP request body size limit';
        assert.deepEqual(answer, { error: 'bad_request', reason }, `${method} ${path}`);
      }
    });
  });

  test('what changes something when it comes from a page of another site, with 401', async () => {
    await withUsers(async ({ api }) => {
      for (const { method, path } of await routesOf(api)) {
        if (method === 'GET') continue;
        const { status } = await api.send(method, path, undefined, {
          origin: 'https://elsewhere.test',
          'sec-fetch-site': 'cross-site',
        });
        assert.equal(status, 401, `${method} ${path}`);
      }
    });
  });
});

/** Something that a field of this name may be. */
function exampleOf(name: string): unknown {
  const examples: Readonly<Record<string, unknown>> = {
    definition: { 'max-length': 1 },
    arguments: {},
    properties: {},
    users: [],
    priority: 1,
    count: 1,
    truncate: 1,
    ackmode: 'ack_requeue_true',
    encoding: 'auto',
    payload_encoding: 'string',
    durable: true,
    auto_delete: false,
    internal: false,
    tracing: false,
    protected_from_deletion: false,
    type: 'direct',
    node: 'leveret@localhost',
  };
  return examples[name] ?? 'x';
}

/** Sent as they are: a client would mend them. */
const PATHS: readonly string[] = [
  '/api/queues/%',
  '/api/queues/%zz/q',
  '/api/queues/%ff%fe/q',
  '/api/queues/%00/%00',
  '/api/queues/%2F/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '/api/../../etc/passwd',
  '/api/queues/../../../x',
  '/api//queues//%2F',
  `/api/queues/%2F/${'x'.repeat(10_000)}`,
  `/api/${'x/'.repeat(3000)}`,
  '/api/users/__proto__',
  '/api/queues/__proto__/constructor',
  '/api/vhosts/%F0%9F%90%87',
  '/api/queues?page=1e9',
  '/api/queues?page=9007199254740993&page_size=500',
  '/api/queues?page=1&page_size=%',
  '/api/queues?sort=__proto__.x&columns=__proto__,constructor.name',
  '/api/queues?sort=name.length.x&sort_reverse=yes',
  '/api/queues?page=1&use_regex=true&name=(a%2B)%2B%24',
  `/api/queues?page=1&use_regex=true&name=${'('.repeat(2000)}`,
  `/api/queues?columns=${'a.'.repeat(4000)}`,
  '/api/overview?lengths_age=999999999&lengths_incr=1',
  '/api/overview?lengths_age=-1&lengths_incr=-1',
  '/api/overview?msg_rates_age=NaN&msg_rates_incr=Infinity',
  '/api/definitions?download=..%2F..%2Fx%0d%0ax-y:%20z',
  '/api/health/checks/port-listener/99999999999999999999',
  '/api/health/checks/certificate-expiration/-1/days',
  '/api/index.html?%',
  '/cli/../../x',
];

describe('hostile paths', { concurrency: true }, () => {
  for (const path of PATHS) {
    test(`${path.slice(0, 70)} is answered, and not with a failure of ours`, async () => {
      await withManagement(async ({ api, broker }) => {
        const status = await rawStatus(broker.listeners.find(isHttp)?.port ?? 0, path);
        assert.ok(status >= 200 && status < 500, String(status));
        assert.equal((await api.send('GET', '/whoami')).status, 200);
      });
    });
  }
});

function isHttp({ protocol }: { readonly protocol: string }): boolean {
  return protocol === 'http';
}

async function rawStatus(port: number, path: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request({ port, host: '127.0.0.1', path, auth: 'guest:guest' }, (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  });
  sent.once('error', reject);
  sent.end();
  return promise;
}
