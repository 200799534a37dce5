// Regular expressions that would keep other engines busy for ever, in all places where users and operators may put them: each is
// answered, and the broker goes on serving others.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect } from 'amqplib';
import { CollectedLog } from '../support/collected-log.ts';
import { withManagement, type Management } from '../support/management.ts';

/** It needs references: for others no name takes long. */
const HOSTILE = String.raw`(a*)*\1b`;
const NAME = 'a'.repeat(200);

/** What anybody else does in the meantime. */
async function othersAreServed({ broker }: Management): Promise<void> {
  const connection = await connect(broker.url);
  const channel = await connection.createChannel();
  await channel.assertQueue('of-others');
  await connection.close();
}

async function user(
  { api }: Management,
  name: string,
  permissions: Readonly<Record<string, string>>,
): Promise<void> {
  await api.expect(201, 'PUT', `/users/${name}`, { password: 'p', tags: 'management' });
  const all = { configure: '.*', write: '.*', read: '.*', ...permissions };
  await api.expect(201, 'PUT', `/permissions/%2F/${name}`, all);
}

describe('a hostile regular expression', { concurrency: true }, () => {
  test('as a permission refuses, and is told of', async () => {
    const log = new CollectedLog();
    await withManagement(
      async (management) => {
        await user(management, 'u', { configure: HOSTILE });
        const connection = await connect(management.broker.url.replace('guest:guest', 'u:p'));
        const channel = await connection.createChannel();
        channel.on('error', () => {});
        await assert.rejects(channel.assertQueue(NAME), /403 \(ACCESS-REFUSED\)/u);
        await othersAreServed(management);
        await connection.close();
        const told = log.complaints.filter((line) => line.includes('takes too long'));
        assert.equal(told.length, 1);
      },
      { log },
    );
  });

  test('as a permission on topics refuses', async () => {
    await withManagement(async (management) => {
      await user(management, 'u', {});
      await management.api.expect(201, 'PUT', '/topic-permissions/%2F/u', {
        exchange: 'amq.topic',
        write: HOSTILE,
        read: '.*',
      });
      const connection = await connect(management.broker.url.replace('guest:guest', 'u:p'));
      const channel = await connection.createConfirmChannel();
      channel.on('error', () => {});
      channel.publish('amq.topic', NAME, Buffer.from('x'));
      await assert.rejects(channel.waitForConfirms());
      await othersAreServed(management);
      await connection.close();
    });
  });

  test('as a policy applies to nothing', async () => {
    await withManagement(async (management) => {
      const { api } = management;
      const policy = { pattern: HOSTILE, definition: { 'max-length': 1 }, 'apply-to': 'queues' };
      await api.expect(201, 'PUT', '/policies/%2F/p', policy);
      for (let i = 0; i < 20; i++) {
        await api.expect(201, 'PUT', `/queues/%2F/${NAME}${i}`, {});
      }
      const queue = await api.get<{ policy?: unknown }>(`/queues/%2F/${NAME}1`);
      assert.equal(queue.policy ?? null, null);
      await othersAreServed(management);
    });
  });

  for (const [what, expression] of [
    ['references', HOSTILE],
    ['many repetitions', '(a?){150}a{150}b'],
  ] as const) {
    test(`with ${what} as a filter of a list is answered, however long the list is`, async () => {
      await withManagement(async (management) => {
        const { api, broker } = management;
        const connection = await connect(broker.url);
        const channel = await connection.createChannel();
        for (let i = 0; i < 200; i++) await channel.assertQueue(`${NAME}${i}`);
        const query = `name=${encodeURIComponent(expression)}&use_regex=true`;
        const answer = await api.send('GET', `/queues?${query}`);
        assert.ok([200, 400].includes(answer.status));
        await othersAreServed(management);
        await connection.close();
      });
    });
  }

  for (const expression of ['a{1000}'.repeat(500), `(?i)${String.raw`\pL{1000}`.repeat(100)}`]) {
    test(`that is huge, as ${expression.slice(0, 15)}, is refused everywhere`, async () => {
      await withManagement(async ({ api }) => {
        const query = `name=${encodeURIComponent(expression)}&use_regex=true`;
        await api.expect(400, 'GET', `/queues?${query}`);
        const policy = { pattern: expression, definition: { 'max-length': 1 } };
        await api.expect(400, 'PUT', '/policies/%2F/p', policy);
        const permissions = { configure: expression, write: '', read: '' };
        await api.expect(400, 'PUT', '/permissions/%2F/guest', permissions);
      });
    });
  }
});
