// Virtual hosts: what is said of them, what they may have, and that nothing is left of those that are deleted.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BrokerError } from '../../../src/broker/errors.ts';
import { ParameterError } from '../../../src/broker/parameters.ts';
import type { VirtualHostDefaults } from '../../../src/broker/virtual-host-defaults.ts';
import { VirtualHostError } from '../../../src/broker/virtual-host-metadata.ts';
import type { DefinitionKind } from '../../../src/store/definition-store.ts';
import { declareExchange, declareQueue, hostOf, Machine } from '../../support/simulated-broker.ts';

const KINDS: readonly DefinitionKind[] = [
  'vhost',
  'ending-vhost',
  'exchange',
  'queue',
  'binding',
  'parameter',
];

/** Fills a virtual host with one of everything. */
function fill(machine: Machine, name: string): ReturnType<Machine['start']> {
  const broker = machine.start();
  void broker.createVirtualHost(name);
  const virtualHost = hostOf(broker, name);
  declareExchange(virtualHost, 'x');
  for (let i = 0; i < 3; i++) declareQueue(virtualHost, `q${i}`);
  void virtualHost.bindQueue(
    { source: 'x', destination: 'q0', bindingKey: 'k', arguments: new Map() },
    {},
  );
  const definition = { 'max-length': 1 };
  const policy = { name: 'p', pattern: '.*', applyTo: 'all', priority: 0, definition };
  void virtualHost.policies.put(policy);
  void virtualHost.operatorPolicies.put(policy);
  void virtualHost.setLimit('max-queues', 10);
  return broker;
}

/** The keys of all that the store has of a virtual host. */
function storedOf({ store }: Machine, name: string): string[] {
  return KINDS.flatMap((kind) =>
    store
      .load(kind)
      .filter(({ key }) => (JSON.parse(key) as unknown[])[0] === name)
      .map(({ key }) => `${kind} ${key}`),
  );
}

const refuses = (reason: string, text: string) => (error: unknown) =>
  error instanceof VirtualHostError && error.reason === reason && error.message === text;

describe('a virtual host', () => {
  test('that is new has no metadata but what it is created with, and keeps it', () => {
    const machine = new Machine();
    const broker = machine.start();
    void broker.createVirtualHost('plain');
    const given = { description: 'd', tags: ['a', 'b'], defaultQueueType: 'quorum' } as const;
    void broker.createVirtualHost('v', { ...given, tracing: true, protectedFromDeletion: true });
    const again = machine.start();
    const nothing = { description: '', tags: [], defaultQueueType: null, tracing: false };
    const plain = hostOf(again, 'plain').metadata;
    assert.deepEqual(plain, { ...nothing, protectedFromDeletion: false });
    const { metadata } = hostOf(again, 'v');
    assert.deepEqual(metadata, { ...given, tracing: true, protectedFromDeletion: true });
  });

  test('of an earlier version, which kept the name only, is there', () => {
    const machine = new Machine();
    machine.store.put({ kind: 'vhost', key: '["old"]', value: { name: 'old' } });
    assert.equal(hostOf(machine.start(), 'old').metadata.description, '');
  });

  test('that is created again stays as it is', () => {
    const broker = new Machine().start();
    const created = broker.createVirtualHost('v', { description: 'first' });
    assert.equal(broker.createVirtualHost('v', { description: 'second' }), created);
    assert.equal(hostOf(broker, 'v').metadata.description, 'first');
  });

  test('is changed by what is given; the rest stays, after a restart too', () => {
    const machine = new Machine();
    const broker = machine.start();
    void broker.createVirtualHost('v', { description: 'd', tags: ['a'] });
    void broker.updateVirtualHost('v', { tags: ['b'] });
    const { description, tags } = hostOf(machine.start(), 'v').metadata;
    assert.deepEqual([description, tags], ['d', ['b']]);
  });

  test('cannot have a name that clients could not ask for, nor a type of queues that does not exist', () => {
    const broker = new Machine().start();
    assert.throws(() => broker.createVirtualHost(''), VirtualHostError);
    assert.throws(() => broker.createVirtualHost('é'.repeat(128)), VirtualHostError);
    assert.throws(
      () => broker.createVirtualHost('v', { defaultQueueType: 'lazy' as 'quorum' }),
      refuses('invalid', "unsupported queue type 'lazy'"),
    );
    assert.equal(broker.findVirtualHost('v'), null);
  });

  test('cannot be one more than virtualHostMax', () => {
    const broker = new Machine().start({ virtualHostMax: 2 });
    void broker.createVirtualHost('a');
    assert.throws(
      () => broker.createVirtualHost('b'),
      refuses('limit', "cannot create vhost 'b': vhost limit of 2 is reached"),
    );
  });

  test('that is protected is not deleted', () => {
    const broker = new Machine().start();
    void broker.createVirtualHost('v', { protectedFromDeletion: true });
    const text = "Refusing to delete virtual host 'v' because it is protected from deletion";
    assert.throws(() => void broker.deleteVirtualHost('v'), refuses('protected', text));
    void broker.updateVirtualHost('v', { protectedFromDeletion: false });
    void broker.deleteVirtualHost('v');
    assert.equal(broker.findVirtualHost('v'), null);
  });

  test('that does not exist can neither be changed nor deleted', () => {
    const broker = new Machine().start();
    const isMissing = refuses('missing', "Virtual host 'v' does not exist");
    assert.throws(() => void broker.updateVirtualHost('v', {}), isMissing);
    assert.throws(() => void broker.deleteVirtualHost('v'), isMissing);
  });
});

