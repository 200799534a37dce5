// Work queues as in RabbitMQ's second tutorial, with each client:
// https://www.rabbitmq.com/tutorials/tutorial-two-python
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CLIENTS } from './clients.ts';
import { Stage, STUCK } from './stage.ts';

/** Every other task is heavy. A worker that is STUCK never ends a heavy one. */
const TASKS = ['heavy 1 ...', 'light 1', 'heavy 2 ..', 'light 2', 'heavy 3 .', 'light 3'] as const;

for (const client of CLIENTS) {
  describe(`a work queue with ${client.name}`, { skip: client.skip, concurrency: true }, () => {
    test('gives the worker every task in order, and waits for the work that its dots ask for', async (t) => {
      const stage = await Stage.open(t, client);
      const worker = await stage.worker({ prefetch: 1, secondsPerDot: 0.05 });
      const sentAt = performance.now();
      await stage.send(...TASKS);
      await worker.untilTold('done', TASKS.length);
      const seconds = (performance.now() - sentAt) / 1000;
      assert.deepEqual(worker.done, TASKS);
      // A timer may fire a little early.
      assert.ok(seconds > 6 * 0.05 * 0.9, `six dots took ${seconds} s`);
    });

    test('holds tasks until a worker comes, each persistent and none redelivered', async (t) => {
      const stage = await Stage.open(t, client);
      await stage.send('early', 'bird');
      const worker = await stage.worker();
      await worker.untilTold('done', 2);
      assert.deepEqual(worker.told('received'), [
        { event: 'received', task: 'early', redelivered: false, deliveryMode: 2 },
        { event: 'received', task: 'bird', redelivered: false, deliveryMode: 2 },
      ]);
    });

    test('gives the tasks of a worker killed in mid-task to another, flagged, none lost', async (t) => {
      const stage = await Stage.open(t, client, 'process');
      const victim = await stage.worker({ secondsPerDot: STUCK });
      const heir = await stage.worker();
      await stage.send(...TASKS);
      await heir.untilTold('done', 3);
      await victim.untilTold('received');
      await victim.kill();
      await heir.untilTold('done', 6);
      assert.deepEqual(victim.done, []);
      assert.deepEqual(heir.received, [
        'light 1',
        'light 2',
        'light 3',
        'heavy 1 ... again',
        'heavy 2 .. again',
        'heavy 3 . again',
      ]);
    });

    test('gives a task that the killed worker had acknowledged to nobody else', async (t) => {
      const stage = await Stage.open(t, client, 'process');
      const victim = await stage.worker({ prefetch: 1, secondsPerDot: STUCK });
      await stage.send('acknowledged', 'in work .', 'not begun');
      // With a prefetch of 1 the second task comes only after the first is acknowledged.
      await victim.untilTold('received', 2);
      await victim.kill();
      const heir = await stage.worker();
      await heir.untilTold('done', 2);
      assert.deepEqual(victim.done, ['acknowledged']);
      assert.deepEqual(heir.received, ['in work . again', 'not begun']);
    });

    test('holds unacknowledged tasks while no worker is there, and redelivers them to workers as they come', async (t) => {
      const stage = await Stage.open(t, client, 'process');
      const victim = await stage.worker({ secondsPerDot: STUCK });
      await stage.send('heavy .', 'second', 'third', 'fourth');
      await stage.untilReady(0);
      await victim.untilTold('received');
      await victim.kill();
      await stage.untilReady(4);
      const first = await stage.worker({ prefetch: 1, secondsPerDot: STUCK });
      await first.untilTold('received');
      await stage.untilReady(3);
      const second = await stage.worker();
      await second.untilTold('done', 3);
      await first.kill();
      await second.untilTold('done', 4);
      assert.deepEqual(first.received, ['heavy . again']);
      assert.deepEqual(second.received, [
        'second again',
        'third again',
        'fourth again',
        'heavy . again',
      ]);
    });

    test('alternates between two workers by round robin, however heavy the tasks', async (t) => {
      const stage = await Stage.open(t, client);
      const first = await stage.worker({ secondsPerDot: 0.02 });
      const second = await stage.worker({ secondsPerDot: 0.02 });
      await stage.send(...TASKS);
      await first.untilTold('done', 3);
      await second.untilTold('done', 3);
      assert.deepEqual(first.done, ['heavy 1 ...', 'heavy 2 ..', 'heavy 3 .']);
      assert.deepEqual(second.done, ['light 1', 'light 2', 'light 3']);
    });

    test('dispatches fairly with a prefetch of 1: a busy worker gets nothing more', async (t) => {
      const stage = await Stage.open(t, client);
      const busy = await stage.worker({ prefetch: 1, secondsPerDot: STUCK });
      const free = await stage.worker({ prefetch: 1 });
      await stage.send(...TASKS);
      await busy.untilTold('received');
      await free.untilTold('done', 5);
      await stage.untilReady(0);
      assert.deepEqual(busy.received, ['heavy 1 ...']);
      assert.deepEqual(free.done, ['light 1', 'heavy 2 ..', 'light 2', 'heavy 3 .', 'light 3']);
    });

    test('keeps what no worker is free for in the queue, with a prefetch of 1', async (t) => {
      const stage = await Stage.open(t, client);
      const first = await stage.worker({ prefetch: 1, secondsPerDot: STUCK });
      const second = await stage.worker({ prefetch: 1, secondsPerDot: STUCK });
      await stage.send(...TASKS);
      await first.untilTold('received');
      await second.untilTold('received', 2);
      await stage.untilReady(3);
      assert.deepEqual(first.received, ['heavy 1 ...']);
      assert.deepEqual(second.received, ['light 1', 'heavy 2 ..']);
    });

    test('is durable when both ends say so; the worker that says otherwise is refused', async (t) => {
      const stage = await Stage.open(t, client);
      await stage.send('kept');
      const worker = stage.run('worker', [], { DURABLE: 'false' });
      assert.equal(await worker.ended(), 1);
      assertRefused(worker.told(), stage.queue, "received 'false' but current is 'true'");
    });

    test('is transient when the worker declared it so; the sender that says otherwise is refused', async (t) => {
      const stage = await Stage.open(t, client);
      await stage.start('worker', [], { DURABLE: 'false' });
      const sender = stage.run('new-task', ['lost']);
      assert.equal(await sender.ended(), 1);
      assertRefused(sender.told(), stage.queue, "received 'true' but current is 'false'");
    });

    test('tells its worker when it is deleted', async (t) => {
      const stage = await Stage.open(t, client);
      const worker = await stage.worker();
      await stage.deleteQueue();
      assert.equal(await worker.ended(), 0, worker.errors);
      assert.deepEqual(worker.told(), [{ event: 'ready' }, { event: 'cancelled' }]);
    });
  });
}

/** Each client frames the broker's text in its own way; the text is in all of them. */
function assertRefused(events: readonly object[], queue: string, difference: string): void {
  const text = `PRECONDITION_FAILED - inequivalent arg 'durable' for queue '${queue}' in vhost '/'`;
  const [event = {}] = events;
  assert.equal(events.length, 1);
  assert.ok(
    'reason' in event && String(event.reason).includes(`${text}: ${difference}`),
    JSON.stringify(event),
  );
}
