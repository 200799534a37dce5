// Who may log in, with which mechanism, how often, and what ends a login.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { connect, credentials, type ChannelModel } from 'amqplib';
import { createBroker } from 'leveret';
import { AccessControl } from '../../src/access/access-control.ts';
import { saslMechanisms } from '../../src/amqp/mechanisms.ts';
import { EMPTY_TABLE } from '../../src/amqp/wire/field-table.ts';
import { PROTOCOL_HEADER } from '../../src/amqp/wire/frame.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { createSystemRuntime } from '../../src/runtime/system-runtime.ts';
import { openLocalStore } from '../../src/store/local/open-local-store.ts';
import { addUser, permit, startAccessBroker } from '../support/access-broker.ts';
import { CertificateAuthority } from '../support/certificates.ts';
import { hashOf } from '../support/guest-access.ts';
import { RawClient } from '../support/raw-client.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const ALL = { configure: '.*', write: '.*', read: '.*' };
const LOGIN_REFUSED =
  'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.';

/** Logs in and asks for a virtual host; what comes is for the test to see. */
async function ask(port: number, user: string, vhost = '/'): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await client.login({ user, password: user });
  await client.expect(methods.CONNECTION_TUNE);
  client.tune();
  client.openVhost(vhost);
  return client;
}

/** Begins the handshake with a mechanism of one's own choice, and returns those that are offered. */
async function begin(
  port: number,
  mechanism: string,
  response: string,
): Promise<[RawClient, string]> {
  const client = await RawClient.connect(port);
  client.socket.write(PROTOCOL_HEADER);
  const { mechanisms } = (await client.expect(methods.CONNECTION_START)).method;
  client.send(methods.encodeConnectionStartOk, 0, {
    clientProperties: EMPTY_TABLE,
    mechanism,
    response: Buffer.from(response),
    locale: 'en_US',
  });
  return [client, mechanisms.toString()];
}

