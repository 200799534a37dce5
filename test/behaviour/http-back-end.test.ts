// Logins and permissions that an HTTP server decides: https://www.rabbitmq.com/docs/access-control#http
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { connect, credentials } from 'amqplib';
import { readFileSync } from 'node:fs';
import { createBroker, type AccessOptions, type EmbeddedBroker } from 'leveret';
import { HttpBackEnd } from '../../src/access/http/http-back-end.ts';
import { CONNECTION_OPEN_OK } from '../../src/amqp/wire/generated/methods.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { startAccessBroker } from '../support/access-broker.ts';
import {
  startAuthServer,
  type AuthServer,
  type AuthServerOptions,
} from '../support/auth-server.ts';
import { CertificateAuthority } from '../support/certificates.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { eventually } from '../support/eventually.ts';
import { guestAccess } from '../support/guest-access.ts';
import { withManagement } from '../support/management.ts';
import { RawClient } from '../support/raw-client.ts';
import { askForVirtualHost, expectRefusedLogin } from '../support/refused-login.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

type Decide = Parameters<typeof startAuthServer>[0];

const HTTP = { authn: 'http', authz: 'http' } as const;
const USER = { user: 'jane', password: 'secret' };

interface Running {
  readonly port: number;
  readonly broker: EmbeddedBroker;
  readonly server: AuthServer;
  readonly log: CollectedLog;
}

/** A broker whose logins a server decides. */
async function withServer(
  decide: Decide,
  run: (running: Running) => Promise<void>,
  http: Partial<AccessOptions['http']> = {},
  access: AccessOptions = {},
): Promise<void> {
  await using server = await startAuthServer(decide);
  const log = new CollectedLog();
  const options = { backEnds: [HTTP], ...access, http: { ...server.paths, ...http } };
  await using broker = await createBroker({ log, access: options });
  await run({ port: broker.port, broker, server, log });
}

/** Allows what is not named. */
function except(about: string, answer: string): Decide {
  return (question) => (question.about === about ? answer : 'allow');
}

describe('an HTTP server', { concurrency: true }, () => {
  test('is asked for the user with name and password', async () => {
    await withServer(
      () => 'allow',
      async ({ port, server }) => {
        await using _client = await RawClient.open(port, USER);
        assert.deepEqual(server.about('user'), [
          { method: 'GET', about: 'user', parameters: { username: 'jane', password: 'secret' } },
        ]);
      },
    );
  });

  test('is asked with POST where the setting says so', async () => {
    await withServer(
      () => 'allow',
      async ({ port, server }) => {
        await using _client = await RawClient.open(port, { user: 'jä+&=', password: 'a b&c=d%' });
        assert.deepEqual(server.about('user'), [
          {
            method: 'POST',
            about: 'user',
            parameters: { username: 'jä+&=', password: 'a b&c=d%' },
          },
        ]);
      },
      { method: 'post' },
    );
  });

  test('is asked for the virtual host with address and tags', async () => {
    await withServer(except('user', 'allow administrator shop'), async ({ port, server }) => {
      await using _client = await RawClient.open(port, USER);
      assert.deepEqual(server.about('vhost')[0]?.parameters, {
        username: 'jane',
        vhost: '/',
        ip: '127.0.0.1',
        tags: 'administrator shop',
      });
    });
  });

  test('is asked for queues and exchanges', async () => {
    await withServer(except('user', 'allow shop'), async ({ port, server }) => {
      await using client = await RawClient.open(port, USER);
      const channel = await client.channel();
      await channel.declareQueue('q');
      assert.deepEqual(server.about('resource')[0]?.parameters, {
        username: 'jane',
        vhost: '/',
        resource: 'queue',
        name: 'q',
        permission: 'configure',
        tags: 'shop',
      });
      channel.publish('', 'q', 'to the default exchange');
      await channel.sync();
      const { name, resource, permission } = server.about('resource').at(-1)?.parameters ?? {};
      assert.deepEqual([resource, name, permission], ['exchange', 'amq.default', 'write']);
    });
  });

  test('is asked for routing keys of topic exchanges', async () => {
    await withServer(
      () => 'allow',
      async ({ port, server }) => {
        await using client = await RawClient.open(port, USER);
        const channel = await client.channel();
        channel.publish('amq.topic', 'a.b', 'hello');
        await channel.sync();
        assert.deepEqual(server.about('topic')[0]?.parameters, {
          username: 'jane',
          vhost: '/',
          resource: 'topic',
          name: 'amq.topic',
          permission: 'write',
          tags: '',
          routing_key: 'a.b',
          'variable_map.username': 'jane',
          'variable_map.vhost': '/',
        });
      },
    );
  });

  test('keeps its connections', async () => {
    await withServer(
      () => 'allow',
      async ({ port, server }) => {
        for (let count = 0; count < 3; count++) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          await using _client = await RawClient.open(port, USER);
        }
        assert.equal(server.connectionCount(), 1);
      },
    );
  });

  test('is asked once for each channel, as RabbitMQ asks', async () => {
    await withServer(
      () => 'allow',
      async ({ port, server }) => {
        await using client = await RawClient.open(port, USER);
        const first = await client.channel(1);
        await first.declareQueue('q');
        for (let count = 0; count < 5; count++) first.publish('', 'q', 'hello');
        await first.sync();
        assert.equal(server.about('resource').length, 2);
        const second = await client.channel(2);
        second.publish('', 'q', 'hello');
        await second.sync();
        assert.equal(server.about('resource').length, 3);
      },
    );
  });
});