describe('a virtual host that is deleted', () => {
  test('leaves nothing behind, in memory or in the store, and others keep what they have', () => {
    const machine = new Machine();
    const broker = fill(machine, 'v');
    declareQueue(hostOf(broker), 'mine');
    assert.notEqual(storedOf(machine, 'v').length, 0);
    const deleted: string[] = [];
    broker.virtualHosts.onDeleted((name) => deleted.push(name));
    void broker.deleteVirtualHost('v');
    assert.deepEqual(storedOf(machine, 'v'), []);
    assert.deepEqual(deleted, ['v']);
    assert.equal(broker.parameters.list(undefined, 'v').length, 0);
    assert.equal(hostOf(machine.start()).queues.size, 1);
  });

  test('lets no connection in that had asked for it before', () => {
    const broker = new Machine().start();
    void broker.createVirtualHost('v');
    const virtualHost = hostOf(broker, 'v');
    void broker.deleteVirtualHost('v');
    assert.throws(
      () => virtualHost.enter({ owner: {}, forceClose: () => {} }),
      (error) => error instanceof BrokerError && error.message === 'vhost v not found',
    );
  });

  test('takes nothing from who had begun to declare before', () => {
    const machine = new Machine();
    const broker = fill(machine, 'v');
    const virtualHost = hostOf(broker, 'v');
    void broker.deleteVirtualHost('v');
    const isRefusal = (error: unknown): boolean =>
      error instanceof BrokerError && error.message === 'vhost v not found';
    assert.throws(() => declareQueue(virtualHost, 'late'), isRefusal);
    assert.throws(() => declareExchange(virtualHost, 'late'), isRefusal);
    assert.deepEqual(storedOf(machine, 'v'), []);
  });

  test('is not there again when the process ends in the midst of that', () => {
    const machine = new Machine();
    fill(machine, 'v');
    // What a crash leaves: the first change of the deletion, and some of what would have been deleted then.
    machine.store.put({ kind: 'ending-vhost', key: '["v"]', value: { name: 'v' } });
    machine.store.delete('vhost', '["v"]');
    machine.store.delete('queue', '["v","q1"]');
    const again = machine.start();
    assert.equal(again.findVirtualHost('v'), null);
    assert.deepEqual(storedOf(machine, 'v'), []);
    void again.createVirtualHost('v');
    assert.equal(hostOf(again, 'v').queues.size, 0);
    assert.equal(hostOf(again, 'v').policies.size, 0);
  });

  test('can be created again, when all is gone where that takes a while', async () => {
    const machine = new Machine();
    const broker = machine.start();
    void broker.createVirtualHost('v');
    const virtualHost = hostOf(broker, 'v');
    for (let i = 0; i < 1000; i++) declareQueue(virtualHost, `q${i}`);
    // Each look at the clock takes longer than a slice may.
    let lateMs = 0;
    machine.time.monotonicMs = () => machine.time.nowMs() + (lateMs += 20);
    const ended = broker.deleteVirtualHost('v');
    assert.ok(ended instanceof Promise);
    assert.equal(broker.findVirtualHost('v'), null);
    const created = broker.createVirtualHost('v');
    assert.ok(created instanceof Promise);
    for (let i = 0; i < 50; i++) machine.time.pass(10);
    await ended;
    assert.equal((await created).queues.size, 0);
    assert.deepEqual(storedOf(machine, 'v'), ['vhost ["v"]']);
  });
});

