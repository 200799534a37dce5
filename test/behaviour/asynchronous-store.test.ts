// A store that takes its time: answers wait for it, and what a client sent behind the question waits with them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { guestAccess } from '../support/guest-access.ts';
import { DEFAULT_LIMITS } from '../../src/amqp/limits.ts';
import { AmqpListener } from '../../src/amqp/listener.ts';
import { BlockPool } from '../../src/amqp/output-buffer.ts';
import { serverProperties } from '../../src/amqp/server-properties.ts';
import { EMPTY_TABLE } from '../../src/amqp/wire/field-table.ts';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { Broker } from '../../src/broker/broker.ts';
import { createSystemRuntime } from '../../src/runtime/system-runtime.ts';
import type { Definition, DefinitionStore } from '../../src/store/definition-store.ts';
import type { CommitWaiter } from '../../src/store/journal.ts';
import { MemoryJournal } from '../../src/store/memory/memory-journal.ts';
import { RawClient } from '../support/raw-client.ts';

/** Writes when it is told to. */
class SlowStore implements DefinitionStore {
  readonly pending: Array<PromiseWithResolvers<void>> = [];

  load(): readonly Definition[] {
    return [];
  }

  put({ kind }: Definition): Promise<void> | void {
    // Nobody waits for these.
    if (['vhost', 'counter', 'global-parameter'].includes(kind)) return undefined;
    return this.#write();
  }

  delete(): Promise<void> {
    return this.#write();
  }

  #write(): Promise<void> {
    const written = Promise.withResolvers<void>();
    this.pending.push(written);
    return written.promise;
  }

  watch(): () => void {
    return () => {};
  }

  async close(): Promise<void> {}
}

/** Commits when it is told to. */
class SlowJournal extends MemoryJournal {
  readonly waiting: Array<() => void> = [];

  override whenDurable(waiter: CommitWaiter, token: number): void {
    this.waiting.push(() => waiter.committed(token));
  }
}

async function start(): Promise<{
  store: SlowStore;
  journal: SlowJournal;
  broker: Broker;
  port: number;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const store = new SlowStore();
  const journal = new SlowJournal();
  const broker = new Broker({ runtime: createSystemRuntime(), journal, definitions: store });
  broker.recover();
  const listener = new AmqpListener({
    broker,
    access: guestAccess(),
    limits: { ...DEFAULT_LIMITS, closeTimeoutMs: 20 },
    pool: new BlockPool(),
    serverProperties: serverProperties('0.0.0', 'leveret@localhost'),
  });
  const { port } = await listener.listen({ port: 0, host: '127.0.0.1' });
  return { store, journal, broker, port, [Symbol.asyncDispose]: () => listener.close() };
}