describe('what the server does not allow', { concurrency: true }, () => {
  test('is a login that is refused', async () => {
    await withServer(except('user', 'deny'), async ({ port }) => {
      await expectRefusedLogin(port, 'jane', 'secret');
    });
  });

  test('is a virtual host that is closed with 530', async () => {
    await withServer(except('vhost', 'deny'), async ({ port }) => {
      await using client = await askForVirtualHost(port, 'jane', 'secret');
      const text = "NOT_ALLOWED - access to vhost '/' refused for user 'jane'";
      await client.expectConnectionClose(530, text);
    });
  });

  test('is an operation that closes its channel with 403', async () => {
    await withServer(except('resource', 'deny'), async ({ port }) => {
      await using client = await RawClient.open(port, USER);
      const channel = await client.channel();
      channel.sendDeclareQueue('q');
      const text =
        "ACCESS_REFUSED - configure access to queue 'q' in vhost '/' refused for user 'jane'";
      await client.expectChannelClose(1, 403, text);
    });
  });

  test('is a routing key that closes its channel with 403', async () => {
    await withServer(except('topic', 'deny'), async ({ port }) => {
      await using client = await RawClient.open(port, USER);
      const channel = await client.channel();
      channel.publish('amq.topic', 'a.b', 'hello');
      const text =
        "ACCESS_REFUSED - write access to topic 'a.b' in exchange 'amq.topic' in vhost '/' refused for user 'jane'";
      await client.expectChannelClose(1, 403, text);
    });
  });

  test('keeps its reason from clients', async () => {
    await withServer(except('vhost', 'deny you owe us'), async ({ port, log }) => {
      await using client = await askForVirtualHost(port, 'jane', 'secret');
      const text = "NOT_ALLOWED - access to vhost '/' refused for user 'jane'";
      await client.expectConnectionClose(530, text);
      assert.ok(log.lines.includes('info the HTTP server refuses'));
    });
  });

  const disclosed: ReadonlyArray<readonly [string, (port: number) => Promise<void>]> = [
    [
      'vhost',
      async (port) => {
        await using client = await askForVirtualHost(port, 'jane', 'secret');
        await client.expectConnectionClose(
          530,
          "NOT_ALLOWED - access to vhost '/' refused for user 'jane' by backend rabbit_auth_backend_http: you owe us",
        );
      },
    ],
    [
      'resource',
      async (port) => {
        await using client = await RawClient.open(port, USER);
        const channel = await client.channel();
        channel.sendDeclareQueue('q');
        await client.expectChannelClose(
          1,
          403,
          "ACCESS_REFUSED - configure access to queue 'q' in vhost '/' refused for user 'jane' by backend rabbit_auth_backend_http: you owe us",
        );
      },
    ],
  ];
  for (const [about, see] of disclosed) {
    test(`tells its reason for a ${about} where the setting says so`, async () => {
      await withServer(except(about, 'deny you owe us'), async ({ port }) => see(port), {
        authorizationFailureDisclosure: true,
      });
    });
  }
});

