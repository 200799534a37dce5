// A broker inside a Node process: fresh, beside others, and gone without a trace.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'amqplib';
import { createBroker } from 'leveret';
import { Program } from '../support/program.ts';

test('each broker starts empty, on a port of its own', async () => {
  await using first = await createBroker();
  await using second = await createBroker();
  assert.notEqual(first.port, second.port);
  const connection = await connect(first.url);
  const channel = await connection.createChannel();
  await channel.assertQueue('only-here');
  const other = await connect(second.url);
  const otherChannel = await other.createChannel();
  otherChannel.on('error', () => {});
  await assert.rejects(otherChannel.checkQueue('only-here'), /404.*no queue 'only-here'/u);
  await connection.close();
  await other.close();
});

test('a closed broker has freed its port, and closing it again does nothing', async () => {
  const first = await createBroker();
  await first.close();
  await first.close();
  await using second = await createBroker({ port: first.port });
  assert.equal(second.port, first.port);
});

test('a port in use rejects with EADDRINUSE', async () => {
  await using broker = await createBroker();
  await assert.rejects(createBroker({ port: broker.port }), { code: 'EADDRINUSE' });
});

test('a program that used a broker and closed it ends by itself', async (t) => {
  const source = `
    import { createBroker } from 'leveret';
    import { connect } from 'amqplib';
    const before = performance.now();
    const broker = await createBroker();
    const startedMs = performance.now() - before;
    const connection = await connect(broker.url);
    await connection.createChannel();
    connection.on('error', () => {});
    await broker.close();
    console.log(startedMs.toFixed(1));`;
  const args = ['--conditions=leveret-source', '--input-type=module', '--eval', source];
  const program = new Program(t, [process.execPath, ...args]);
  assert.equal(await program.ended(), 0, program.errors);
  t.diagnostic(`the broker started in ${program.lines[0]} ms`);
});
