// Brokers one after the other on the same store: what the second one makes of what the first one left.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { EMPTY_TABLE, fromPlain, type FieldTable } from '../../../src/amqp/wire/field-table.ts';
import { Broker } from '../../../src/broker/broker.ts';
import type { DeclaredQueue } from '../../../src/broker/queue/declared-queue.ts';
import type { VirtualHost } from '../../../src/broker/virtual-host.ts';
import { systemDisk } from '../../../src/runtime/system-disk.ts';
import { systemMemory } from '../../../src/runtime/memory.ts';
import { systemRandom } from '../../../src/runtime/random.ts';
import type { Definition } from '../../../src/store/definition-store.ts';
import { MemoryDefinitionStore } from '../../../src/store/memory/memory-definition-store.ts';
import { MemoryJournal } from '../../../src/store/memory/memory-journal.ts';
import { CollectedLog } from '../../support/collected-log.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';
import { fieldTable } from '../amqp/wire/wire-arbitraries.ts';

/** Keeps what JSON makes of the values, as the store on disk does. */
class JsonStore extends MemoryDefinitionStore {
  override put(definition: Definition): void {
    super.put({ ...definition, value: JSON.parse(JSON.stringify(definition.value)) });
  }
}

/** A computer on which brokers start and end. */
class Machine {
  readonly store: JsonStore = new JsonStore();
  readonly time: SimulatedTime = new SimulatedTime();
  readonly log: CollectedLog = new CollectedLog();

  start(): VirtualHost {
    const { store, time, log } = this;
    const system = { random: systemRandom, memory: systemMemory, disk: systemDisk };
    const runtime = { clock: time, timers: time, log, ...system };
    const broker = new Broker({ runtime, journal: new MemoryJournal(), definitions: store });
    broker.recover();
    const virtualHost = broker.findVirtualHost('/');
    assert.ok(virtualHost !== null);
    return virtualHost;
  }
}

const OWNER = {};

interface QueueFlags {
  readonly isDurable?: boolean;
  readonly isExclusive?: boolean;
  readonly isAutoDelete?: boolean;
  readonly arguments?: FieldTable;
}

function declareQueue(
  virtualHost: VirtualHost,
  name: string,
  flags: QueueFlags = {},
): DeclaredQueue {
  const defaults = { isDurable: true, isExclusive: false, isAutoDelete: false };
  const declaration = { ...defaults, arguments: EMPTY_TABLE, name, ...flags };
  const queue = virtualHost.queues.declare(declaration, OWNER);
  assert.ok(!(queue instanceof Promise));
  return queue;
}

function declareExchange(
  virtualHost: VirtualHost,
  name: string,
  args: FieldTable = EMPTY_TABLE,
): void {
  const flags = { isDurable: true, isAutoDelete: false, isInternal: false };
  void virtualHost.exchanges.declare({ ...flags, name, type: 'headers', arguments: args });
}