async function until(isReached: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isReached()) {
    if (Date.now() > deadline) throw new Error('never reached');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The answer comes when write number `count` is done, and not before. */
async function answer(
  server: { readonly store: SlowStore },
  client: RawClient,
  count: number,
  id: methods.Method['id'],
): Promise<void> {
  await until(() => server.store.pending.length === count);
  assert.deepEqual(client.inbox, []);
  server.store.pending[count - 1]!.resolve();
  await client.expect(id);
}

/** What others sent before is read when this is done. */
async function pingElsewhere(port: number): Promise<void> {
  await using client = await RawClient.open(port);
  await (await client.channel()).sync();
}

describe('a store that takes its time', { concurrency: true }, () => {
  test('declare-ok comes when the queue is written, and what was sent behind it is done then, in order', async () => {
    await using server = await start();
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    channel.sendDeclareQueue('q', { durable: true });
    channel.publish('', 'q', 'behind');
    channel.send(methods.encodeBasicGet, { queue: 'q', noAck: true });
    await until(() => server.store.pending.length === 1);
    assert.deepEqual(client.inbox, []);
    server.store.pending[0]!.resolve();
    await client.expect(methods.QUEUE_DECLARE_OK);
    assert.equal((await client.expect(methods.BASIC_GET_OK)).body, 'behind');
  });

  test('declarations that follow each other are written together, and answered in order', async () => {
    await using server = await start();
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    for (const queue of ['a', 'b', 'c']) channel.sendDeclareQueue(queue, { durable: true });
    await until(() => server.store.pending.length === 3);
    server.store.pending[1]!.resolve();
    server.store.pending[2]!.resolve();
    await pingElsewhere(server.port);
    assert.deepEqual(client.inbox, []);
    server.store.pending[0]!.resolve();
    for (const queue of ['a', 'b', 'c']) {
      assert.equal((await client.expect(methods.QUEUE_DECLARE_OK)).method.queue, queue);
    }
  });

  test('nothing of what would follow an answer is told when its write fails', async () => {
    await using server = await start();
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    for (const queue of ['a', 'b']) channel.sendDeclareQueue(queue, { durable: true });
    await until(() => server.store.pending.length === 2);
    server.store.pending[0]!.reject(new Error('disk on fire'));
    server.store.pending[1]!.resolve();
    await client.expectConnectionClose(541, 'INTERNAL_ERROR');
  });

  test('close-ok comes after the answers that are due', async () => {
    await using server = await start();
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    channel.sendDeclareQueue('q', { durable: true });
    const close = { replyCode: 200, replyText: '', classId: 0, methodId: 0 };
    client.send(methods.encodeConnectionClose, 0, close);
    await until(() => server.store.pending.length === 1);
    await pingElsewhere(server.port);
    assert.deepEqual(client.inbox, []);
    server.store.pending[0]!.resolve();
    await client.expect(methods.QUEUE_DECLARE_OK);
    await client.expect(methods.CONNECTION_CLOSE_OK);
  });

  test('deliveries wait behind an answer that is due, and come when it does', async () => {
    await using server = await start();
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    await channel.declareQueue('transient');
    await channel.consume('transient');
    channel.sendDeclareQueue('q', { durable: true });
    await until(() => server.store.pending.length === 1);
    await using other = await RawClient.open(server.port);
    const publishing = await other.channel();
    publishing.publish('', 'transient', 'hello');
    await publishing.sync();
    assert.deepEqual(client.inbox, []);
    server.store.pending[0]!.resolve();
    await client.expect(methods.QUEUE_DECLARE_OK);
    assert.equal((await channel.delivery()).text, 'hello');
  });

  test('bind-ok and unbind-ok come when the binding of the queue or exchange is written', async () => {
    await using server = await start();
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    channel.sendDeclareQueue('q', { durable: true });
    await answer(server, client, 1, methods.QUEUE_DECLARE_OK);
    const binding = { queue: 'q', exchange: 'amq.topic', routingKey: 'k', arguments: EMPTY_TABLE };
    channel.send(methods.encodeQueueBind, { ...binding, noWait: false });
    await answer(server, client, 2, methods.QUEUE_BIND_OK);
    channel.send(methods.encodeQueueUnbind, binding);
    await answer(server, client, 3, methods.QUEUE_UNBIND_OK);
    const ends = { source: 'amq.topic', destination: 'amq.fanout', routingKey: 'k' };
    const between = { ...ends, noWait: false, arguments: EMPTY_TABLE };
    channel.send(methods.encodeExchangeBind, between);
    await answer(server, client, 4, methods.EXCHANGE_BIND_OK);
    channel.send(methods.encodeExchangeUnbind, between);
    await answer(server, client, 5, methods.EXCHANGE_UNBIND_OK);
  });

  test('a second client that declares, looks for or deletes the same is answered when the first one is', async () => {
    await using server = await start();
    await using first = await RawClient.open(server.port);
    (await first.channel()).sendDeclareQueue('q', { durable: true });
    await until(() => server.store.pending.length === 1);
    await using second = await RawClient.open(server.port);
    (await second.channel()).sendDeclareQueue('q', { durable: true });
    await using third = await RawClient.open(server.port);
    (await third.channel()).sendDeclareQueue('q', { durable: true, passive: true });
    for (const _ of [1, 2, 3]) await pingElsewhere(server.port);
    assert.deepEqual([...first.inbox, ...second.inbox, ...third.inbox], []);
    server.store.pending[0]!.resolve();
    for (const client of [first, second, third]) await client.expect(methods.QUEUE_DECLARE_OK);
    (await first.channel(2)).sendDeleteQueue('q');
    await until(() => server.store.pending.length === 2);
    (await second.channel(2)).sendDeleteQueue('q');
    for (const _ of [1, 2, 3]) await pingElsewhere(server.port);
    assert.deepEqual([...first.inbox, ...second.inbox], []);
    server.store.pending[1]!.resolve();
    for (const client of [first, second]) await client.expect(methods.QUEUE_DELETE_OK);
  });

  test('a second client that makes the same exchange and binding is answered when the first one is', async () => {
    await using server = await start();
    const binding = { source: 'x', destination: 'amq.fanout', routingKey: 'k' };
    const between = { ...binding, noWait: false, arguments: EMPTY_TABLE };
    await using first = await RawClient.open(server.port);
    const firstChannel = await first.channel();
    await using second = await RawClient.open(server.port);
    const secondChannel = await second.channel();
    firstChannel.sendDeclareExchange('x', 'direct', { durable: true });
    await until(() => server.store.pending.length === 1);
    secondChannel.sendDeclareExchange('x', 'direct', { durable: true });
    await pingElsewhere(server.port);
    assert.deepEqual(second.inbox, []);
    server.store.pending[0]!.resolve();
    for (const client of [first, second]) await client.expect(methods.EXCHANGE_DECLARE_OK);
    firstChannel.send(methods.encodeExchangeBind, between);
    await until(() => server.store.pending.length === 2);
    secondChannel.send(methods.encodeExchangeBind, between);
    await pingElsewhere(server.port);
    assert.deepEqual(second.inbox, []);
    server.store.pending[1]!.resolve();
    for (const client of [first, second]) await client.expect(methods.EXCHANGE_BIND_OK);
  });

  test('a write that fails closes the connection with 541', async () => {
    await using server = await start();
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    channel.sendDeclareQueue('q', { durable: true });
    await until(() => server.store.pending.length === 1);
    server.store.pending[0]!.reject(new Error('disk on fire'));
    await client.expectConnectionClose(541, 'INTERNAL_ERROR');
  });

  test('a client that leaves before the answer does no harm', async () => {
    await using server = await start();
    const client = await RawClient.open(server.port);
    const channel = await client.channel();
    channel.sendDeclareQueue('q', { durable: true });
    await until(() => server.store.pending.length === 1);
    await client[Symbol.asyncDispose]();
    server.store.pending[0]!.resolve();
    await using other = await RawClient.open(server.port);
    await (await other.channel()).declareQueue('q', { passive: true, durable: true });
  });

  test('a persistent message is confirmed after its commit, and later ones are not told before it', async () => {
    await using server = await start();
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    const declared = channel.declareQueue('q', { durable: true });
    await until(() => server.store.pending.length === 1);
    server.store.pending[0]!.resolve();
    await declared;
    await channel.confirmSelect();
    channel.publish('', 'q', 'kept', { properties: { deliveryMode: 2 } });
    await channel.sync();
    channel.publish('', 'q', 'passing');
    await channel.sync();
    assert.equal(server.journal.waiting.length, 2);
    assert.deepEqual(client.inbox, []);
    for (const commit of server.journal.waiting) commit();
    server.broker.turn.end();
    assert.equal((await client.expect(methods.BASIC_ACK)).method.deliveryTag, 1);
    assert.equal((await client.expect(methods.BASIC_ACK)).method.deliveryTag, 2);
  });

  test('a persistent message is confirmed only when the queue that it is in is written, too', async () => {
    await using server = await start();
    await using owner = await RawClient.open(server.port);
    (await owner.channel()).sendDeclareQueue('q', { durable: true });
    await until(() => server.store.pending.length === 1);
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    await channel.confirmSelect();
    channel.publish('', 'q', 'kept', { properties: { deliveryMode: 2 } });
    await channel.sync();
    for (const commit of server.journal.waiting.splice(0)) commit();
    server.broker.turn.end();
    await channel.sync();
    assert.deepEqual(client.inbox, []);
    server.store.pending[0]!.resolve();
    assert.equal((await client.expect(methods.BASIC_ACK)).method.deliveryTag, 1);
    channel.publish('', 'q', 'kept', { properties: { deliveryMode: 2 } });
    await until(() => server.journal.waiting.length === 1);
    server.journal.waiting[0]!();
    server.broker.turn.end();
    assert.equal((await client.expect(methods.BASIC_ACK)).method.deliveryTag, 2);
  });

  test('no-wait declarations wait for nothing', async () => {
    await using server = await start();
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    channel.send(methods.encodeExchangeDeclare, {
      exchange: 'x',
      type: 'fanout',
      passive: false,
      durable: false,
      autoDelete: false,
      internal: false,
      noWait: true,
      arguments: EMPTY_TABLE,
    });
    await channel.sync();
  });

  test('who publishes waits without a word while the journal does not keep up, others go on', async () => {
    await using server = await start();
    await using client = await RawClient.open(server.port);
    const channel = await client.channel();
    server.journal.onPressure(true);
    channel.publish('', 'nowhere', 'a');
    channel.sendDeclareQueue('behind');
    await pingElsewhere(server.port);
    assert.deepEqual(client.inbox, []);
    server.journal.onPressure(false);
    await client.expect(methods.QUEUE_DECLARE_OK);
  });
});
