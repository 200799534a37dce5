// Logging in with OAuth 2 tokens: real clients, and a little identity provider.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { connect, type ChannelModel } from 'amqplib';
import { createBroker, type CreateBrokerOptions, type EmbeddedBroker } from 'leveret';
import { OAuth2BackEnd } from '../../src/access/oauth2/oauth2-back-end.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { startAccessBroker, type AccessBroker } from '../support/access-broker.ts';
import { CertificateAuthority, type CertificateFilePaths } from '../support/certificates.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { eventually } from '../support/eventually.ts';
import { guestAccess } from '../support/guest-access.ts';
import { IdentityProvider, newKey } from '../support/identity-provider.ts';
import { withManagement, type ApiClient } from '../support/management.ts';
import { Program } from '../support/program.ts';
import { RawClient } from '../support/raw-client.ts';
import { SimulatedTime } from '../support/simulated-time.ts';

const OAUTH2 = { authn: 'oauth2', authz: 'oauth2' } as const;
const INTERNAL = { authn: 'internal', authz: 'internal' } as const;

/** Options of a broker that takes the tokens of a provider, and knows users of its own too. */
function trusting(
  { keysUrl: jwksUrl }: IdentityProvider,
  log = new CollectedLog(),
): CreateBrokerOptions {
  const oauth2 = { resourceServerId: 'rabbitmq', provider: { jwksUrl } };
  return { log, access: { backEnds: [OAUTH2, INTERNAL], oauth2 } };
}

async function logIn(broker: EmbeddedBroker, token: string, user = ''): Promise<ChannelModel> {
  return connect(`amqp://${user}:${token}@127.0.0.1:${broker.port}`);
}

/** Attempts a login, and returns how it failed. */
async function refusal(broker: EmbeddedBroker, token: string): Promise<string> {
  const error: unknown = await logIn(broker, token).then(
    () => 'logged in',
    (reason: unknown) => reason,
  );
  return String(error);
}

describe('a client with a token for a password', { concurrency: true }, () => {
  test('does what the token allows, whatever user it says to be', async () => {
    await using provider = await IdentityProvider.start();
    await using broker = await createBroker(trusting(provider));
    const connection = await logIn(broker, await provider.token(), 'whoever');
    const channel = await connection.createChannel();
    await channel.assertQueue('q');
    channel.sendToQueue('q', Buffer.from('hello'));
    await channel.bindQueue('q', 'amq.topic', 'a.*');
    const message = await channel.get('q', { noAck: true });
    assert.ok(message !== false);
    assert.equal(message.content.toString(), 'hello');
    await connection.close();
  });

  test('brings the next one (amqplib)', async () => {
    await using provider = await IdentityProvider.start();
    await using broker = await createBroker(trusting(provider));
    const { port } = broker;
    const password = await provider.token();
    const connection = await connect({ hostname: '127.0.0.1', port, username: '', password });
    await connection.updateSecret(Buffer.from(await provider.token()), 'renewed');
    await connection.close();
  });

  const REFUSED: ReadonlyArray<
    readonly [scope: string, run: (channel: RawClient) => Promise<void>]
  > = [
    [
      'rabbitmq.configure:*/mine-*',
      async (client) => {
        const channel = await client.channel();
        await channel.declareQueue('mine-1');
        channel.sendDeclareQueue('other');
        const text = "configure access to queue 'other' in vhost '/' refused for user 'alice'";
        await client.expectChannelClose(1, 403, `ACCESS_REFUSED - ${text}`);
      },
    ],
    [
      'rabbitmq.write:*/*',
      async (client) => {
        const channel = await client.channel();
        channel.publish('amq.topic', 'key');
        const text =
          "write access to topic 'key' in exchange 'amq.topic' in vhost '/' refused for user 'alice'";
        await client.expectChannelClose(1, 403, `ACCESS_REFUSED - ${text}`);
      },
    ],
    [
      'rabbitmq.write:*/*/a.*',
      async (client) => {
        const channel = await client.channel();
        await channel.confirmSelect();
        channel.publish('amq.topic', 'a.b');
        await client.expect(methods.BASIC_ACK);
        channel.publish('amq.topic', 'b.a');
        const text =
          "write access to topic 'b.a' in exchange 'amq.topic' in vhost '/' refused for user 'alice'";
        await client.expectChannelClose(1, 403, `ACCESS_REFUSED - ${text}`);
      },
    ],
  ];
  for (const [scope, run] of REFUSED) {
    test(`and ${scope} may do that, and no more`, async () => {
      await using provider = await IdentityProvider.start();
      await using broker = await createBroker(trusting(provider));
      const password = await provider.token({ scope });
      await using client = await RawClient.open(broker.port, { user: 'x', password });
      await run(client);
    });
  }

  test('without a scope for the virtual host is told so', async () => {
    await using provider = await IdentityProvider.start();
    await using broker = await createBroker(trusting(provider));
    await using client = await RawClient.connect(broker.port);
    await client.login({ password: await provider.token({ scope: 'rabbitmq.read:other/*' }) });
    await client.expect(methods.CONNECTION_TUNE);
    client.tune();
    client.openVhost();
    const text = "access to vhost '/' refused for user 'alice'";
    await client.expectConnectionClose(530, `NOT_ALLOWED - ${text}`);
  });

  test('that is refused is told as of a wrong password, and the log says why, once and without it', async () => {
    await using provider = await IdentityProvider.start();
    const log = new CollectedLog();
    await using broker = await createBroker(trusting(provider, log));
    const token = await provider.token({ exp: 1 });
    assert.match(await refusal(broker, token), /403.*Login was refused using authentication/u);
    assert.equal(log.complaints.length, 1);
    assert.match(log.complaints.join(), /oauth2: the token is refused: it has expired \(exp\)\)$/u);
    assert.ok(!log.lines.join().includes(token.slice(-20)));
  });

  test('does not keep the broker’s own users from logging in', async () => {
    await using provider = await IdentityProvider.start();
    await using broker = await createBroker(trusting(provider));
    await (await connect(broker.url)).close();
    assert.match(await refusal(broker, 'wrong'), /403/u);
  });

  test('may be signed with a key that the provider has only now', async () => {
    await using provider = await IdentityProvider.start();
    await using broker = await createBroker(trusting(provider));
    // Nobody has asked for keys before: the first question is free.
    provider.rotate(await newKey('second', 'RS256'));
    await (await logIn(broker, await provider.token())).close();
  });
});

