// A broker inside a Node process: fresh, beside others, and gone without a trace.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { connect, type ChannelModel } from 'amqplib';
import { createBroker } from 'leveret';
import { Program } from '../support/program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Declares a durable queue, says how many messages it has, and leaves one more in it. */
async function visit(url: string): Promise<number> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  const { messageCount } = await channel.assertQueue('visits', { durable: true });
  channel.sendToQueue('visits', Buffer.from('was here'), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
  return messageCount;
}

/** A connection with a channel, a consumer and a message that it has not acknowledged. */
async function connectAndConsume(url: string): Promise<ChannelModel> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  await channel.assertQueue('work');
  channel.sendToQueue('work', Buffer.from('task'));
  await new Promise((resolve, reject) => {
    channel.consume('work', resolve).catch(reject);
  });
  return connection;
}

describe('an embedded broker', () => {
  test('takes a free port of 127.0.0.1, and serves a client at its URL', async () => {
    await using broker = await createBroker();
    assert.equal(broker.host, '127.0.0.1');
    assert.equal(broker.url, `amqp://guest:guest@127.0.0.1:${broker.port}`);
    assert.equal(await visit(broker.url), 0);
    assert.equal(await visit(broker.url), 1);
  });

  test('knows nothing of the others that run beside it', async () => {
    const brokers = await Promise.all(Array.from({ length: 5 }, () => createBroker()));
    assert.equal(new Set(brokers.map(({ port }) => port)).size, 5);
    assert.deepEqual(await Promise.all(brokers.map(({ url }) => visit(url))), [0, 0, 0, 0, 0]);
    const [first, ...others] = brokers;
    await first!.close();
    assert.deepEqual(await Promise.all(others.map(({ url }) => visit(url))), [1, 1, 1, 1]);
    await Promise.all(others.map((broker) => broker.close()));
  });

  test('starts empty, also on the port of one that was closed', async () => {
    const first = await createBroker();
    assert.equal(await visit(first.url), 0);
    await first.close();
    await using second = await createBroker({ port: first.port });
    assert.equal(second.url, first.url);
    assert.equal(await visit(second.url), 0);
  });

  test('starts many times over, quickly', async (t) => {
    const durations: number[] = [];
    for (let round = 0; round < 20; round++) {
      const before = performance.now();
      await using broker = await createBroker();
      durations.push(performance.now() - before);
      assert.ok(broker.port > 0);
    }
    durations.sort((a, b) => a - b);
    const [best, median, worst] = [0, 10, 19].map((index) => durations[index]!.toFixed(1));
    t.diagnostic(`started 20 times: median ${median} ms, ${best} to ${worst} ms`);
  });

  test('refuses a port in use with EADDRINUSE, and leaves its owner alone', async () => {
    await using broker = await createBroker();
    await assert.rejects(createBroker({ port: broker.port }), { code: 'EADDRINUSE' });
    assert.equal(await visit(broker.url), 0);
  });
});

describe('a closed broker', () => {
  test('has closed its connections with 320', async () => {
    const broker = await createBroker();
    const connection = await connectAndConsume(broker.url);
    const closed = once(connection, 'close') as Promise<[Error?]>;
    await broker.close();
    const [error] = await closed;
    assert.match(error?.message ?? '', /320.*CONNECTION_FORCED/u);
  });

  test('accepts no more connections', async () => {
    const broker = await createBroker();
    await broker.close();
    await assert.rejects(connect(broker.url), { code: 'ECONNREFUSED' });
  });

  test('can be closed again, and twice at the same time', async () => {
    const broker = await createBroker();
    const connection = await connectAndConsume(broker.url);
    const closed = once(connection, 'close');
    await Promise.all([broker.close(), broker.close()]);
    await broker.close();
    await closed;
  });

  test('is what `await using` leaves behind, also after an exception', async () => {
    let url = '';
    const failing = async (): Promise<void> => {
      await using broker = await createBroker();
      url = broker.url;
      throw new Error('a failing test');
    };
    await assert.rejects(failing(), /a failing test/u);
    await assert.rejects(connect(url), { code: 'ECONNREFUSED' });
  });

  for (const [what, use] of [
    ['without a client', ''],
    ['with a client that the broker disconnects', 'await connectAndConsume(broker.url);'],
  ] as const) {
    test(`lets the program end that used it ${what}`, { timeout: 60_000 }, async (t) => {
      const source = `
        import { connect } from 'amqplib';
        import { createBroker } from 'leveret';
        ${connectAndConsume.toString()}
        const before = performance.now();
        const broker = await createBroker();
        console.log((performance.now() - before).toFixed(1));
        ${use}
        await broker.close();`;
      const args = ['--conditions=leveret-source', '--input-type=module', '--eval', source];
      const program = new Program(t, [process.execPath, ...args]);
      assert.equal(await program.ended(), 0, program.errors);
      t.diagnostic(`the first broker of a process started in ${program.lines[0]} ms`);
    });
  }

  for (const [what, algorithm, dataDir] of [
    ['in memory hashes passwords as RabbitMQ does', 'rabbit_password_hashing_sha256', () => null],
    [
      'with a data directory hashes passwords with scrypt',
      'leveret_password_hashing_scrypt',
      temporaryDirectory,
    ],
  ] as const) {
    test(what, async (t) => {
      await using broker = await createBroker({ dataDir: dataDir(t) });
      const { users } = broker.definitions.export() as { users: { hashing_algorithm: string }[] };
      assert.deepEqual(
        users.map(({ hashing_algorithm: used }) => used),
        [algorithm],
      );
      const connection = await connect(broker.url);
      await connection.close();
    });
  }
});