describe('a server that misbehaves', { concurrency: true }, () => {
  /** The login is refused, said once in the log, and the broker goes on. */
  async function expectRefusal({ port, log }: Running): Promise<void> {
    await expectRefusedLogin(port, 'jane', 'secret');
    const failures = log.complaints.filter((line) => line.includes('could not be checked'));
    assert.equal(failures.length, 1, log.lines.join('\n'));
    assert.ok(!log.lines.join('\n').includes('secret'));
    await using client = await RawClient.open(port);
    await (await client.channel()).declareQueue('q');
  }

  /** Guest is the broker's own user, so that something is left that works. */
  const FALLBACK: AccessOptions = { backEnds: [HTTP, { authn: 'internal', authz: 'internal' }] };
  const isGuest: Decide = ({ parameters }) => (parameters['username'] === 'guest' ? 'deny' : null);

  const answers: ReadonlyArray<readonly [string, Decide]> = [
    ['says something else', () => 'perhaps'],
    ['says nothing', () => ''],
    ['says too much', () => `allow ${'tag '.repeat(50_000)}`],
    [
      'answers with 500',
      (_question, response) => {
        response.statusCode = 500;
        return 'allow';
      },
    ],
    [
      'redirects',
      (_question, response) => {
        response.writeHead(302, { location: 'http://127.0.0.1:9/' });
        return 'allow';
      },
    ],
    [
      'closes the connection',
      (_question, response) => {
        response.destroy();
        return null;
      },
    ],
    [
      'closes the connection in the middle of its answer',
      (_question, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('allow');
        setImmediate(() => response.destroy());
        return null;
      },
    ],
  ];
  for (const [what, misbehave] of answers) {
    test(`refuses who logs in when it ${what}`, async () => {
      await withServer(
        (question, response) => isGuest(question, response) ?? misbehave(question, response),
        expectRefusal,
        {},
        FALLBACK,
      );
    });
  }

  test('refuses who logs in when it never answers', async () => {
    await withServer(isGuest, expectRefusal, { requestTimeoutMs: 50 }, FALLBACK);
  });

  test('refuses who logs in when it speaks no HTTP', async () => {
    await using listener = createServer((socket) => {
      socket.on('error', () => {}).end('\0\0\0 nonsense');
      socket.resume();
    });
    await new Promise<void>((resolve) => {
      listener.listen(0, '127.0.0.1', resolve);
    });
    const { port } = listener.address() as { port: number };
    const userPath = `http://127.0.0.1:${port}/`;
    const log = new CollectedLog();
    const access = { backEnds: [HTTP], http: { userPath } };
    await using broker = await createBroker({ log, access });
    await expectRefusedLogin(broker.port, 'jane', 'secret');
  });

  test('does not hold up other connections while it thinks', async () => {
    await withServer(
      isGuest,
      async ({ port }) => {
        await using waiting = await RawClient.connect(port);
        await waiting.login(USER);
        await using client = await RawClient.open(port);
        await (await client.channel()).declareQueue('q');
      },
      {},
      FALLBACK,
    );
  });

  test('refuses an operation that it cannot decide on', async () => {
    await withServer(except('resource', 'perhaps'), async ({ port, log }) => {
      await using client = await RawClient.open(port, USER);
      const channel = await client.channel();
      channel.sendDeclareQueue('q');
      await client.expectChannelClose(
        1,
        403,
        "ACCESS_REFUSED - configure access to queue 'q' in vhost '/' refused for user 'jane'",
      );
      assert.ok(log.complaints.includes('error a permission could not be checked'));
    });
  });

  test('refuses a virtual host that it cannot decide on', async () => {
    await withServer(except('vhost', 'allow administrator'), async ({ port }) => {
      await using client = await askForVirtualHost(port, 'jane', 'secret');
      const text = "NOT_ALLOWED - access to vhost '/' refused for user 'jane'";
      await client.expectConnectionClose(530, text);
    });
  });
});