/** Ten seconds at most. */
async function until(isReached: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !isReached(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.ok(isReached());
}

describe('connection.open', { concurrency: true }, () => {
  test('is refused to a user without permissions in the virtual host', async () => {
    await using running = await startAccessBroker();
    addUser(running.access, 'user');
    await using client = await ask(running.port, 'user');
    const text = "NOT_ALLOWED - access to vhost '/' refused for user 'user'";
    await client.expectConnectionClose(530, text);
  });

  test('is refused beyond the connections that the user may have, until one is closed', async () => {
    await using running = await startAccessBroker();
    void running.access.users.setLimit('guest', 'max-connections', 1);
    const first = await RawClient.open(running.port);
    await using second = await ask(running.port, 'guest');
    await second.expectConnectionClose(
      530,
      "NOT_ALLOWED - connection refused for user 'guest': user connection limit (1) is reached",
    );
    await first[Symbol.asyncDispose]();
    await until(() => running.access.usage.connectionsOf('guest') === 0);
    await using third = await RawClient.open(running.port);
    await third.channel();
  });

  test('is refused beyond the connections that the virtual host may have', async () => {
    await using running = await startAccessBroker();
    const { parameters } = running.broker;
    void parameters.put('vhost-limits', '/', 'limits', { 'max-connections': 0 });
    await using client = await ask(running.port, 'guest');
    await client.expectConnectionClose(
      530,
      "NOT_ALLOWED - access to vhost '/' refused for user 'guest': connection limit (0) is reached",
    );
  });

  test('finds the limit before the permission that is missing, as RabbitMQ does', async () => {
    await using running = await startAccessBroker();
    addUser(running.access, 'user');
    void running.access.users.setLimit('user', 'max-connections', 0);
    await using client = await ask(running.port, 'user');
    await client.expectConnectionClose(
      530,
      "NOT_ALLOWED - connection refused for user 'user': user connection limit (0) is reached",
    );
    await using lost = await ask(running.port, 'user', 'nowhere');
    await lost.expectConnectionClose(530, 'NOT_ALLOWED - vhost nowhere not found');
  });
});

describe('a user', { concurrency: true }, () => {
  test('opens no more channels than it may, over all of its connections', async () => {
    await using running = await startAccessBroker();
    void running.access.users.setLimit('guest', 'max-channels', 2);
    await using first = await RawClient.open(running.port);
    await first.channel(1);
    await first.channel(2);
    await using second = await RawClient.open(running.port);
    second.send(methods.encodeChannelOpen, 1, {});
    await second.expectConnectionClose(
      530,
      "NOT_ALLOWED - number of channels opened for user 'guest' has reached the maximum allowed user limit of (2)",
    );
    await first[Symbol.asyncDispose]();
    await until(() => running.access.usage.channelsOf('guest') === 0);
    await using third = await RawClient.open(running.port);
    await third.channel(1);
  });

  test('that is deleted loses its connections with 320, and no others', async () => {
    await using running = await startAccessBroker();
    addUser(running.access, 'user');
    permit(running.access, 'user', ALL);
    await using theirs = await RawClient.open(running.port, { user: 'user', password: 'user' });
    await using others = await RawClient.open(running.port);
    void running.access.users.delete('user');
    await theirs.expectConnectionClose(320, "CONNECTION_FORCED - user 'user' is deleted");
    await others.channel();
  });

  test('may not say that messages are from another, unless it is an impersonator', async () => {
    await using running = await startAccessBroker();
    const publishAs = async (client: RawClient): Promise<void> => {
      const channel = await client.channel();
      channel.publish('', 'nobody', 'body', { properties: { userId: 'other' } });
      await channel.qos(1);
    };
    await using client = await RawClient.open(running.port);
    const refused = publishAs(client);
    refused.catch(() => {});
    await assert.rejects(
      refused,
      /user_id property set to 'other' but authenticated user was 'guest'/u,
    );
    void running.access.users.setTags('guest', ['impersonator']);
    await using impersonator = await RawClient.open(running.port);
    await publishAs(impersonator);
  });
});

describe('a login that fails', { concurrency: true }, () => {
  test('is told once in the log, without the password', async () => {
    await using running = await startAccessBroker();
    await using client = await RawClient.connect(running.port);
    await client.login({ user: 'guest', password: 'not the one' });
    await client.expectConnectionClose(403, LOGIN_REFUSED);
    assert.equal(running.log.complaints.length, 1);
    assert.match(running.log.complaints[0] ?? '', /login refused: user 'guest'/u);
    assert.doesNotMatch(running.log.lines.join('\n'), /not the one/u);
  });

  test('does not keep others from logging in, whatever is guessed', async () => {
    await using running = await startAccessBroker();
    addUser(running.access, 'user');
    permit(running.access, 'user', ALL);
    const guesses: RawClient[] = [];
    for (let i = 0; i < 20; i++) {
      const client = await RawClient.connect(running.port);
      await client.login({ user: 'guest', password: `guess ${i}` });
      guesses.push(client);
    }
    await using client = await RawClient.open(running.port, { user: 'user', password: 'user' });
    await client.channel();
    // Those that wait for their turn are refused with the broker's end at the latest.
    for (const guess of guesses) guess.socket.destroy();
  });
});

describe('SASL', { concurrency: true }, () => {
  test('offers PLAIN and AMQPLAIN unless others are asked for', async () => {
    await using running = await startAccessBroker();
    const [client, offered] = await begin(running.port, 'PLAIN', '\0guest\0guest');
    await client.expect(methods.CONNECTION_TUNE);
    assert.equal(offered, 'PLAIN AMQPLAIN');
    await client[Symbol.asyncDispose]();
  });

  test('ANONYMOUS is one user for all, where that is set', async () => {
    const anonymous = { user: 'guest', password: 'guest' };
    const mechanisms = saslMechanisms({ mechanisms: ['ANONYMOUS', 'PLAIN'], anonymous });
    await using running = await startAccessBroker({ mechanisms });
    const [client, offered] = await begin(running.port, 'ANONYMOUS', 'somebody');
    await client.expect(methods.CONNECTION_TUNE);
    assert.equal(offered, 'ANONYMOUS PLAIN');
    await client[Symbol.asyncDispose]();
  });

  test('RABBIT-CR-DEMO asks for the password in a second round', async () => {
    const mechanisms = saslMechanisms({ mechanisms: ['RABBIT-CR-DEMO'] });
    await using running = await startAccessBroker({ mechanisms });
    const [client] = await begin(running.port, 'RABBIT-CR-DEMO', 'guest');
    const { challenge } = (await client.expect(methods.CONNECTION_SECURE)).method;
    assert.equal(challenge.toString(), 'Please tell me your password');
    const response = Buffer.from('My password is guest');
    client.send(methods.encodeConnectionSecureOk, 0, { response });
    await client.expect(methods.CONNECTION_TUNE);
    await client[Symbol.asyncDispose]();
  });

  test('a mechanism that is not offered ends the connection without a word', async () => {
    await using running = await startAccessBroker();
    const [client] = await begin(running.port, 'EXTERNAL', '');
    await client.ended();
    assert.deepEqual(client.inbox, []);
  });

  test('EXTERNAL takes the user from the certificate of the client', async (t) => {
    const directory = temporaryDirectory(t);
    const authority = await CertificateAuthority.create(directory, 'root');
    const server = await authority.issue('server', 'CN=localhost', { dns: ['localhost'] });
    const known = await authority.issue('known', 'CN=guest');
    const unknown = await authority.issue('unknown', 'CN=nobody');
    await using broker = await createBroker({
      tls: { ...server, caFile: authority.caFile, verifyPeer: true },
      access: { mechanisms: ['EXTERNAL'], certificateLogin: { from: 'common_name' } },
    });
    const login = async (
      files: { certFile: string; keyFile: string } | null,
    ): Promise<ChannelModel> => {
      const own =
        files === null
          ? {}
          : { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
      const options = {
        ca: [readFileSync(authority.caFile)],
        credentials: credentials.external(),
        ...own,
      };
      return connect(`amqps://localhost:${broker.tlsPort}`, options);
    };
    const connection = await login(known);
    await connection.createChannel();
    await connection.close();
    for (const refused of [unknown, null]) {
      await assert.rejects(login(refused), /403|ACCESS.REFUSED|closed/iu);
    }
  });
});

describe('topic permissions', { concurrency: true }, () => {
  test('are asked for what is published and bound, not for what is consumed', async () => {
    await using running = await startAccessBroker();
    const { access } = running;
    const topic = { user: 'guest', vhost: '/', exchange: 'amq.topic' };
    void access.topicPermissions.put({ ...topic, write: '^a\\.', read: '^b\\.' });
    await using client = await RawClient.open(running.port);
    const channel = await client.channel();
    await channel.declareQueue('q');
    await channel.bind('q', 'amq.topic', 'b.#');
    channel.publish('amq.topic', 'a.x', 'body');
    await channel.consume('q', 'tag');
    channel.publish('amq.topic', 'x.a', 'body');
    await client.expectChannelClose(
      1,
      403,
      "ACCESS_REFUSED - write access to topic 'x.a' in exchange 'amq.topic' in vhost '/' refused for user 'guest'",
    );
    await using other = await RawClient.open(running.port);
    const binding = await other.channel();
    binding.sendBind('q', 'amq.topic', '#');
    await other.expectChannelClose(
      1,
      403,
      "ACCESS_REFUSED - read access to topic '#' in exchange 'amq.topic' in vhost '/' refused for user 'guest'",
    );
  });

  test('are asked for each key of CC and BCC', async () => {
    await using running = await startAccessBroker();
    const topic = { user: 'guest', vhost: '/', exchange: 'amq.topic' };
    void running.access.topicPermissions.put({ ...topic, write: '^a', read: '' });
    const connection = await connect(`amqp://guest:guest@127.0.0.1:${running.port}`);
    for (const header of ['CC', 'BCC']) {
      const channel = await connection.createChannel();
      const closed = new Promise<Error>((resolve) => channel.once('error', resolve));
      channel.publish('amq.topic', 'a', Buffer.from('1'), { headers: { [header]: ['ab', 'xyz'] } });
      assert.match((await closed).message, /write access to topic 'xyz' in exchange 'amq\.topic'/u);
    }
    await connection.close();
  });
});

describe('the default user', { concurrency: true }, () => {
  test('is the one that is asked for, in the virtual host that is asked for', async () => {
    const defaultUser = { name: 'ad min', password: 'p/w', vhost: 'prod/1', write: '^allowed$' };
    const all = { configure: '.*', write: '.*', read: '.*', tags: [] };
    const worker = { name: 'worker', vhostPattern: '^prod', password: 'secret', ...all };
    await using broker = await createBroker({
      access: { defaultUser, virtualHostUsers: [worker] },
    });
    const connection = await connect(broker.url);
    connection.on('error', () => {});
    const channel = await connection.createChannel();
    const closed = new Promise<Error>((resolve) => channel.once('error', resolve));
    await channel.assertQueue('q');
    channel.publish('', 'q', Buffer.from('body'));
    const text =
      /write access to exchange 'amq\.default' in vhost 'prod\/1' refused for user 'ad min'/u;
    assert.match((await closed).message, text);
    await connection.close();
    const login = { user: 'worker', password: 'secret', vhost: 'prod/1' };
    await using other = await RawClient.open(broker.port, login);
    await other.channel();
    await using guest = await RawClient.connect(broker.port);
    await guest.login();
    await guest.expectConnectionClose(403, LOGIN_REFUSED);
  });
});

describe('users on disk', () => {
  test('are there again after a restart', async (t) => {
    const path = temporaryDirectory(t);
    const runtime = createSystemRuntime();
    const store = await openLocalStore({ path, ...runtime, isSynced: true, onTrouble: () => {} });
    const access = new AccessControl({ definitions: store.definitions, runtime });
    await access.recover();
    await access.users.put({ name: 'user', ...hashOf('user'), tags: [], limits: {} });
    await access.permissions.put({ user: 'user', vhost: '/', ...ALL });
    await access.users.delete('guest');
    await store.journal.close();
    await store.definitions.close();
    for (let i = 0; i < 2; i++) {
      await using broker = await createBroker({ dataDir: path });
      await using client = await RawClient.open(broker.port, { user: 'user', password: 'user' });
      await client.channel();
      await using gone = await RawClient.connect(broker.port);
      await gone.login();
      await gone.expectConnectionClose(403, LOGIN_REFUSED);
    }
  });
});

describe('a thousand logins', () => {
  test('with a slow hash compute it once', async (t) => {
    await using broker = await createBroker();
    const startMs = performance.now();
    for (let i = 0; i < 100; i++) {
      const clients = Array.from({ length: 10 }, () => RawClient.open(broker.port));
      for (const client of await Promise.all(clients)) client.socket.destroy();
    }
    const perSecond = 1_000_000 / (performance.now() - startMs);
    t.diagnostic(`${Math.round(perSecond)} connections a second, opened and closed`);
  });
});
