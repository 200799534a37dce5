// Which policy applies to what, compared with a naive search.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Policy } from '../../../../src/broker/policy/policy.ts';
import type { VirtualHost } from '../../../../src/broker/virtual-host.ts';
import {
  declareExchange,
  declareQueue,
  hostOf,
  Machine,
} from '../../../support/simulated-broker.ts';

type PolicyValues = Omit<Policy, 'vhost'>;

const TYPES = ['classic', 'quorum', 'stream'] as const;
const APPLY_TO = ['all', 'queues', 'classic_queues', 'quorum_queues', 'streams', 'exchanges'];
/** Keys, and the types of queues that know them. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'max-length': ['classic', 'quorum'],
  'max-length-bytes': TYPES,
  'delivery-limit': ['quorum'],
  expires: ['classic', 'quorum'],
};

const policy: fc.Arbitrary<PolicyValues> = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  pattern: fc.constantFrom('.*', '^q', '1$', '^(?!x)', 'classic', '[12]'),
  applyTo: fc.constantFrom(...APPLY_TO),
  priority: fc.integer({ min: 0, max: 2 }),
  definition: fc.dictionary(fc.constantFrom(...Object.keys(KEYS)), fc.integer({ min: 1, max: 9 }), {
    minKeys: 1,
  }),
});

interface Step {
  readonly kind: 'policies' | 'operatorPolicies';
  readonly isDeleted: boolean;
  readonly policy: PolicyValues;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('policies', 'operatorPolicies'),
    isDeleted: fc.boolean(),
    policy,
  }),
  { maxLength: 20 },
);

/** What is there to apply to: queues of each type, and exchanges. */
const NAMES: readonly (readonly [name: string, target: string])[] = [
  ...TYPES.flatMap((type) => [`q.${type}.1`, `q.${type}.2`].map((name) => [name, type] as const)),
  ['amq.direct', 'exchange'],
  ['x.1', 'exchange'],
  ['q.exchange.2', 'exchange'],
];

function declareAll(virtualHost: VirtualHost): void {
  for (const [name, target] of NAMES) {
    if (name.startsWith('amq.')) continue;
    if (target === 'exchange') declareExchange(virtualHost, name);
    else declareQueue(virtualHost, name, { 'x-queue-type': target });
  }
}

function carryOut(virtualHost: VirtualHost, all: readonly Step[]): void {
  for (const { kind, isDeleted, policy: values } of all) {
    const policies = virtualHost[kind];
    if (!isDeleted) void policies.put(values);
    else if (policies.find(values.name) !== null) void policies.delete(values.name);
  }
}

/** What applies to everything: names, and what the two make together. */
function appliedTo(virtualHost: VirtualHost): unknown {
  return NAMES.map(([name, target]) => {
    const found =
      target === 'exchange' ? virtualHost.exchanges.find(name) : virtualHost.queues.find(name);
    const settings = found !== undefined && 'settings' in found ? found.settings : null;
    return [
      name,
      found?.policy?.name ?? null,
      found?.operatorPolicy?.name ?? null,
      { ...found?.effectivePolicy },
      settings,
    ];
  });
}

function naivelyApplied(all: Iterable<Policy>, name: string, target: string): string | null {
  const applyTo: Record<string, readonly string[]> = {
    all: [...TYPES, 'exchange'],
    queues: TYPES,
    classic_queues: ['classic'],
    quorum_queues: ['quorum'],
    streams: ['stream'],
    exchanges: ['exchange'],
  };
  const matching = [...all].filter(
    (candidate) =>
      new RegExp(candidate.pattern).test(name) &&
      applyTo[candidate.applyTo]?.includes(target) === true &&
      (target === 'exchange' ||
        Object.keys(candidate.definition).every((key) => KEYS[key]?.includes(target) === true)),
  );
  const best = Math.max(...matching.map(({ priority }) => priority));
  const names = matching.filter(({ priority }) => priority === best).map((found) => found.name);
  return names.sort()[0] ?? null;
}

describe('policies', () => {
  test('apply as a naive search says, whatever was set and cleared before', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const virtualHost = hostOf(new Machine().start());
        declareAll(virtualHost);
        carryOut(virtualHost, all);
        for (const [name, target] of NAMES) {
          const found =
            target === 'exchange'
              ? virtualHost.exchanges.find(name)
              : virtualHost.queues.find(name);
          const { policies, operatorPolicies } = virtualHost;
          assert.equal(found?.policy?.name ?? null, naivelyApplied(policies, name, target));
          const operator = naivelyApplied(operatorPolicies, name, target);
          assert.equal(found?.operatorPolicy?.name ?? null, operator);
        }
      }),
    );
  });

  test('apply the same to what was declared before them, after them, and to what a restart finds', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const before = new Machine();
        const first = hostOf(before.start());
        declareAll(first);
        carryOut(first, all);
        const after = hostOf(new Machine().start());
        carryOut(after, all);
        declareAll(after);
        assert.deepEqual(appliedTo(after), appliedTo(first));
        assert.deepEqual(appliedTo(hostOf(before.start())), appliedTo(first));
      }),
    );
  });

  test('that apply to two queues are one object for both', () => {
    const virtualHost = hostOf(new Machine().start());
    declareAll(virtualHost);
    const definition = { 'max-length': 1 };
    const values = { name: 'p', pattern: '.*', applyTo: 'queues', priority: 0, definition };
    void virtualHost.policies.put(values);
    const [one, two] = ['q.classic.1', 'q.classic.2'].map((name) => virtualHost.queues.find(name));
    assert.equal(one?.applied, two?.applied);
    assert.equal(one?.effectivePolicy, two?.effectivePolicy);
  });

  test('that cannot be used are told in the log, and the rest works', () => {
    const machine = new Machine();
    const value = { pattern: '(', priority: 0, definition: { 'max-length': 1 } };
    const parameter = { component: 'policy', vhost: '/', name: 'bad', value };
    machine.start();
    machine.store.put({ kind: 'parameter', key: '["/","policy","bad"]', value: parameter });
    const virtualHost = hostOf(machine.start());
    assert.equal(virtualHost.policies.size, 0);
    assert.match(JSON.stringify(machine.log), /a policy cannot be used and is left out/u);
  });

  test('restart the time of a queue that expires, from now on', () => {
    const machine = new Machine();
    const virtualHost = hostOf(machine.start());
    declareQueue(virtualHost, 'q');
    const set = (expires: number): void => {
      const values = { pattern: '.*', applyTo: 'queues', priority: 0, definition: { expires } };
      void virtualHost.policies.put({ name: 'p', ...values });
    };
    set(1000);
    machine.time.pass(900);
    set(500);
    machine.time.pass(499);
    assert.notEqual(virtualHost.queues.find('q'), undefined);
    void virtualHost.policies.delete('p');
    machine.time.pass(10_000);
    assert.notEqual(virtualHost.queues.find('q'), undefined);
    set(1000);
    machine.time.pass(1000);
    assert.equal(virtualHost.queues.find('q'), undefined);
  });
});
