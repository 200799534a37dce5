// Which binding keys of a topic exchange match which routing keys (https://www.rabbitmq.com/tutorials/amqp-concepts).
import assert from 'node:assert/strict';
import { fact, section } from './support/fact.ts';

/** As many words as a key can have with one letter each, and nearly so many octets as it can have. */
const MANY_WORDS = Array.from({ length: 127 }, () => 'w').join('.');

const VECTORS: ReadonlyArray<{
  readonly bindingKey: string;
  readonly matches: readonly string[];
  readonly misses: readonly string[];
}> = [
  { bindingKey: '#', matches: ['', 'a', 'a.b.c', '.', MANY_WORDS], misses: [] },
  { bindingKey: '*', matches: ['a', '#'], misses: ['', 'a.b', '.'] },
  { bindingKey: '*.*', matches: ['a.b', '.'], misses: ['', 'a', 'a.b.c'] },
  { bindingKey: 'a.#', matches: ['a', 'a.', 'a.b', 'a.b.c'], misses: ['', 'ab', 'b.a'] },
  { bindingKey: 'a.*', matches: ['a.b', 'a.'], misses: ['a', 'a.b.c', 'b.a'] },
  { bindingKey: '#.b', matches: ['b', 'a.b', 'a.a.b', 'b.b', '.b'], misses: ['', 'b.a'] },
  { bindingKey: 'a.#.b', matches: ['a.b', 'a.x.b', 'a.x.y.b', 'a.b.b'], misses: ['a', 'a.b.x'] },
  { bindingKey: 'a.*.b', matches: ['a.x.b', 'a..b'], misses: ['a.b', 'a.x.y.b'] },
  { bindingKey: '#.a.#', matches: ['a', 'x.a', 'a.y', 'x.a.y'], misses: ['', 'x.y', 'xa'] },
  { bindingKey: '#.#', matches: ['', 'a', 'a.b'], misses: [] },
  { bindingKey: '*.#', matches: ['a', 'a.b', '.'], misses: [''] },
  { bindingKey: '#.*', matches: ['a', 'a.b', '.'], misses: [''] },
  { bindingKey: '', matches: [''], misses: ['a', '.'] },
  { bindingKey: 'a..b', matches: ['a..b'], misses: ['a.b', 'a.x.b'] },
  { bindingKey: 'a*', matches: ['a*'], misses: ['a', 'ab', 'a.b'] },
  { bindingKey: '#a', matches: ['#a'], misses: ['a', 'x.a'] },
  { bindingKey: 'Word', matches: ['Word'], misses: ['word'] },
];

section('Topic matching', () => {
  for (const { bindingKey, matches, misses } of VECTORS) {
    const vectors = [
      ...matches.map((routingKey) => [routingKey, true] as const),
      ...misses.map((routingKey) => [routingKey, false] as const),
    ];
    for (const [routingKey, isMatch] of vectors) {
      const key = routingKey === MANY_WORDS ? 'a key of 127 words' : `'${routingKey}'`;
      const verb = isMatch ? 'matches' : 'does not match';
      fact(`binding key '${bindingKey}' ${verb} ${key}`, async ({ channel }) => {
        await channel.declareQueue('q');
        await channel.bind('q', 'amq.topic', bindingKey);
        channel.publish('amq.topic', routingKey, 'body');
        assert.equal(await channel.get('q'), isMatch ? 'body' : null);
      });
    }
  }

  fact('a queue that several binding keys lead to gets the message once', async ({ channel }) => {
    await channel.declareQueue('q');
    for (const bindingKey of ['#', '*.b', 'a.*', 'a.b']) {
      await channel.bind('q', 'amq.topic', bindingKey);
    }
    channel.publish('amq.topic', 'a.b', 'once');
    assert.deepEqual([await channel.get('q'), await channel.get('q')], ['once', null]);
  });

  fact('unbinding one of several binding keys leaves the others in effect', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.bind('q', 'amq.topic', 'a.#');
    await channel.bind('q', 'amq.topic', 'a.*');
    await channel.unbind('q', 'amq.topic', 'a.*');
    channel.publish('amq.topic', 'a.b', 'by the other');
    await channel.unbind('q', 'amq.topic', 'a.#');
    channel.publish('amq.topic', 'a.b', 'by none');
    assert.deepEqual([await channel.get('q'), await channel.get('q')], ['by the other', null]);
  });

  fact('a binding key with two # is accepted', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.bind('q', 'amq.topic', 'a.#.b.#');
    channel.publish('amq.topic', 'a.x.b.y', 'body');
    assert.equal(await channel.get('q'), 'body');
  });
});

section('Direct and fanout matching', () => {
  for (const [bindingKey, routingKey, isMatch] of [
    ['a', 'a', true],
    ['', '', true],
    ['a.b', 'a.b', true],
    ['a', 'A', false],
    ['a', 'a ', false],
    ['#', 'a', false],
    ['*', 'a', false],
  ] as const) {
    const verb = isMatch ? 'matches' : 'does not match';
    fact(`direct: binding key '${bindingKey}' ${verb} '${routingKey}'`, async ({ channel }) => {
      await channel.declareQueue('q');
      await channel.bind('q', 'amq.direct', bindingKey);
      channel.publish('amq.direct', routingKey, 'body');
      assert.equal(await channel.get('q'), isMatch ? 'body' : null);
    });
  }

  fact('fanout: whatever the keys, each queue gets the message once', async ({ channel }) => {
    for (const queue of ['a', 'b']) {
      await channel.declareQueue(queue);
      await channel.bind(queue, 'amq.fanout', 'one key');
      await channel.bind(queue, 'amq.fanout', 'another');
    }
    channel.publish('amq.fanout', 'a third', 'body');
    for (const queue of ['a', 'b']) {
      assert.deepEqual([await channel.get(queue), await channel.get(queue)], ['body', null]);
    }
  });

  fact(
    'the default exchange leads to the queue that has the routing key for its name',
    async ({ channel }) => {
      await channel.declareQueue('a');
      await channel.declareQueue('b');
      channel.publish('', 'b', 'body');
      assert.deepEqual([await channel.get('a'), await channel.get('b')], [null, 'body']);
    },
  );
});
