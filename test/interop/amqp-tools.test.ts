// librabbitmq's command-line tools, as Debian has them. They know no confirms.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Program } from '../support/program.ts';
import { BrokerProcess } from './broker-process.ts';
import { ENDINGS, NO_RESTART } from './restarts.ts';
import { NO_TOOLS, tool, ToolBox, type Tool } from './tool-box.ts';

const DONE = { code: 0, output: '', errors: '' };

describe("librabbitmq's tools", { skip: NO_TOOLS, concurrency: true }, () => {
  test('declare a queue, publish to it, get from it until it is empty, and delete it', async (t) => {
    const box = await ToolBox.open(t);
    const { queue } = box;
    assert.deepEqual(await box.use('declare-queue', '-d', '-q', queue), { ...DONE, output: queue });
    assert.deepEqual(await box.use('publish', '-r', queue, '-b', 'one'), DONE);
    assert.deepEqual(await box.pipe("printf 'two\\nthree\\n'", 'publish', '-r', queue, '-l'), DONE);
    assert.deepEqual(await box.use('get', '-q', queue), { ...DONE, output: 'one' });
    // It keeps the ends of lines.
    assert.deepEqual(await box.use('get', '-q', queue), { ...DONE, output: 'two' });
    assert.deepEqual(await box.use('delete-queue', '-q', queue), { ...DONE, output: '1' });
    await box.use('declare-queue', '-q', queue);
    assert.deepEqual(await box.use('get', '-q', queue), { ...DONE, code: 2 });
  });

  test('publish with properties and headers', async (t) => {
    const box = await ToolBox.open(t);
    await box.use('declare-queue', '-d', '-q', box.queue);
    const options = ['-p', '-C', 'text/plain', '-E', 'identity', '-t', 'back'];
    await box.use('publish', '-r', box.queue, ...options, '-H', 'animal: hare', '-b', 'hop');
    const message = await box.control.get(box.queue, { noAck: true });
    assert.ok(message !== false);
    const given = Object.entries(message.properties as object).filter(
      ([, value]) => value !== undefined,
    );
    assert.deepEqual(Object.fromEntries(given), {
      contentType: 'text/plain',
      contentEncoding: 'identity',
      replyTo: 'back',
      deliveryMode: 2,
      headers: { animal: 'hare' },
    });
  });

  test('publish and consume a body of many frames', async (t) => {
    const box = await ToolBox.open(t);
    await box.use('declare-queue', '-d', '-q', box.queue);
    await box.pipe('head -c 500000 /dev/zero', 'publish', '-r', box.queue);
    const consumed = await box.use('consume', '-q', box.queue, '-c', '1', '--', 'wc', '-c');
    assert.deepEqual(consumed, { ...DONE, output: '500000' });
  });

  test('consume one after the other; what the command fails at returns, flagged', async (t) => {
    const box = await ToolBox.open(t);
    await box.fill('one', 'two', 'three');
    const consume = ['-q', box.queue, '-p', '1', '-c'];
    assert.deepEqual(await box.use('consume', ...consume, '2', '--', 'cat'), {
      ...DONE,
      output: 'one\ntwo',
    });
    const failed = await box.use('consume', ...consume, '1', '--', 'sh', '-c', 'cat; exit 1');
    assert.deepEqual(failed, { ...DONE, output: 'three' });
    const message = await box.control.get(box.queue, { noAck: true });
    assert.ok(message !== false);
    assert.equal(message.fields.redelivered, true);
    assert.equal(message.content.toString(), 'three\n');
  });

  test('hold as many messages as the prefetch says, and without acknowledging all', async (t) => {
    const box = await ToolBox.open(t);
    await box.fill('1', '2', '3', '4', '5');
    // Works for ever; but it must not outlive the tool, which is its parent.
    const stuck = ['--', 'sh', '-c', 'cat; while kill -0 $PPID; do sleep 0.1; done 2>/dev/null'];
    const held = box.start('consume', '-q', box.queue, '-p', '2', ...stuck);
    await held.untilLine('1');
    assert.equal(await box.ready(), 3);
    const greedy = box.start('consume', '-q', box.queue, '-A', ...stuck);
    await greedy.untilLine('3');
    assert.equal(await box.ready(), 0);
    // They do not listen to a broker that says farewell, and it would wait for them.
    await Promise.all([held.kill(), greedy.kill()]);
  });

  test('consume from a queue that the broker names, bound to an exchange', async (t) => {
    const box = await ToolBox.open(t);
    const key = box.queue;
    const consumer = box.start('consume', '-e', 'amq.topic', '-r', `${key}.#`, '-c', '2', 'cat');
    const deadline = Date.now() + 30_000;
    // Its name is told before the queue is bound, so what is sent first may be lost.
    while (consumer.lines.length === 0 && Date.now() < deadline) {
      await box.use('publish', '-e', 'amq.topic', '-r', `${key}.a.b`, '-b', 'line\n');
    }
    await box.use('publish', '-e', 'amq.topic', '-r', key, '-b', 'line\n');
    assert.equal(await consumer.ended(), 0);
    assert.deepEqual(consumer.lines, ['line', 'line']);
    assert.match(consumer.errors, /^Server provided queue name: amq\.gen-/u);
  });

  test("tell the broker's code and text for each error", async (t) => {
    const box = await ToolBox.open(t);
    const { queue } = box;
    await box.fill('one');
    assert.deepEqual(await box.use('get', '-q', 'missing'), {
      ...DONE,
      code: 1,
      errors:
        "basic.get: server channel error 404, message: NOT_FOUND - no queue 'missing' in vhost '/'",
    });
    assert.deepEqual(await box.use('delete-queue', '-e', '-q', queue), {
      ...DONE,
      code: 1,
      errors: `queue.delete: server channel error 406, message: PRECONDITION_FAILED - queue '${queue}' in vhost '/' not empty`,
    });
    assert.deepEqual(await box.use('declare-queue', '-q', queue), {
      ...DONE,
      code: 1,
      errors: `queue.declare: server channel error 406, message: PRECONDITION_FAILED - inequivalent arg 'durable' for queue '${queue}' in vhost '/': received 'false' but current is 'true'`,
    });
    assert.deepEqual(await box.use('publish', '-e', 'missing', '-r', 'key', '-b', 'lost'), {
      ...DONE,
      code: 1,
      errors:
        "closing channel: server channel error 404, message: NOT_FOUND - no exchange 'missing' in vhost '/'",
    });
    assert.equal(await box.ready(), 1);
  });

  for (const [what, signal] of ENDINGS) {
    test(`end when the broker ${what}, and can be started again`, {
      skip: NO_RESTART,
    }, async (t) => {
      const broker = await BrokerProcess.start(t);
      const run = (name: Tool, ...args: string[]): Program =>
        new Program(t, [...tool(name, broker.url), ...args]);
      const round = async (body: string): Promise<Program> => {
        assert.equal(await run('declare-queue', '-q', 'work').ended(), 0);
        const consumer = run('consume', '-q', 'work', 'cat');
        assert.equal(await run('publish', '-r', 'work', '-b', `${body}\n`).ended(), 0);
        await consumer.untilLine(body);
        return consumer;
      };
      const consumer = await round('before');
      await broker.restart(signal);
      assert.equal(await consumer.ended(), 1);
      // It does not tell the broker's reason, even where there is one.
      assert.match(
        consumer.errors,
        /^waiting for header frame: (?:connection closed|a socket error)/u,
      );
      await round('after');
    });
  }
});
