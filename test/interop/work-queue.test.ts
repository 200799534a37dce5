// Work queues as in RabbitMQ's second tutorial (https://www.rabbitmq.com/tutorials/tutorial-two-python), with each client.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBroker } from 'leveret';
import { CLIENTS, done, Stage } from './clients.ts';

/** Work that no test waits for. */
const ENDLESS = `endless ${'.'.repeat(100_000)}`;

for (const client of CLIENTS) {
  describe(`a work queue with ${client.name}`, { skip: client.skip, concurrency: true }, () => {
    test('gives every task to the worker, in order', async (t) => {
      await using broker = await createBroker();
      const stage = new Stage(t, client, broker.url);
      const tasks = ['first .', 'second ..', 'third', 'fourth ...'];
      const worker = await stage.worker(1);
      await stage.send(...tasks);
      await worker.until('all done', () => done(worker).length === tasks.length);
      assert.deepEqual(done(worker), tasks);
    });

    test('holds tasks until a worker comes', async (t) => {
      await using broker = await createBroker();
      const stage = new Stage(t, client, broker.url);
      await stage.send('early', 'bird');
      const worker = await stage.worker(1);
      await worker.until('both done', () => done(worker).length === 2);
      assert.deepEqual(done(worker), ['early', 'bird']);
    });

    test('gives the tasks of a worker killed in mid-task to another, flagged, none lost', async (t) => {
      await using broker = await createBroker();
      const stage = new Stage(t, client, broker.url);
      const victim = await stage.worker(0);
      await stage.send(ENDLESS, 'second', 'third');
      await victim.untilLine(`received ${ENDLESS}`);
      await victim.kill();
      assert.deepEqual(done(victim), []);
      const heir = stage.run('worker', [], { PREFETCH: '0', SECONDS_PER_DOT: '0' });
      await heir.until('all done', () => done(heir).length === 3);
      assert.deepEqual(
        heir.lines.filter((line) => line.startsWith('received')),
        [`received again ${ENDLESS}`, 'received again second', 'received again third'],
      );
    });

    test('alternates between two workers by round robin, however heavy the tasks', async (t) => {
      await using broker = await createBroker();
      const stage = new Stage(t, client, broker.url);
      const first = await stage.worker(0);
      const second = await stage.worker(0);
      await stage.send(
        'heavy 1 ...',
        'light 1',
        'heavy 2 ...',
        'light 2',
        'heavy 3 ...',
        'light 3',
      );
      await first.until('three done', () => done(first).length === 3);
      await second.until('three done', () => done(second).length === 3);
      assert.deepEqual(done(first), ['heavy 1 ...', 'heavy 2 ...', 'heavy 3 ...']);
      assert.deepEqual(done(second), ['light 1', 'light 2', 'light 3']);
    });

    test('dispatches fairly with a prefetch of 1: a busy worker gets nothing more', async (t) => {
      await using broker = await createBroker();
      const stage = new Stage(t, client, broker.url);
      const busy = await stage.worker(1);
      const idle = await stage.worker(1);
      await stage.send(ENDLESS, 'light 1', 'heavy 2 ...', 'light 2', 'heavy 3 ...', 'light 3');
      await busy.untilLine(`received ${ENDLESS}`);
      await idle.until('all else done', () => done(idle).length === 5);
      assert.deepEqual(done(idle), ['light 1', 'heavy 2 ...', 'light 2', 'heavy 3 ...', 'light 3']);
      assert.deepEqual(busy.lines, ['ready', `received ${ENDLESS}`]);
    });
  });
}
