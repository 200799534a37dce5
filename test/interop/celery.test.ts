// A Celery application with kombu: the program in celery/.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BrokerProcess } from './broker-process.ts';
import { CeleryStage } from './celery-stage.ts';
import { whyNoPython } from './python-programs.ts';
import { NO_RESTART } from './restarts.ts';
import { testTold, type Scenario } from './scenarios.ts';

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'calls',
    fact: 'gets results, and the errors of tasks that fail',
    told: [
      { event: 'result', value: 5 },
      { event: 'failed', state: 'FAILURE', text: 'integer division or modulo by zero' },
    ],
  },
  {
    name: 'chains',
    fact: 'gives the result of each task of a chain to the next',
    told: [{ event: 'result', value: 4 }],
  },
  {
    name: 'groups',
    fact: 'gets the results of all tasks of a group, in their order',
    told: [{ event: 'results', values: Array.from({ length: 20 }, (_, n) => 2 * n) }],
  },
  {
    name: 'retries',
    fact: 'retries a task with a countdown, until it succeeds or may not try more',
    told: [
      { event: 'result', value: 2 },
      { event: 'failed', state: 'FAILURE', text: 'as always' },
    ],
  },
  {
    name: 'times',
    fact: 'does a task at its time, and not at all when it has expired',
    told: [
      { event: 'result', value: 2, waited: true },
      { event: 'failed', state: 'REVOKED', text: 'expired' },
    ],
  },
  {
    name: 'control',
    fact: 'asks a worker over its mailbox, and is answered',
    told: [
      { event: 'answered', answers: [{ ok: 'pong' }] },
      { event: 'answered', answers: [true] },
    ],
  },
  {
    name: 'events',
    fact: 'hears of what becomes of a task',
    told: [{ event: 'seen', types: ['task-received', 'task-started', 'task-succeeded'] }],
  },
  {
    name: 'priorities',
    fact: 'has a worker consume from a queue with priorities, too',
    told: [{ event: 'results', values: [1, 5, 9] }],
  },
  {
    name: 'crashes',
    fact: 'has a task done again when the process that worked on it died',
    told: [{ event: 'result', value: 'done by another' }],
  },
];

const CHORDS: Scenario = {
  name: 'chords',
  fact: 'gives the results of a group to the task of its chord, when they are all there',
  told: [
    { event: 'result', value: 90 },
    { event: 'result', value: 16 },
  ],
};

const DELAYS: Scenario = {
  name: 'delays',
  fact: 'gets the result of a task that a quorum queue held until its time had come',
  told: [{ event: 'result', value: 2, waited: true }],
};

describe('a Celery application', { skip: whyNoPython(), concurrency: true }, () => {
  test('with a worker of two processes', async (t) => {
    const stage = await CeleryStage.open(t);
    const options = ['--pool=solo', `--queues=${stage.named('held')}`];
    const [worker, victim] = await Promise.all([
      stage.worker('main', '--task-events', '--concurrency=2'),
      stage.worker('victim', ...options),
    ]);
    const names = SCENARIOS.map(({ name }) => name);
    await testTold(t, stage.client(...names), SCENARIOS);
    await t.test('received what is urgent first', () => {
      const urgent = worker
        .told('received')
        .filter(({ routingKey }) => routingKey === stage.named('urgent'));
      assert.deepEqual(
        urgent.map(({ args }) => args),
        [
          [9, 0],
          [5, 0],
          [1, 0],
        ],
      );
    });
    await t.test('received again, flagged, what the process had that died', () => {
      const crashed = worker.told('received').filter(({ task }) => task === 'tasks.crash');
      assert.deepEqual(
        crashed.map(({ redelivered }) => redelivered),
        [false, true],
      );
    });
    await t.test(
      'has a task redelivered to it whose worker was killed in the midst of it',
      async () => {
        const client = stage.client('holds');
        await victim.untilTold('holding');
        await victim.kill();
        assert.equal(await stage.command('control', 'add_consumer', stage.named('held')), 0);
        await worker.untilTold('holding');
        assert.equal(await client.ended(), 0, client.errors);
        const told = [
          ...victim.told('holding'),
          ...worker.told('holding'),
          ...client.told('result'),
        ];
        assert.deepEqual(told, [
          { event: 'holding', redelivered: false },
          { event: 'holding', redelivered: true },
          { event: 'result', value: 'done by another' },
        ]);
      },
    );
    await t.test('ends well', async () => {
      worker.signal('SIGTERM');
      assert.equal(await worker.ended(), 0, worker.errors);
    });
  });

  test('with results in SQLite', async (t) => {
    const stage = await CeleryStage.open(t, { results: 'sqlite' });
    await stage.worker('main', '--pool=solo');
    await testTold(t, stage.client(CHORDS.name), [CHORDS]);
  });

  test('with a quorum queue', async (t) => {
    const stage = await CeleryStage.open(t, { queueType: 'quorum' });
    const worker = await stage.worker('main', '--pool=solo');
    await testTold(t, stage.client(DELAYS.name), [DELAYS]);
    await t.test('received it by the way of delayed tasks: a second is a one at the end', () => {
      const [received] = worker.told('received');
      assert.equal(received?.['routingKey'], `${'0.'.repeat(27)}1.${stage.named('tasks')}`);
    });
  });

  test('goes on when its broker was killed and started again', { skip: NO_RESTART }, async (t) => {
    const broker = await BrokerProcess.start(t);
    const stage = await CeleryStage.open(t, { url: broker.url });
    await stage.worker('main', '--pool=solo');
    const client = stage.client('always');
    await client.untilTold('result');
    await broker.restart('SIGKILL');
    // One of them may have been under way already.
    const before = client.told('result').length;
    await client.untilTold('result', before + 2);
  });
});
