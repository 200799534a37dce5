// connection.update-secret with a back end whose users log in with tokens: what they allow changes with the token.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuthenticatedUser, Authorizer, BackEnd } from '../../src/access/authenticator.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { startAccessBroker } from '../support/access-broker.ts';
import { guestAccess } from '../support/guest-access.ts';
import { RawClient } from '../support/raw-client.ts';

/** A token lists the names that may be read, and `/` for the virtual host. */
function tokenAuthorizer(token: string): Authorizer {
  const names = token.split(' ');
  return {
    vhostAccess: (_user, vhost) => names.includes(vhost),
    resourceAccess: async (_user, _vhost, { name }, access) =>
      access !== 'read' || names.includes(name),
    topicAccess: () => true,
    renew: async (_user, secret) => (secret === 'expired' ? null : tokenAuthorizer(secret)),
  };
}

const TOKENS: BackEnd = {
  name: 'tokens',
  authenticate: ({ userName, password }): AuthenticatedUser => ({
    name: userName,
    tags: [],
    authorizers: [tokenAuthorizer(password ?? '')],
  }),
  authorize: () => null,
};

async function start(): ReturnType<typeof startAccessBroker> {
  return startAccessBroker({
    access: guestAccess({ backEnds: () => [{ authentication: TOKENS }] }),
  });
}

function renew(client: RawClient, secret: string): void {
  const newSecret = Buffer.from(secret);
  client.send(methods.encodeConnectionUpdateSecret, 0, { newSecret, reason: 'renewed' });
}

describe('a new secret', { concurrency: true }, () => {
  test('that allows less ends consumers of what may no longer be read', async () => {
    await using running = await start();
    await using client = await RawClient.open(running.port, { user: 'user', password: '/ a b' });
    const channel = await client.channel();
    await channel.declareQueue('a');
    await channel.declareQueue('b');
    await channel.consume('a', 'of a');
    await channel.consume('b', 'of b');
    renew(client, '/ a');
    await client.expect(methods.CONNECTION_UPDATE_SECRET_OK);
    const { consumerTag } = (await client.expect(methods.BASIC_CANCEL)).method;
    assert.equal(consumerTag, 'of b');
    channel.publish('', 'a', 'still');
    assert.equal((await channel.delivery()).text, 'still');
  });

  test('that allows more is of use at once', async () => {
    await using running = await start();
    await using client = await RawClient.open(running.port, { user: 'user', password: '/ a' });
    const channel = await client.channel();
    await channel.declareQueue('b');
    renew(client, '/ b');
    await client.expect(methods.CONNECTION_UPDATE_SECRET_OK);
    await channel.consume('b', 'tag');
  });

  const refused: ReadonlyArray<readonly [secret: string, text: string]> = [
    ['expired', 'NOT_ALLOWED - New secret was refused by one of the backends'],
    ['a b', "NOT_ALLOWED - access to vhost '/' refused for user 'user'"],
  ];
  for (const [secret, text] of refused) {
    test(`'${secret}' closes the connection with 530`, async () => {
      await using running = await start();
      await using client = await RawClient.open(running.port, { user: 'user', password: '/' });
      renew(client, secret);
      await client.expectConnectionClose(530, text);
    });
  }
});
