// What is declared durable is there again: after a stop, and after kill -9 right behind the -ok.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { connect, type Channel } from 'amqplib';
import { createBroker } from 'leveret';
import { Program } from '../support/program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Runs `use` on a channel of its own, and closes the connection. */
async function withChannel<T>(url: string, use: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = await connect(url);
  connection.on('error', () => {});
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  const result = await use(channel);
  await connection.close();
  return result;
}

/** The reply code of the error that `use` leads to; 0 without one. */
async function codeOf(url: string, use: (channel: Channel) => Promise<unknown>): Promise<number> {
  return withChannel(url, async (channel) => {
    try {
      await use(channel);
      return 0;
    } catch (error) {
      return (error as { readonly code: number }).code;
    }
  });
}

/** The broker as users start it, in a directory. */
async function startIn(
  t: TestContext,
  directory: string,
): Promise<{ program: Program; url: string }> {
  const args = ['src/main.ts', 'start', '--port', '0', '--data-dir', directory];
  const program = new Program(t, [process.execPath, ...args]);
  await program.until('ready', (lines) => lines.some((line) => line.includes('is ready')));
  return { program, url: /amqp:\/\/\S+/u.exec(program.lines.join('\n'))?.[0] ?? '' };
}

async function declareMuch(channel: Channel): Promise<void> {
  await channel.assertExchange('events', 'topic', { durable: true, internal: true });
  await channel.assertExchange('entry', 'headers', {
    durable: true,
    autoDelete: true,
    alternateExchange: 'amq.fanout',
  });
  await channel.assertExchange('passing', 'fanout', { durable: false });
  await channel.assertQueue('kept', { durable: true, maxLength: 5, deadLetterExchange: 'events' });
  await channel.assertQueue('quorum', { arguments: { 'x-queue-type': 'quorum' } });
  await channel.assertQueue('passing', { durable: false });
  await channel.assertQueue('mine', { exclusive: true });
  await channel.bindExchange('events', 'entry', '', { 'x-match': 'any', size: 1 });
  await channel.bindQueue('kept', 'events', 'a.#');
  await channel.bindQueue('kept', 'events', 'b.#');
  await channel.unbindQueue('kept', 'events', 'b.#');
  await channel.bindQueue('quorum', 'amq.fanout', '');
  await channel.bindQueue('passing', 'amq.fanout', '');
}

async function checkMuch(url: string): Promise<void> {
  await withChannel(url, async (channel) => {
    await channel.assertExchange('events', 'topic', { durable: true, internal: true });
    await channel.assertExchange('entry', 'headers', {
      durable: true,
      autoDelete: true,
      alternateExchange: 'amq.fanout',
    });
    const args = { maxLength: 5, deadLetterExchange: 'events' };
    assert.equal((await channel.assertQueue('kept', args)).consumerCount, 0);
    await channel.assertQueue('quorum', { arguments: { 'x-queue-type': 'quorum' } });
    channel.publish('entry', 'a.b', Buffer.from('matches'), { headers: { size: 1 } });
    channel.publish('entry', 'b.b', Buffer.from('key of no binding'), { headers: { size: 1 } });
    channel.publish('entry', 'a.b', Buffer.from('for the alternate'), { headers: { size: 2 } });
    assert.equal((await channel.checkQueue('kept')).messageCount, 1);
    assert.equal((await channel.checkQueue('quorum')).messageCount, 1);
    await channel.purgeQueue('kept');
    await channel.purgeQueue('quorum');
  });
  assert.equal(await codeOf(url, (channel) => channel.checkQueue('passing')), 404);
  assert.equal(await codeOf(url, (channel) => channel.checkQueue('mine')), 404);
  assert.equal(await codeOf(url, (channel) => channel.checkExchange('passing')), 404);
  const other = { durable: true, maxLength: 6, deadLetterExchange: 'events' };
  assert.equal(await codeOf(url, (channel) => channel.assertQueue('kept', other)), 406);
}

