// What the settings of the management API change.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connect } from 'amqplib';
import { createBroker, type ManagementListenOptions } from 'leveret';
import { eventually } from '../../support/eventually.ts';
import { withManagement, type Management } from '../../support/management.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

async function withOptions(
  management: Omit<ManagementListenOptions, 'port'>,
  run: (management: Management) => Promise<void>,
): Promise<void> {
  await withManagement(run, {
    management: { port: 0, ...management },
    statisticsIntervalMs: 100,
  });
}

/** Ten messages for the queue q, which stay there. */
async function publishTen(url: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('q');
  for (let i = 0; i < 10; i++) channel.sendToQueue('q', Buffer.of(i));
  await channel.waitForConfirms();
  await connection.close();
}

interface Counted {
  readonly messages?: number;
  readonly message_stats?: { readonly publish_details: { readonly rate: number } };
}

describe('settings of the management API', { concurrency: true }, () => {
  test('rates are told as often as they are measured', async () => {
    await withOptions({}, async ({ api, broker }) => {
      await publishTen(broker.url);
      await eventually('there was a rate', async () => {
        const queue = await api.get<Counted>('/queues/%2F/q');
        return (queue.message_stats?.publish_details.rate ?? 0) > 0;
      });
    });
  });

  test('rates_mode none measures nothing', async () => {
    await withOptions({ settings: { ratesMode: 'none' } }, async ({ api }) => {
      assert.partialDeepStrictEqual(await api.get('/overview'), { rates_mode: 'none' });
    });
  });

  test('disable_stats leaves out what is counted', async () => {
    await withOptions({ settings: { isStatsDisabled: true } }, async ({ api, broker }) => {
      await publishTen(broker.url);
      const [queue] = await api.get<Counted[]>('/queues');
      assert.equal(queue?.messages, undefined);
      assert.equal(queue?.message_stats, undefined);
      const overview = await api.get<{ disable_stats: boolean; queue_totals?: object }>(
        '/overview',
      );
      assert.equal(overview.disable_stats, true);
      assert.equal(overview.queue_totals, undefined);
    });
  });

  test('enable_queue_totals tells numbers of messages all the same', async () => {
    const settings = { isStatsDisabled: true, hasQueueTotals: true };
    await withOptions({ settings }, async ({ api, broker }) => {
      await publishTen(broker.url);
      const [queue] = await api.get<Counted[]>('/queues');
      assert.equal(queue?.messages, 10);
    });
  });

  test('a body may not be larger than max_body_size', async () => {
    await withOptions({ rules: { bodyOctetsMax: 100 } }, async ({ api }) => {
      await api.expect(400, 'PUT', '/global-parameters/n', { value: 'x'.repeat(100) });
      await api.expect(201, 'PUT', '/global-parameters/n', { value: 'x' });
    });
  });

  test('disable_basic_auth refuses names and passwords', async () => {
    await withOptions({ rules: { isBasicAuthDisabled: true } }, async ({ api }) => {
      const answer = await api.expect(401, 'GET', '/whoami');
      assert.partialDeepStrictEqual(answer, {
        reason: 'HTTP access denied: basic auth disabled',
      });
    });
  });

  test('headers are sent with each answer', async () => {
    const headers = { 'strict-transport-security': 'max-age=1', 'x-frame-options': 'DENY' };
    await withOptions({ rules: { headers } }, async ({ api }) => {
      const answer = await api.send('GET', '/whoami');
      assert.equal(answer.headers.get('strict-transport-security'), 'max-age=1');
      assert.equal(answer.headers.get('x-frame-options'), 'DENY');
    });
  });

  test('operator policies may be read only', async () => {
    const settings = { isOperatorPolicyReadOnly: true };
    await withOptions({ settings }, async ({ api }) => {
      const policy = { pattern: '^q', definition: { 'max-length': 1 } };
      await api.expect(405, 'PUT', '/operator-policies/%2F/p', policy);
      await api.expect(201, 'PUT', '/policies/%2F/p', policy);
    });
  });

  test('the description of the API may be for users only', async () => {
    const settings = { requiresAuthForReference: true };
    await withOptions({ settings }, async ({ api, as }) => {
      for (const path of ['/openapi.json', '/index.html']) {
        assert.equal((await api.send('GET', path)).status, 200);
        const headers = { authorization: '' };
        const answer = await as('', '').send('GET', path, undefined, headers);
        assert.equal(answer.status, 401);
      }
    });
  });

  test('the log of requests has a line for each, without passwords', async (t) => {
    const accessLogDir = temporaryDirectory(t);
    await withOptions({ accessLogDir }, async ({ api }) => {
      await api.send('GET', '/whoami', undefined, { 'user-agent': 'a "quoted" one' });
      await api.send('GET', '/auth/hash_password/secret');
      await api.send('GET', '/nowhere');
    });
    const lines = readFileSync(join(accessLogDir, 'access.log'), 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, 3);
    assert.match(
      lines[0] ?? '',
      /^127\.0\.0\.1 - guest \[[^\]]+\] "GET \/api\/whoami HTTP\/1\.1" 200 - "-" "a _quoted_ one"$/u,
    );
    assert.match(lines[1] ?? '', /hash_password\/- /u);
    assert.match(lines[2] ?? '', / 404 /u);
  });

  test('metrics may be for users who monitor only', async () => {
    await using broker = await createBroker({ prometheus: { port: 0, isAuthenticated: true } });
    const listener = broker.listeners.find(({ protocol }) => protocol === 'http/prometheus');
    const url = `http://127.0.0.1:${listener?.port}/metrics`;
    const answer = await fetch(url);
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic/u);
    const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
    assert.equal((await fetch(url, { headers: { authorization } })).status, 200);
  });

  test('runtime parameters of a component may be limited', async () => {
    await withManagement(
      async ({ api }) => {
        await api.expect(201, 'PUT', '/policies/%2F/p', {
          pattern: '^q',
          definition: { 'max-length': 1 },
        });
        const answer = await api.expect(400, 'PUT', '/policies/%2F/q', {
          pattern: '^q',
          definition: { 'max-length': 1 },
        });
        assert.partialDeepStrictEqual(answer, {
          reason: 'component policy is limited to 1 per node',
        });
      },
      { parameterLimits: { policy: 1 } },
    );
  });
});