describe('a provider that', { concurrency: true }, () => {
  const HUGE = Buffer.alloc(1024 * 1024, ' ');
  const MISDEEDS: ReadonlyArray<readonly [what: string, misbehave: IdentityProvider['misbehave']]> =
    [
      ['answers nonsense', (response) => response.end('<html>')],
      ['answers without end', (response) => response.write(HUGE)],
      ['closes the connection', (response) => response.destroy()],
    ];
  for (const [what, misbehave] of MISDEEDS) {
    test(`${what} keeps its users out, and nobody else`, async () => {
      await using provider = await IdentityProvider.start();
      const log = new CollectedLog();
      await using broker = await createBroker(trusting(provider, log));
      provider.misbehave = misbehave;
      assert.match(await refusal(broker, await provider.token()), /403/u);
      await (await connect(broker.url)).close();
      const [provided, login, ...others] = log.complaints;
      assert.match(provided ?? '', /the keys of an OAuth 2 provider cannot be had/u);
      assert.match(login ?? '', /oauth2: the token is refused: the keys of its provider cannot/u);
      assert.deepEqual(others, []);
    });
  }

  test('does not answer holds up its own users only', async () => {
    await using provider = await IdentityProvider.start();
    provider.misbehave = () => {};
    const broker = await createBroker(trusting(provider));
    const waiting = refusal(broker, await provider.token());
    await eventually('the provider is asked', () => provider.requests.length > 0);
    await (await connect(broker.url)).close();
    // The end of the broker is the end of the question.
    await broker.close();
    assert.notEqual(await waiting, 'logged in');
  });
});

interface TimedStage extends AsyncDisposable {
  readonly time: SimulatedTime;
  readonly running: AccessBroker;
  readonly provider: IdentityProvider;
}

