// Each operation is refused without each permission that it needs, and carried out with exactly these.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import type { AccessControl } from '../../src/access/access-control.ts';
import type {
  AuthenticatedUser,
  Authorizer,
  BackEnd,
  Login,
} from '../../src/access/authenticator.ts';
import type { ConnectionOptions } from '../../src/amqp/connection-options.ts';
import { guestAccess } from '../support/guest-access.ts';
import { addUser, permit, startAccessBroker, type AccessBroker } from '../support/access-broker.ts';
import {
  allBut,
  exactPermissions,
  KEY_OPERATIONS,
  keyPermission,
  keyRefusalText,
  OPERATIONS,
  prepareKeys,
  publish,
  refusalText,
  type Operation,
} from './permission-table.ts';

const USER = 'user';

/** A broker with an ordinary user beside guest. */
async function startWithUser(options: Partial<ConnectionOptions> = {}): Promise<AccessBroker> {
  const running = await startAccessBroker(options);
  addUser(running.access, USER);
  permit(running.access, USER, {});
  return running;
}

async function open(port: number, user: string): Promise<ChannelModel> {
  const connection = await connect(`amqp://${user}:${user}@127.0.0.1:${port}`);
  connection.on('error', () => {});
  return connection;
}

/** What closes the channel; null when all goes well. */
async function refusalOf(channel: Channel, perform: Operation['perform']): Promise<string | null> {
  const closed = new Promise<Error>((resolve) => channel.once('error', resolve));
  try {
    await perform(channel);
    return null;
  } catch {
    const { message } = await closed;
    return message;
  }
}

function closedWith(text: string): RegExp {
  const literal = text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
  return new RegExp(`403 \\(ACCESS-REFUSED\\) with message "${literal}"`, 'u');
}

async function prepare(port: number, { prepare: make }: Operation): Promise<void> {
  const connection = await open(port, 'guest');
  await make?.(await connection.createChannel());
  await connection.close();
}