describe('limits of a virtual host', () => {
  const refused = (text: string) => (error: unknown) =>
    error instanceof BrokerError && error.reply === 'PRECONDITION_FAILED' && error.message === text;

  test('max-queues refuses one queue more, until one is deleted or the limit is gone', () => {
    const machine = new Machine();
    void hostOf(machine.start()).setLimit('max-queues', 1);
    const virtualHost = hostOf(machine.start());
    const queue = declareQueue(virtualHost, 'a');
    assert.equal(declareQueue(virtualHost, 'a'), queue);
    const text = "cannot declare queue 'b': queue limit in vhost '/' (1) is reached";
    assert.throws(() => declareQueue(virtualHost, 'b'), refused(text));
    virtualHost.queues.delete('a', { ifUnused: false, ifEmpty: false }, {});
    declareQueue(virtualHost, 'b');
    void virtualHost.clearLimit('max-queues');
    declareQueue(virtualHost, 'c');
  });

  test('a negative limit is none', () => {
    const virtualHost = hostOf(new Machine().start());
    void virtualHost.setLimit('max-queues', -1);
    assert.deepEqual(virtualHost.limits, {});
    declareQueue(virtualHost, 'a');
  });

  test('all virtual hosts together have queueMax queues at most', () => {
    const broker = new Machine().start({ queueMax: 2 });
    void broker.createVirtualHost('v');
    declareQueue(hostOf(broker), 'a');
    declareQueue(hostOf(broker, 'v'), 'a');
    assert.throws(
      () => declareQueue(hostOf(broker, 'v'), 'b'),
      refused("cannot declare queue 'b': queue limit in cluster (2) is reached"),
    );
  });

  test('are parameters, and wrong ones are refused', () => {
    const { parameters } = new Machine().start();
    const wrong: readonly (readonly [value: unknown, error: string])[] = [
      [{ 'max-queues': 'a' }, 'max-queues should be a number, actually was <<"a">>'],
      [{ foo: 1 }, 'Unrecognised terms [{<<"foo">>,1}] in limits'],
      [5, 'limits not a list 5'],
    ];
    for (const [value, error] of wrong) {
      assert.throws(
        () => void parameters.put('vhost-limits', '/', 'limits', value),
        (thrown) =>
          thrown instanceof ParameterError && thrown.message === `Validation failed\n\n${error}\n`,
      );
    }
    assert.throws(() => void parameters.put('vhost-limits', '/', 'other', {}), ParameterError);
  });
});

describe('a new virtual host', () => {
  const virtualHostDefaults = {
    limits: [{ pattern: '^tenant', limits: { 'max-queues': 3 } }, { limits: { 'max-queues': 9 } }],
    operatorPolicies: [
      { name: 'short', vhostPattern: '^tenant', definition: { 'max-length': 5 } },
      { name: 'all', queuePattern: '^q', applyTo: 'queues', definition: { expires: 1000 } },
    ],
  };

  test('has the limits and policies of operators that are configured for its name', () => {
    const machine = new Machine();
    const broker = machine.start({ virtualHostDefaults });
    void broker.createVirtualHost('tenant 1');
    const tenant = hostOf(broker, 'tenant 1');
    assert.deepEqual(tenant.limits, { 'max-queues': 3 });
    assert.deepEqual(
      [...tenant.operatorPolicies].map(({ name }) => name),
      ['short', 'all'],
    );
    assert.deepEqual(hostOf(broker).limits, { 'max-queues': 9 });
    const [all] = hostOf(broker).operatorPolicies;
    assert.deepEqual([all?.pattern, all?.applyTo, all?.priority], ['^q', 'queues', 0]);
    // They are given once: who changes them is not overruled by the next start.
    void tenant.operatorPolicies.delete('short');
    assert.equal(
      hostOf(machine.start({ virtualHostDefaults }), 'tenant 1').operatorPolicies.size,
      1,
    );
  });
});

describe('the default type of queues', () => {
  test('is that of the virtual host, or else of the broker, and lasts', () => {
    const machine = new Machine();
    const broker = machine.start({ defaultQueueType: 'quorum' });
    void broker.createVirtualHost('v', { defaultQueueType: 'stream' });
    assert.equal(declareQueue(hostOf(broker), 'q').type, 'quorum');
    assert.equal(declareQueue(hostOf(broker, 'v'), 'q').type, 'stream');
    assert.equal(declareQueue(hostOf(broker, 'v'), 'q').type, 'stream');
    const again = machine.start();
    assert.equal(hostOf(again).queues.find('q')?.type, 'quorum');
    assert.equal(hostOf(again, 'v').queues.find('q')?.type, 'stream');
  });

  test('gives way to a type that is asked for, and to flags that it does not know', () => {
    const virtualHost = hostOf(new Machine().start({ defaultQueueType: 'quorum' }));
    assert.equal(declareQueue(virtualHost, 'a', { 'x-queue-type': 'classic' }).type, 'classic');
    assert.equal(declareQueue(virtualHost, 'b', {}, { isExclusive: true }).type, 'classic');
    assert.equal(declareQueue(virtualHost, 'c', {}, { isDurable: false }).type, 'classic');
    assert.equal(declareQueue(virtualHost, 'd', { 'x-queue-type': '' }).type, 'quorum');
  });
});

describe('defaults for new virtual hosts', () => {
  const wrong: readonly (readonly [what: string, defaults: Partial<VirtualHostDefaults>])[] = [
    ['a pattern', { limits: [{ pattern: '(', limits: {} }] }],
    ['a limit', { limits: [{ limits: { 'max-queues': 1.5 } }] }],
    ['a policy', { operatorPolicies: [{ name: 'p', definition: { foo: 1 } }] }],
  ];
  for (const [what, defaults] of wrong) {
    test(`with ${what} that is wrong stop the start`, () => {
      const virtualHostDefaults = { limits: [], operatorPolicies: [], ...defaults };
      assert.throws(() => new Machine().start({ virtualHostDefaults }), Error);
    });
  }
});