describe('who logs in', { concurrency: true }, () => {
  test('may use the management API with the tags that the server gives', async () => {
    await using server = await startAuthServer((question) => {
      if (question.about !== 'user') return 'allow';
      return question.parameters['password'] === 'secret' ? 'allow administrator' : 'deny';
    });
    const access = { backEnds: [HTTP], http: server.paths };
    await withManagement(
      async ({ as }) => {
        const me = await as('jane', 'secret').get<{ name: string; tags: string[] }>('/whoami');
        assert.deepEqual([me.name, me.tags], ['jane', ['administrator']]);
        await as('jane', 'wrong').expect(401, 'GET', '/whoami');
        await as('jane', 'secret').expect(201, 'PUT', '/queues/%2F/q', { durable: true });
      },
      { access },
    );
  });

  test('does nothing over the management API in a virtual host that is closed to them', async () => {
    await using server = await startAuthServer((question) => {
      if (question.about === 'user') return 'allow administrator';
      return question.about === 'vhost' ? 'deny' : 'allow';
    });
    const access = { backEnds: [HTTP], http: server.paths };
    await withManagement(
      async ({ as }) => {
        const jane = as('jane', 'secret');
        const refusal = { error: 'not_authorised', reason: 'Access refused.' };
        assert.deepEqual(await jane.expect(401, 'PUT', '/queues/%2F/q', {}), refusal);
        assert.deepEqual(await jane.get('/queues/%2F'), []);
      },
      { access },
    );
  });

  test('needs a tag for the management API', async () => {
    await using server = await startAuthServer(() => 'allow');
    const access = { backEnds: [HTTP], http: server.paths };
    await withManagement(
      async ({ as }) => {
        await as('jane', 'secret').expect(401, 'GET', '/overview');
      },
      { access },
    );
  });

  test('has the permissions of the broker where those are asked', async () => {
    await withServer(
      () => 'allow',
      async ({ port, server }) => {
        await expectRefusedLogin(port, 'jane', 'secret');
        await using client = await RawClient.open(port, { user: 'guest', password: 'any' });
        await (await client.channel()).declareQueue('q');
        assert.deepEqual([...new Set(server.questions.map(({ about }) => about))], ['user']);
      },
      {},
      { backEnds: [{ authn: 'http', authz: 'internal' }] },
    );
  });

  test('with a certificate has no password for the server', async (t) => {
    const directory = temporaryDirectory(t);
    const authority = await CertificateAuthority.create(directory, 'root');
    const files = await authority.issue('server', 'CN=broker', { dns: ['localhost'] });
    const client = await authority.issue('client', 'CN=shop');
    await using server = await startAuthServer(() => 'allow');
    await using broker = await createBroker({
      tls: { ...files, caFile: authority.caFile, verifyPeer: true },
      access: { backEnds: [HTTP], http: server.paths, mechanisms: ['EXTERNAL'] },
    });
    const connection = await connect(`amqps://localhost:${broker.tlsPort}`, {
      ca: [readFileSync(authority.caFile)],
      cert: readFileSync(client.certFile),
      key: readFileSync(client.keyFile),
      credentials: credentials.external(),
    });
    await connection.close();
    assert.deepEqual(server.about('user')[0]?.parameters, { username: 'CN=shop' });
  });
});