/** A broker whose time passes when the test says so: it begins at 0. */
async function startAtZero(): Promise<TimedStage> {
  const time = new SimulatedTime();
  const provider = await IdentityProvider.start();
  const options = { resourceServerId: 'rabbitmq', provider: { jwksUrl: provider.keysUrl } };
  const backEnd = new OAuth2BackEnd(options, { clock: time, log: new CollectedLog() });
  const access = guestAccess({ backEnds: () => [{ authentication: backEnd }] });
  const running = await startAccessBroker({ access }, time);
  return {
    time,
    running,
    provider,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

/** A connection whose token ends after these seconds. */
async function openFor({ running, provider }: TimedStage, exp: number): Promise<RawClient> {
  const password = await provider.token({ exp });
  return RawClient.open(running.port, { user: 'x', password });
}

function renew(client: RawClient, secret: string): void {
  const newSecret = Buffer.from(secret);
  client.send(methods.encodeConnectionUpdateSecret, 0, { newSecret, reason: 'renewed' });
}

describe('the end of a token', { concurrency: true }, () => {
  const EXPIRED = 'CONNECTION_FORCED - credential expired';

  test('is the end of its connection, and of no other', async () => {
    await using stage = await startAtZero();
    await using short = await openFor(stage, 60);
    await using long = await openFor(stage, 120);
    stage.time.pass(59_999);
    await short.channel();
    stage.time.pass(500);
    await short.expectConnectionClose(320, EXPIRED);
    await long.channel();
    assert.match(stage.running.log.complaints.join(), /^warn [^\n]*the credentials have expired$/u);
  });

  test('is put off by a new token (connection.update-secret)', async () => {
    await using stage = await startAtZero();
    await using client = await openFor(stage, 60);
    renew(client, await stage.provider.token({ exp: 600 }));
    await client.expect(methods.CONNECTION_UPDATE_SECRET_OK);
    stage.time.pass(100_000);
    await client.channel();
    stage.time.pass(500_000);
    await client.expectConnectionClose(320, EXPIRED);
  });

  const REFUSED = 'NOT_ALLOWED - New secret was refused by one of the backends';
  const SECRETS: ReadonlyArray<
    readonly [what: string, claims: Parameters<IdentityProvider['token']>[0], text: string]
  > = [
    ["of another user's", { sub: 'bob', exp: 600 }, REFUSED],
    ['that has expired', { exp: 0 }, REFUSED],
    ['for others', { aud: 'others', exp: 600 }, REFUSED],
    [
      'that does not allow the virtual host',
      { scope: 'rabbitmq.read:other/*', exp: 600 },
      "NOT_ALLOWED - access to vhost '/' refused for user 'alice'",
    ],
  ];
  for (const [what, claims, text] of SECRETS) {
    test(`is not put off by a new token ${what}: that ends the connection at once`, async () => {
      await using stage = await startAtZero();
      await using client = await openFor(stage, 60);
      renew(client, await stage.provider.token(claims));
      await client.expectConnectionClose(530, text);
    });
  }

  test('is not put off by nonsense', async () => {
    await using stage = await startAtZero();
    await using client = await openFor(stage, 60);
    renew(client, 'x'.repeat(100_000));
    await client.expectConnectionClose(530, REFUSED);
  });

  test('that comes while a new token is looked at is the end all the same', async () => {
    await using stage = await startAtZero();
    await using client = await openFor(stage, 60);
    // Signed with another key: the provider is asked for it, and takes its time.
    stage.provider.rotate(await newKey('second'));
    const answer = stage.provider.hold();
    stage.time.pass(30_000);
    const asked = stage.provider.requests.length;
    renew(client, await stage.provider.token({ exp: 600 }));
    await eventually('it is asked', () => stage.provider.requests.length > asked);
    stage.time.pass(31_000);
    await client.expect(methods.CONNECTION_CLOSE);
    answer();
    // What is asked next is answered after all that came before.
    await using other = await openFor(stage, 600);
    await other.channel();
    assert.deepEqual(client.inbox, []);
  });

  test('less is allowed with a new token: consumers of what may no longer be read are cancelled', async () => {
    await using stage = await startAtZero();
    await using client = await openFor(stage, 60);
    const channel = await client.channel();
    await channel.declareQueue('a');
    await channel.consume('a', 'tag');
    renew(client, await stage.provider.token({ exp: 600, scope: 'rabbitmq.write:*/*' }));
    await client.expect(methods.CONNECTION_UPDATE_SECRET_OK);
    assert.equal((await client.expect(methods.BASIC_CANCEL)).method.consumerTag, 'tag');
  });
});

describe('the management API', { concurrency: true }, () => {
  const scope = 'rabbitmq.tag:administrator rabbitmq.read:*/* rabbitmq.configure:*/*';

  async function withTokens(
    run: (stage: {
      readonly provider: IdentityProvider;
      readonly base: string;
      readonly log: CollectedLog;
      readonly as: (user: string, password: string) => ApiClient;
    }) => Promise<void>,
  ): Promise<void> {
    await using provider = await IdentityProvider.start();
    const log = new CollectedLog();
    await withManagement(
      async ({ broker, as }) => {
        const { address, port } = broker.listeners.find(({ protocol }) => protocol === 'http')!;
        await run({ provider, base: `http://${address}:${port}/api`, log, as });
      },
      trusting(provider, log),
    );
  }

  async function whoAmI(base: string, authorization: string): Promise<Response> {
    return fetch(`${base}/whoami`, { headers: { authorization } });
  }

  test('takes a token as a bearer token', async () => {
    await withTokens(async ({ provider, base }) => {
      const answer = await whoAmI(base, `Bearer ${await provider.token({ scope })}`);
      assert.equal(answer.status, 200);
      assert.partialDeepStrictEqual(await answer.json(), {
        name: 'alice',
        tags: ['administrator'],
      });
    });
  });

  test('takes a token as a password', async () => {
    await withTokens(async ({ provider, as }) => {
      const api = as('', await provider.token({ scope }));
      await api.expect(201, 'PUT', '/queues/%2F/q', {});
      assert.partialDeepStrictEqual(await api.get('/queues/%2F/q'), { name: 'q' });
    });
  });

  test('refuses a token without a tag, and what its scopes do not allow', async () => {
    await withTokens(async ({ provider, as }) => {
      const tagless = as('', await provider.token());
      assert.equal((await tagless.send('GET', '/overview')).status, 401);
      const reader = 'rabbitmq.tag:management rabbitmq.read:%2F/*';
      const api = as('', await provider.token({ scope: reader }));
      assert.equal((await api.send('PUT', '/queues/%2F/q', {})).status, 401);
    });
  });

  test('refuses a token that has expired, and the log says why, once and without it', async () => {
    await withTokens(async ({ provider, base, log }) => {
      const token = await provider.token({ scope, exp: 1 });
      assert.equal((await whoAmI(base, `Bearer ${token}`)).status, 401);
      assert.equal(log.complaints.length, 1);
      assert.match(log.complaints.join(), /HTTP login refused.*has expired/u);
      assert.ok(!log.lines.join().includes(token.slice(-20)));
    });
  });
});

describe('a configuration file', { concurrency: true }, () => {
  let directory: string;
  let authority: CertificateAuthority;
  let files: CertificateFilePaths;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'leveret-test-'));
    authority = await CertificateAuthority.create(directory, 'root');
    files = await authority.issue('idp', 'CN=idp', { dns: ['localhost'] });
  });

  after(() => rmSync(directory, { recursive: true }));

  /** The real command with these lines in its file. */
  function start(t: TestContext, name: string, lines: readonly string[]): Program {
    const file = join(directory, name);
    writeFileSync(file, ['listeners.tcp.default = 127.0.0.1:0', ...lines, ''].join('\n'));
    const main = join(process.cwd(), 'src/main.ts');
    return new Program(t, [process.execPath, main, 'start', '--in-memory', '--config', file]);
  }

  test('of RabbitMQ with an issuer and aliases is all that tokens need', async (t) => {
    await using provider = await IdentityProvider.start(files);
    const program = start(t, 'issuer.conf', [
      'auth_backends.1 = rabbit_auth_backend_oauth2',
      'auth_backends.2 = internal',
      'auth_oauth2.resource_server_id = rabbitmq',
      `auth_oauth2.issuer = ${provider.issuer}`,
      `auth_oauth2.https.cacertfile = ${authority.caFile}`,
      'auth_oauth2.https.verify = verify_peer',
      'auth_oauth2.https.hostname_verification = wildcard',
      'auth_oauth2.additional_scopes_key = realm_access.roles',
      'auth_oauth2.preferred_username_claims.1 = preferred_username',
      'auth_oauth2.scope_aliases.1.alias = developer',
      'auth_oauth2.scope_aliases.1.scope = rabbitmq.read:*/* rabbitmq.configure:*/*',
    ]);
    await program.until('ready', (lines) => lines.some((line) => line.includes('is ready')));
    assert.ok(!program.lines.join().includes('have no effect'));
    const [, port = ''] = /amqp:\/\/127\.0\.0\.1:(\d+)/u.exec(program.lines.join()) ?? [];
    const password = await provider.token({
      scope: 'openid',
      realm_access: { roles: ['developer'] },
      preferred_username: 'al',
    });
    await using client = await RawClient.open(Number(port), { user: 'x', password });
    const channel = await client.channel();
    await channel.declareQueue('q');
    channel.publish('', 'q');
    const text = "write access to exchange 'amq.default' in vhost '/' refused for user 'al'";
    await client.expectChannelClose(1, 403, `ACCESS_REFUSED - ${text}`);
  });

  test('without a resource server stops the start with what is missing', async (t) => {
    const program = start(t, 'bad.conf', ['auth_backends.1 = oauth2']);
    assert.equal(await program.ended(), 1);
    assert.match(program.errors, /^leveret: auth_backends: oauth2 needs auth_oauth2\.resource_s/u);
  });
});
