// Answers of another back end that are kept: https://www.rabbitmq.com/docs/auth-cache-backend
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BackEndError, createBroker, type AccessOptions, type CacheOptions } from 'leveret';
import { startAuthServer, type AuthServer } from '../support/auth-server.ts';
import { eventually } from '../support/eventually.ts';
import { withManagement } from '../support/management.ts';
import { RawClient } from '../support/raw-client.ts';
import { expectRefusedLogin } from '../support/refused-login.ts';

const USER = { user: 'jane', password: 'secret' };
const HTTP = { authn: 'http', authz: 'http' } as const;
const CACHE = { authn: 'cache', authz: 'cache' } as const;

/** Only this password is right. */
async function startServer(): Promise<AuthServer> {
  return startAuthServer(({ about, parameters }) => {
    if (about === 'resource') return parameters['name'] === 'forbidden' ? 'deny' : 'allow';
    if (about !== 'user') return 'allow';
    return parameters['password'] === 'secret' ? 'allow administrator' : 'deny';
  });
}

function accessTo({ paths }: AuthServer, cache: Partial<CacheOptions> = {}): AccessOptions {
  return { backEnds: [CACHE], http: paths, cache: { backend: HTTP, ...cache } };
}

async function logInAndDeclare(port: number): Promise<void> {
  await using client = await RawClient.open(port, USER);
  await (await client.channel()).declareQueue('q');
}

describe('a cache in front of a back end', { concurrency: true }, () => {
  test('asks once for what was allowed', async () => {
    await using server = await startServer();
    await using broker = await createBroker({ access: accessTo(server) });
    await logInAndDeclare(broker.port);
    await logInAndDeclare(broker.port);
    const asked = server.questions.map(({ about }) => about);
    assert.deepEqual(asked, ['user', 'vhost', 'resource']);
  });

  test('asks again when the time is over', async () => {
    await using server = await startServer();
    await using broker = await createBroker({ access: accessTo(server, { ttlMs: 1 }) });
    await logInAndDeclare(broker.port);
    await eventually('the user is asked for again', async () => {
      await logInAndDeclare(broker.port);
      return server.about('user').length > 1;
    });
  });

  test('knows a password from another', async () => {
    await using server = await startServer();
    await using broker = await createBroker({ access: accessTo(server) });
    await logInAndDeclare(broker.port);
    await expectRefusedLogin(broker.port, 'jane', 'wrong');
    await logInAndDeclare(broker.port);
    assert.equal(server.about('user').length, 2);
  });

  for (const cacheRefusals of [false, true]) {
    test(`${cacheRefusals ? 'keeps' : 'does not keep'} refusals with cache_refusals = ${cacheRefusals}`, async () => {
      await using server = await startServer();
      await using broker = await createBroker({ access: accessTo(server, { cacheRefusals }) });
      await expectRefusedLogin(broker.port, 'jane', 'wrong');
      await expectRefusedLogin(broker.port, 'jane', 'wrong');
      assert.equal(server.about('user').length, cacheRefusals ? 1 : 2);
    });
  }

  test('serves the management API, too', async () => {
    await using server = await startServer();
    await withManagement(
      async ({ as }) => {
        await as('jane', 'secret').get('/whoami');
        await as('jane', 'secret').get('/whoami');
        assert.equal(server.about('user').length, 1);
      },
      { access: accessTo(server) },
    );
  });

  test('may ask one back end who it is, and another what they may do', async () => {
    await using server = await startServer();
    const backend = { authn: 'http', authz: 'internal' } as const;
    const access: AccessOptions = {
      ...accessTo(server, { backend }),
      defaultUser: { name: 'jane' },
    };
    await using broker = await createBroker({ access });
    await logInAndDeclare(broker.port);
    await logInAndDeclare(broker.port);
    assert.deepEqual(
      server.questions.map(({ about }) => about),
      ['user'],
    );
  });

  test("keeps nothing of the broker's own users, whose changes count at once", async () => {
    const backend = { authn: 'internal', authz: 'internal' } as const;
    await withManagement(
      async ({ broker, api }) => {
        await using client = await RawClient.open(broker.port);
        const channel = await client.channel();
        await channel.declareQueue('q');
        const nothing = { configure: '', write: '', read: '' };
        await api.expect(204, 'PUT', '/permissions/%2F/guest', nothing);
        channel.sendDeclareQueue('r');
        await client.expectChannelClose(
          1,
          403,
          "ACCESS_REFUSED - configure access to queue 'r' in vhost '/' refused for user 'guest'",
        );
      },
      { access: { backEnds: [CACHE], cache: { backend } } },
    );
  });

  test('cannot be in front of itself', async () => {
    const access = { backEnds: [CACHE], cache: { backend: CACHE } };
    await assert.rejects(createBroker({ access }), BackEndError);
  });
});