describe('samples of the past', { concurrency: true }, () => {
  const RANGE = 'lengths_age=2&lengths_incr=1&msg_rates_age=2&msg_rates_incr=1';

  interface Sampled {
    readonly messages_details: {
      readonly samples: ReadonlyArray<{ readonly sample: number; readonly timestamp: number }>;
      readonly avg: number;
      readonly avg_rate: number;
    };
  }

  test('of a queue are told at the steps that are asked for', async () => {
    await withOptions({}, async ({ api, broker }) => {
      await publishTen(broker.url);
      await eventually('the last sample has the messages', async () => {
        const { messages_details: details } = await api.get<Sampled>(`/queues/%2F/q?${RANGE}`);
        assert.equal(details.samples.length, 3);
        const [last, before] = details.samples;
        assert.equal((last?.timestamp ?? 0) - (before?.timestamp ?? 0), 1000);
        assert.equal((last?.timestamp ?? 1) % 1000, 0);
        return last?.sample === 10;
      });
    });
  });

  test('are forgotten on a reset', async () => {
    await withOptions({}, async ({ api }) => {
      await api.expect(204, 'DELETE', '/reset');
      await api.expect(400, 'DELETE', '/reset/elsewhere');
    });
  });
});

describe('web pages', { concurrency: true }, () => {
  for (const [from, to] of [
    ['/', '/api/index.html'],
    ['/api', '/api/index.html'],
    ['/api/', '/api/index.html'],
    ['/cli', '/cli/index.html'],
  ] as const) {
    test(`${from} leads to ${to}, under the prefix too`, async () => {
      await using broker = await createBroker({ management: { port: 0, pathPrefix: '/rabbit' } });
      const listener = broker.listeners.find(({ protocol }) => protocol === 'http');
      const base = `http://127.0.0.1:${listener?.port}/rabbit`;
      const answer = await fetch(`${base}${from}`);
      assert.equal(answer.status, 200);
      assert.equal(new URL(answer.url).pathname, `/rabbit${to}`);
    });
  }
});