describe('permissions', { concurrency: true }, () => {
  for (const operation of OPERATIONS) {
    const { is, perform, needs } = operation;
    for (const need of needs) {
      test(`${is} is refused without ${need.access} for ${need.name}`, async () => {
        await using running = await startWithUser();
        await prepare(running.port, operation);
        permit(running.access, USER, allBut(need));
        const connection = await open(running.port, USER);
        const refusal = await refusalOf(await connection.createChannel(), perform);
        assert.match(refusal ?? '', closedWith(refusalText(need, USER)));
        await connection.close();
      });
    }
    test(`${is} is carried out with exactly what it needs`, async () => {
      await using running = await startWithUser();
      await prepare(running.port, operation);
      permit(running.access, USER, exactPermissions(needs));
      const connection = await open(running.port, USER);
      assert.equal(await refusalOf(await connection.createChannel(), perform), null);
      await connection.close();
    });
  }

  for (const operation of KEY_OPERATIONS) {
    test(`${operation.is} needs its key '${operation.key}' among the topic permissions`, async () => {
      await using running = await startWithUser();
      const admin = await open(running.port, 'guest');
      await prepareKeys(await admin.createChannel());
      await admin.close();
      const { topicPermissions } = running.access;
      permit(running.access, USER, { configure: '.*', write: '.*', read: '.*' });
      void topicPermissions.put({ user: USER, vhost: '/', ...keyPermission(operation, false) });
      const connection = await open(running.port, USER);
      const { perform } = operation;
      const refusal = await refusalOf(await connection.createChannel(), perform);
      assert.match(refusal ?? '', closedWith(keyRefusalText(operation, USER)));
      void topicPermissions.put({ user: USER, vhost: '/', ...keyPermission(operation, true) });
      assert.equal(await refusalOf(await connection.createChannel(), perform), null);
      await connection.close();
    });
  }

  test('a queue that the server names needs configure for that name', async () => {
    await using running = await startWithUser();
    const connection = await open(running.port, USER);
    permit(running.access, USER, { configure: '^amq\\.gen-[\\w-]{22}$' });
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    permit(running.access, USER, { configure: '^other$' });
    const refusal = await refusalOf(channel, (used) => used.assertQueue('', { exclusive: true }));
    assert.match(refusal ?? '', /configure access to queue 'amq\.gen-[\w-]{22}' in vhost '\/'/u);
    assert.doesNotMatch(refusal ?? '', new RegExp(queue, 'u'));
    await connection.close();
  });

  for (const access of ['configure', 'write', 'read'] as const) {
    test(`a passive declaration is satisfied with ${access}`, async () => {
      await using running = await startWithUser();
      const admin = await open(running.port, 'guest');
      const adminChannel = await admin.createChannel();
      await adminChannel.assertQueue('thing');
      await adminChannel.assertExchange('thing', 'direct');
      permit(running.access, USER, { [access]: '^thing$' });
      const connection = await open(running.port, USER);
      const channel = await connection.createChannel();
      await channel.checkQueue('thing');
      await channel.checkExchange('thing');
      await connection.close();
      await admin.close();
    });
  }

  test('a passive declaration without any permission tells nothing of what is there', async () => {
    await using running = await startWithUser();
    const connection = await open(running.port, USER);
    const first = await refusalOf(await connection.createChannel(), (used) => used.checkQueue('q'));
    const text =
      "ACCESS_REFUSED - configure access to queue 'q' in vhost '/' refused for user 'user'";
    assert.match(first ?? '', closedWith(text));
    await connection.close();
  });

  test('what is changed takes effect at once, for publishers that are under way too', async () => {
    await using running = await startWithUser();
    permit(running.access, USER, { write: '.*' });
    const connection = await open(running.port, USER);
    const channel = await connection.createConfirmChannel();
    channel.publish('', 'nobody', Buffer.from('1'));
    await channel.waitForConfirms();
    permit(running.access, USER, { write: '^other$' });
    const refusal = await refusalOf(channel, async (used) => {
      used.publish('', 'nobody', Buffer.from('2'));
      await channel.waitForConfirms();
    });
    const text = "write access to exchange 'amq.default' in vhost '/' refused for user 'user'";
    assert.match(refusal ?? '', closedWith(`ACCESS_REFUSED - ${text}`));
    await connection.close();
  });

  test('a name with a line break in it does not pass for a routing key', async () => {
    await using running = await startWithUser();
    permit(running.access, USER, { configure: '.*', write: '.*', read: '.*' });
    const exchange = 'amq.topic';
    const limits = { user: USER, vhost: '/', exchange, write: '^open$', read: '' };
    void running.access.topicPermissions.put(limits);
    const connection = await open(running.port, USER);
    const missing = await refusalOf(await connection.createChannel(), (channel) =>
      publish(channel, `${exchange}\nsecret`, 'open'),
    );
    assert.match(missing ?? '', /404 \(NOT-FOUND\)/u);
    const refusal = await refusalOf(await connection.createChannel(), (channel) =>
      publish(channel, exchange, 'secret'),
    );
    assert.match(refusal ?? '', /write access to topic 'secret' in exchange 'amq\.topic'/u);
    await connection.close();
  });

  test('a back end is asked once for what is repeated, until something changes', async () => {
    const asked: string[] = [];
    const access = askedAccess((question) => asked.push(question));
    await using running = await startWithUser({ access });
    permit(access, USER, { configure: '.*', write: '.*', read: '.*' });
    const connection = await open(running.port, USER);
    const channel = await connection.createConfirmChannel();
    const publishMany = async (): Promise<void> => {
      for (let i = 0; i < 1000; i++) {
        channel.publish('amq.topic', 'a', Buffer.from('1'));
        channel.publish('amq.topic', 'b', Buffer.from('1'));
      }
      await channel.waitForConfirms();
    };
    const expected = ['write amq.topic', 'write amq.topic a', 'write amq.topic b'];
    await publishMany();
    // Queues that come and go make no difference.
    for (let i = 0; i < 10; i++) await channel.assertQueue('q', { autoDelete: true });
    await publishMany();
    assert.deepEqual(asked, [...expected, 'configure q']);
    asked.length = 0;
    void access.users.setTags('guest', []);
    await publishMany();
    assert.deepEqual(asked, expected);
    await connection.close();
  });

  test('a back end that answers later is waited for, in order', async () => {
    const access = slowAccess();
    await using running = await startWithUser({ access });
    permit(access, USER, {
      configure: '^[qd]$',
      write: '^(q|d|amq\\.default|amq\\.topic)$',
      read: '.*',
    });
    const connection = await open(running.port, USER);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('q', { deadLetterExchange: 'd', durable: false });
    await channel.bindQueue('q', 'amq.topic', '#');
    const headers = { CC: ['c.c'] };
    for (const body of ['1', '2', '3']) {
      channel.publish('amq.topic', 'a.b', Buffer.from(body), { headers });
    }
    await channel.waitForConfirms();
    const bodies = [await channel.get('q'), await channel.get('q'), await channel.get('q')].map(
      (message) => (message === false ? '' : message.content.toString()),
    );
    assert.deepEqual(bodies, ['1', '2', '3']);
    assert.equal(await channel.purgeQueue('q').then(({ messageCount }) => messageCount), 0);
    const refusal = await refusalOf(channel, (used) => used.assertQueue('other'));
    assert.match(refusal ?? '', /configure access to queue 'other'/u);
    await connection.close();
  });
});

/** The broker's own users, seen through an authorizer of one's own. */
function accessThrough(
  through: (one: Authorizer) => Authorizer,
  delay: <T>(answer: T | Promise<T>) => T | Promise<T> = (answer) => answer,
): AccessControl {
  const authenticate = async (
    internal: BackEnd,
    login: Login,
  ): Promise<AuthenticatedUser | null> => {
    const user = await delay(internal.authenticate(login));
    return user === null ? null : { ...user, authorizers: user.authorizers.map(through) };
  };
  return guestAccess({
    backEnds: (internal) => [
      {
        authentication: {
          name: 'through',
          authenticate: (login) => authenticate(internal, login),
          authorize: () => null,
        },
      },
    ],
  });
}

/** Each answer comes a turn of the event loop later. */
function slowAccess(): AccessControl {
  const later = async <T>(answer: T | Promise<T>): Promise<T> => {
    await new Promise((resolve) => setImmediate(resolve));
    return answer;
  };
  const slow = (one: Authorizer): Authorizer => ({
    vhostAccess: (...question) => later(one.vhostAccess(...question)),
    resourceAccess: (...question) => later(one.resourceAccess(...question)),
    topicAccess: (...question) => later(one.topicAccess(...question)),
  });
  return accessThrough(slow, later);
}

/** Tells what is asked of it. */
function askedAccess(tell: (question: string) => void): AccessControl {
  return accessThrough((one) => ({
    vhostAccess: (...question) => one.vhostAccess(...question),
    resourceAccess: (user, vhost, resource, access) => {
      tell(`${access} ${resource.name}`);
      return one.resourceAccess(user, vhost, resource, access);
    },
    topicAccess: (...question) => {
      const [, , exchange, routingKey, access] = question;
      tell(`${access} ${exchange} ${routingKey}`);
      return one.topicAccess(...question);
    },
  }));
}
