// Transactions (https://www.rabbitmq.com/docs/semantics#tx).
import assert from 'node:assert/strict';
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { RawChannel } from '../support/raw-client.ts';
import { fact, section } from './support/fact.ts';

async function rollback(channel: RawChannel): Promise<void> {
  channel.send(methods.encodeTxRollback, {});
  await channel.client.expect(methods.TX_ROLLBACK_OK);
}

section('Transactions', () => {
  fact('publishes take effect at the commit, in their order', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('q');
    await channel.selectTransaction();
    for (const body of ['a', 'b']) channel.publish('', 'q', body);
    assert.equal(await channel.get('q'), null);
    await channel.commit();
    const other = await ground.otherChannel();
    assert.equal(await other.get('q'), 'a');
    assert.equal(await other.get('q'), 'b');
  });

  fact('a rollback discards publishes', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.selectTransaction();
    channel.publish('', 'q', 'never');
    await rollback(channel);
    await channel.commit();
    assert.equal(await channel.get('q'), null);
  });

  fact('closing the channel is a rollback', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('q');
    await channel.selectTransaction();
    channel.publish('', 'q', 'never');
    await channel.close();
    assert.equal(await (await ground.otherChannel()).get('q'), null);
  });

  fact('acknowledgements take effect at the commit', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('q');
    channel.publish('', 'q', 'a');
    await channel.selectTransaction();
    assert.equal(await channel.get('q', false), 'a');
    channel.ack(1);
    await channel.commit();
    await channel.close();
    assert.equal(await (await ground.otherChannel()).get('q'), null);
  });

  fact(
    'what was acknowledged and not committed is requeued when the channel closes',
    async (ground) => {
      const { channel } = ground;
      await channel.declareQueue('q');
      channel.publish('', 'q', 'a');
      await channel.selectTransaction();
      assert.equal(await channel.get('q', false), 'a');
      channel.ack(1);
      await channel.sync();
      await channel.close();
      assert.equal(await (await ground.otherChannel()).get('q'), 'a again');
    },
  );

  fact('after a rollback a delivery can be acknowledged again', async (ground) => {
    const { channel } = ground;
    await channel.declareQueue('q');
    channel.publish('', 'q', 'a');
    await channel.selectTransaction();
    assert.equal(await channel.get('q', false), 'a');
    channel.ack(1);
    await rollback(channel);
    channel.ack(1);
    await channel.commit();
    await channel.close();
    assert.equal(await (await ground.otherChannel()).get('q'), null);
  });

  fact('a rollback requeues nothing', async ({ channel }) => {
    await channel.declareQueue('q');
    channel.publish('', 'q', 'a');
    await channel.selectTransaction();
    assert.equal(await channel.get('q', false), 'a');
    channel.nack(1, true);
    await rollback(channel);
    assert.equal(await channel.get('q'), null);
  });

  fact('a rejection takes effect at the commit', async ({ channel }) => {
    await channel.declareQueue('q');
    channel.publish('', 'q', 'a');
    await channel.selectTransaction();
    assert.equal(await channel.get('q', false), 'a');
    channel.nack(1, true);
    assert.equal(await channel.get('q'), null);
    await channel.commit();
    assert.equal(await channel.get('q'), 'a again');
  });

  fact('prefetch makes room at the commit', async ({ channel }) => {
    await channel.declareQueue('q');
    for (const body of ['a', 'b']) channel.publish('', 'q', body);
    await channel.selectTransaction();
    await channel.qos(1);
    await channel.consume('q');
    const { tag } = await channel.delivery();
    channel.ack(tag);
    await channel.sync();
    channel.send(methods.encodeTxCommit, {});
    const received = [await channel.client.next(), await channel.client.next()];
    assert.deepEqual(received.map(({ method }) => methods.methodName(method.id)).sort(), [
      'basic.deliver',
      'tx.commit-ok',
    ]);
  });

  fact('an unknown delivery tag is refused at once', async ({ channel, client }) => {
    await channel.selectTransaction();
    channel.ack(7);
    await client.expectChannelClose(1, 406, 'PRECONDITION_FAILED - unknown delivery tag 7');
  });

  fact(
    'a publish to an exchange that is not there is refused at once',
    async ({ channel, client }) => {
      await channel.selectTransaction();
      channel.publish('nowhere', 'q', 'a');
      await client.expectChannelClose(1, 404, "NOT_FOUND - no exchange 'nowhere' in vhost '/'");
    },
  );

  fact(
    'a mandatory message without a queue is returned at the commit',
    async ({ channel, client }) => {
      await channel.selectTransaction();
      channel.publish('', 'nowhere', 'a', { mandatory: true });
      await channel.sync();
      channel.send(methods.encodeTxCommit, {});
      assert.equal((await client.expect(methods.BASIC_RETURN)).body, 'a');
      await client.expect(methods.TX_COMMIT_OK);
    },
  );

  fact('publishes are routed when they are published', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.selectTransaction();
    channel.publish('amq.direct', 'key', 'too early');
    await channel.bind('q', 'amq.direct', 'key');
    await channel.commit();
    assert.equal(await channel.get('q'), null);
  });

  fact(
    'a publish that a queue refuses makes the commit fail with 406',
    async ({ channel, client }) => {
      const args = fromPlain({ 'x-max-length': 0, 'x-overflow': 'reject-publish' });
      await channel.declareQueue('q', { arguments: args });
      await channel.selectTransaction();
      channel.publish('', 'q', 'a');
      channel.send(methods.encodeTxCommit, {});
      await client.expectChannelClose(1, 406, 'PRECONDITION_FAILED - partial tx completion');
    },
  );

  fact('tx.select twice is no error', async ({ channel }) => {
    await channel.selectTransaction();
    await channel.selectTransaction();
  });

  for (const [name, encode] of [
    ['tx.commit', methods.encodeTxCommit],
    ['tx.rollback', methods.encodeTxRollback],
  ] as const) {
    fact(`${name} without tx.select is refused`, async ({ channel, client }) => {
      channel.send(encode, {});
      await client.expectChannelClose(1, 406, 'PRECONDITION_FAILED - channel is not transactional');
    });
  }

  fact('a channel with confirms cannot become transactional', async ({ channel, client }) => {
    await channel.confirmSelect();
    channel.send(methods.encodeTxSelect, {});
    const text = 'PRECONDITION_FAILED - cannot switch from confirm to tx mode';
    await client.expectChannelClose(1, 406, text);
  });

  fact('a transactional channel cannot have confirms', async ({ channel, client }) => {
    await channel.selectTransaction();
    channel.send(methods.encodeConfirmSelect, { noWait: false });
    const text = 'PRECONDITION_FAILED - cannot switch from tx to confirm mode';
    await client.expectChannelClose(1, 406, text);
  });
});