describe('a broker that starts again', () => {
  test('has every argument of queues, exchanges and bindings as it was, of whatever type', () => {
    fc.assert(
      fc.property(fieldTable, (args) => {
        const machine = new Machine();
        const first = machine.start();
        declareExchange(first, 'x', args);
        declareQueue(first, 'q');
        const binding = { source: 'x', destination: 'q', bindingKey: '\u00ff\u0000k' };
        void first.bindQueue({ ...binding, arguments: args }, OWNER);
        const second = machine.start();
        assert.deepEqual(second.exchanges.get('x').arguments, args);
        const [restored] = second.exchanges.get('x').bindings.values();
        assert.deepEqual(restored?.arguments, args);
        assert.equal(restored?.bindingKey, binding.bindingKey);
        assert.deepEqual(machine.log.complaints, []);
      }),
    );
  });

  test('has its queues with their ids, properties and arguments', () => {
    const machine = new Machine();
    const first = machine.start();
    declareQueue(first, 'passing', { isDurable: false });
    const args = fromPlain({ 'x-max-length': 7, 'x-queue-type': 'quorum', note: 2n ** 40n });
    const kept = declareQueue(first, 'kept', { arguments: args });
    declareQueue(first, 'kept as long as it is used', { isAutoDelete: true });
    const second = machine.start();
    const restored = second.queues.find('kept');
    assert.deepEqual(
      [restored?.id, restored?.type, restored?.isDurable, restored?.settings.maxLength],
      [kept.id, 'quorum', true, 7],
    );
    assert.deepEqual(restored?.arguments, args);
    assert.deepEqual(
      [...second.queues].map(({ name, isAutoDelete }) => [name, isAutoDelete]),
      [
        ['kept', false],
        ['kept as long as it is used', true],
      ],
    );
  });

  test('does not have exclusive queues, not even those that were declared durable', () => {
    const machine = new Machine();
    declareQueue(machine.start(), 'mine', { isExclusive: true });
    assert.deepEqual([...machine.start().queues], []);
  });

  test('has the bindings whose two ends are durable, and no others', () => {
    const machine = new Machine();
    const first = machine.start();
    declareQueue(first, 'kept');
    declareQueue(first, 'passing', { isDurable: false });
    for (const destination of ['kept', 'passing']) {
      const binding = { source: 'amq.topic', destination, bindingKey: 'k', arguments: EMPTY_TABLE };
      void first.bindQueue(binding, OWNER);
    }
    const between = { source: 'amq.topic', destination: 'amq.fanout', bindingKey: 'f' };
    void first.bindExchange({ ...between, arguments: EMPTY_TABLE });
    assert.equal(machine.store.load('binding').length, 2);
    const { bindings } = machine.start().exchanges.get('amq.topic');
    assert.deepEqual([...bindings.values()].map(({ bindingKey }) => bindingKey).sort(), ['f', 'k']);
  });

  test('keeps nothing of a queue that was deleted', () => {
    const machine = new Machine();
    const first = machine.start();
    declareQueue(first, 'q');
    const binding = { source: 'amq.topic', destination: 'q', bindingKey: 'k' };
    void first.bindQueue({ ...binding, arguments: EMPTY_TABLE }, OWNER);
    void first.queues.delete('q', { ifUnused: false, ifEmpty: false }, OWNER);
    assert.deepEqual([...machine.store.load('queue'), ...machine.store.load('binding')], []);
  });

  test('never gives an id twice, not even that of a queue that was deleted', () => {
    const machine = new Machine();
    const ids: number[] = [];
    for (let round = 0; round < 4; round++) {
      const virtualHost = machine.start();
      for (let i = 0; i < 1200; i += 300) ids.push(declareQueue(virtualHost, `${round} ${i}`).id);
      const last = declareQueue(virtualHost, 'last');
      ids.push(last.id);
      void virtualHost.queues.delete('last', { ifUnused: false, ifEmpty: false }, OWNER);
    }
    assert.equal(new Set(ids).size, ids.length);
  });

  test('gives ids above those of its queues when nothing else is known', () => {
    const machine = new Machine();
    const { id } = declareQueue(machine.start(), 'q');
    machine.store.delete('counter', 'next-queue-id');
    assert.ok(declareQueue(machine.start(), 'r').id > id);
  });

  test('counts x-expires anew from its start', () => {
    const machine = new Machine();
    declareQueue(machine.start(), 'q', { arguments: fromPlain({ 'x-expires': 1000 }) });
    machine.time.pass(900);
    const again = machine.start();
    machine.time.pass(900);
    assert.ok(again.queues.find('q') !== undefined);
    machine.time.pass(200);
    assert.equal(again.queues.find('q'), undefined);
  });

  test('has its virtual hosts, and no `/` where it was not among them', () => {
    const machine = new Machine();
    machine.store.put({ kind: 'vhost', key: 'any', value: { name: 'other' } });
    const { store: definitions, time, log } = machine;
    const system = { random: systemRandom, memory: systemMemory, disk: systemDisk };
    const runtime = { clock: time, timers: time, log, ...system };
    const broker = new Broker({ runtime, journal: new MemoryJournal(), definitions });
    broker.recover();
    assert.equal(broker.findVirtualHost('other')?.name, 'other');
    assert.equal(broker.findVirtualHost('/'), null);
  });

  for (const [what, definition] of [
    [
      'an exchange of an unknown type',
      {
        kind: 'exchange',
        value: { type: 'x-future', isAutoDelete: false, isInternal: false, arguments: 'AAAAAA==' },
      },
    ],
    ['a queue without an id', { kind: 'queue', value: { isAutoDelete: false, arguments: '' } }],
    [
      'a queue with arguments that are no table',
      { kind: 'queue', value: { id: 5, isAutoDelete: false, arguments: '////' } },
    ],
    [
      'a queue of an unknown type',
      {
        kind: 'queue',
        // {"x-queue-type": "far"}
        value: {
          id: 5,
          isAutoDelete: false,
          arguments: 'AAAAFQx4LXF1ZXVlLXR5cGVTAAAAA2Zhcg==',
        },
      },
    ],
    [
      'a binding to a queue that is not there',
      {
        kind: 'binding',
        value: {
          source: 'amq.topic',
          destinationKind: 'queue',
          destination: 'gone',
          bindingKey: '',
          arguments: 'AAAAAA==',
        },
      },
    ],
    ['a virtual host without a name', { kind: 'vhost', value: null }],
    ['a queue of a virtual host that is not there', { kind: 'queue', value: { vhost: 'gone' } }],
  ] as const) {
    test(`leaves out ${what}, says so once, and has the rest`, () => {
      const machine = new Machine();
      declareQueue(machine.start(), 'good');
      const value =
        definition.value === null ? null : { vhost: '/', name: 'bad', ...definition.value };
      machine.store.put({ kind: definition.kind, key: 'bad', value });
      const again = machine.start();
      assert.deepEqual(
        [...again.queues].map(({ name }) => name),
        ['good'],
      );
      assert.equal(again.exchanges.find('bad'), undefined);
      assert.deepEqual(machine.log.complaints, [
        'error a stored definition cannot be used and is left out',
      ]);
    });
  }

  test('does not give the id of a queue that it left out to another one', () => {
    const machine = new Machine();
    machine.start();
    machine.store.put({ kind: 'queue', key: 'bad', value: { id: 123_456 } });
    assert.equal(declareQueue(machine.start(), 'q').id, 123_457);
  });
});