describe('what is declared durable', { concurrency: true }, () => {
  test('is there when the broker was closed and another one has its directory, and nothing else is', async (t) => {
    const dataDir = join(temporaryDirectory(t), 'data');
    const first = await createBroker({ dataDir });
    await withChannel(first.url, declareMuch);
    await first.close();
    for (let round = 0; round < 2; round++) {
      await using again = await createBroker({ dataDir });
      await checkMuch(again.url);
    }
  });

  test('is there after kill -9 right behind the last -ok', async (t) => {
    const directory = temporaryDirectory(t);
    const first = await startIn(t, directory);
    const connection = await connect(first.url);
    connection.on('error', () => {});
    await declareMuch(await connection.createChannel());
    await first.program.kill();
    const second = await startIn(t, directory);
    await checkMuch(second.url);
    await second.program.kill();
    const third = await startIn(t, directory);
    await checkMuch(third.url);
  });

  test('stays deleted and unbound after kill -9 right behind the -ok of that', async (t) => {
    const directory = temporaryDirectory(t);
    const first = await startIn(t, directory);
    const connection = await connect(first.url);
    connection.on('error', () => {});
    const channel = await connection.createChannel();
    await declareMuch(channel);
    await channel.unbindQueue('quorum', 'amq.fanout', '');
    await channel.deleteQueue('kept');
    // With the last binding from it goes the auto-delete exchange `entry`.
    await channel.deleteExchange('events');
    await first.program.kill();
    const { url } = await startIn(t, directory);
    await withChannel(url, async (again) => {
      again.publish('amq.fanout', '', Buffer.from('for nobody'));
      assert.equal((await again.checkQueue('quorum')).messageCount, 0);
      await again.assertExchange('events', 'direct');
      await again.assertQueue('kept', { durable: false });
    });
    assert.equal(await codeOf(url, (again) => again.checkExchange('entry')), 404);
  });

  test('is deleted when its last consumer leaves, also after a restart, where it is auto-delete', async (t) => {
    const dataDir = temporaryDirectory(t);
    const first = await createBroker({ dataDir });
    await withChannel(first.url, (channel) => channel.assertQueue('q', { autoDelete: true }));
    await first.close();
    const second = await createBroker({ dataDir });
    await withChannel(second.url, async (channel) => {
      const { consumerTag } = await channel.consume('q', () => {});
      await channel.cancel(consumerTag);
    });
    assert.equal(await codeOf(second.url, (channel) => channel.checkQueue('q')), 404);
    await second.close();
    await using third = await createBroker({ dataDir });
    assert.equal(await codeOf(third.url, (channel) => channel.checkQueue('q')), 404);
  });
});

describe('a data directory in use', { concurrency: true }, () => {
  test('is refused to a second broker in one line, with code 1', async (t) => {
    const directory = temporaryDirectory(t);
    await startIn(t, directory);
    const args = ['src/main.ts', 'start', '--port', '0', '--data-dir', directory];
    const second = new Program(t, [process.execPath, ...args]);
    assert.equal(await second.ended(), 1);
    assert.match(second.errors, /^leveret: The data directory \S+ is in use by another[^\n]*\n$/u);
    assert.ok(second.errors.includes(directory));
  });

  test('is free again when the broker that has it was killed', async (t) => {
    const directory = temporaryDirectory(t);
    const first = await startIn(t, directory);
    await first.program.kill();
    await startIn(t, directory);
  });

  test('is free again when its broker could not have the port', async (t) => {
    const dataDir = temporaryDirectory(t);
    await using other = await createBroker();
    await assert.rejects(createBroker({ dataDir, port: other.port }), { code: 'EADDRINUSE' });
    await using broker = await createBroker({ dataDir });
    assert.ok(broker.port > 0);
  });

  test('is refused to a second createBroker with a DataDirectoryError', async (t) => {
    const dataDir = temporaryDirectory(t);
    await using first = await createBroker({ dataDir });
    await assert.rejects(createBroker({ dataDir }), { name: 'DataDirectoryError' });
    assert.equal(await codeOf(first.url, (channel) => channel.assertQueue('q')), 0);
  });
});