describe('a server with TLS', { concurrency: true }, () => {
  async function tryWith(
    t: Parameters<typeof temporaryDirectory>[0],
    options: {
      readonly host?: string;
      readonly isAskingForCertificate?: boolean;
      /** Another authority is between its certificate and the one that is trusted. */
      readonly isBelowAnother?: boolean;
      readonly tls: (authority: CertificateAuthority, directory: string) => Promise<object>;
    },
  ): Promise<boolean> {
    const directory = temporaryDirectory(t);
    const authority = await CertificateAuthority.create(directory, 'root');
    const issuer =
      options.isBelowAnother === true ? await authority.intermediate('mid') : authority;
    const server = await issuer.issue('server', 'CN=auth', { dns: ['localhost'] });
    const caFile = options.isAskingForCertificate === true ? { caFile: authority.caFile } : {};
    const serving: AuthServerOptions = {
      tls: { ...server, ...caFile },
      host: options.host ?? 'localhost',
    };
    await using running = await startAuthServer(() => 'allow', serving);
    const tls = await options.tls(authority, directory);
    const http = { ...running.paths, tls };
    await using broker = await createBroker({ access: { backEnds: [HTTP], http } });
    try {
      await using _client = await RawClient.open(broker.port, USER);
      return true;
    } catch {
      return false;
    }
  }

  test('is asked when its certificate is trusted', async (t) => {
    const tls = async ({ caFile }: CertificateAuthority): Promise<object> => ({
      caCertFile: caFile,
    });
    assert.equal(await tryWith(t, { tls }), true);
  });

  test('is not asked when its certificate is not trusted', async (t) => {
    assert.equal(await tryWith(t, { tls: async () => ({}) }), false);
  });

  test('is asked in spite of that when nobody looks', async (t) => {
    assert.equal(await tryWith(t, { tls: async () => ({ verify: 'verify_none' }) }), true);
  });

  test('is not asked when its certificate is for another host', async (t) => {
    const tls = async ({ caFile }: CertificateAuthority): Promise<object> => ({
      caCertFile: caFile,
    });
    assert.equal(await tryWith(t, { tls, host: '127.0.0.1' }), false);
  });

  test('is asked in spite of that when names are not looked at', async (t) => {
    const tls = async ({ caFile }: CertificateAuthority): Promise<object> => ({
      caCertFile: caFile,
      hostnameVerification: 'none',
    });
    assert.equal(await tryWith(t, { tls, host: '127.0.0.1' }), true);
  });

  for (const depth of [0, 1]) {
    const outcome = depth === 0 ? 'is not asked' : 'is asked';
    test(`${outcome} with an authority between where depth is ${depth}`, async (t) => {
      const tls = async ({ caFile }: CertificateAuthority): Promise<object> => ({
        caCertFile: caFile,
        depth,
      });
      assert.equal(await tryWith(t, { tls, isBelowAnother: true }), depth === 1);
    });
  }

  test('sees the certificate of the broker', async (t) => {
    const tls = async (authority: CertificateAuthority): Promise<object> => ({
      caCertFile: authority.caFile,
      ...(await authority.issue('broker', 'CN=broker')),
    });
    assert.equal(await tryWith(t, { tls, isAskingForCertificate: true }), true);
    const without = async ({ caFile }: CertificateAuthority): Promise<object> => ({
      caCertFile: caFile,
    });
    assert.equal(await tryWith(t, { tls: without, isAskingForCertificate: true }), false);
  });
});

describe('a client that leaves while the server thinks', { concurrency: true }, () => {
  test('is not counted as a connection when the answer comes', async () => {
    const answers: (() => void)[] = [];
    await using server = await startAuthServer(({ about }, response) => {
      if (about !== 'vhost') return 'allow';
      answers.push(() => response.end('allow'));
      return null;
    });
    const backEnd = new HttpBackEnd(server.paths, silentLogger);
    const access = guestAccess({ backEnds: () => [{ authentication: backEnd }] });
    await using running = await startAccessBroker({ access });
    {
      await using _client = await askForVirtualHost(running.port, 'jane', 'secret');
      await eventually('the server is asked', () => answers.length === 1);
    }
    await eventually('the connection is gone', () => running.log.lines.length > 0);
    answers[0]?.();
    await using other = await askForVirtualHost(running.port, 'jane', 'secret');
    await eventually('the server is asked again', () => answers.length === 2);
    answers[1]?.();
    await other.expect(CONNECTION_OPEN_OK);
    assert.equal(running.broker.connectionCount, 1);
    assert.equal(access.usage.connectionsOf('jane'), 1);
    await access.close();
  });
});
