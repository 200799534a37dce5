// Publish/subscribe, routing, topics and headers as in RabbitMQ's tutorials three to five, with each
// client: https://www.rabbitmq.com/tutorials. Subscribers are processes with a queue of their own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { CLIENTS } from './clients.ts';
import { Stage } from './stage.ts';

interface RoutingCase {
  readonly fact: string;
  readonly type: 'fanout' | 'direct' | 'topic' | 'headers';
  /** The routes that each subscriber binds its queue with. */
  readonly subscribers: readonly (readonly string[])[];
  /** Messages as route:body. The last one reaches everybody, so that all before it have come. */
  readonly messages: readonly string[];
  /** The bodies that each subscriber receives, before the last one. */
  readonly received: readonly (readonly string[])[];
}

const CASES: readonly RoutingCase[] = [
  {
    fact: 'a fanout exchange gives each of two queues every message, whatever its key',
    type: 'fanout',
    subscribers: [[], ['a key that does not matter']],
    messages: [':one', 'ignored:two', ':end'],
    received: [
      ['one', 'two'],
      ['one', 'two'],
    ],
  },
  {
    fact: 'a direct exchange gives a queue the messages with its binding keys',
    type: 'direct',
    subscribers: [
      ['error', 'end'],
      ['info', 'warning', 'error', 'end'],
    ],
    messages: ['info:started', 'error:failed', 'debug:unheard', 'warning:low', 'end:end'],
    received: [['failed'], ['started', 'failed', 'low']],
  },
  {
    fact: 'a topic exchange matches * with one word and # with any number, and delivers once',
    type: 'topic',
    subscribers: [['*.orange.*', 'end'], ['*.*.rabbit', 'lazy.#', 'end'], ['#']],
    messages: [
      'quick.orange.rabbit:both',
      'lazy.orange.elephant:both too',
      'quick.orange.fox:orange',
      'lazy.brown.fox:lazy',
      'lazy.pink.rabbit:once',
      'quick.brown.fox:neither',
      'orange:one word',
      'quick.orange.new.rabbit:four words',
      'lazy.orange.new.rabbit:lazy four words',
      'lazy:lazy alone',
      'end:end',
    ],
    received: [
      ['both', 'both too', 'orange'],
      ['both', 'both too', 'lazy', 'once', 'lazy four words', 'lazy alone'],
      [
        'both',
        'both too',
        'orange',
        'lazy',
        'once',
        'neither',
        'one word',
        'four words',
        'lazy four words',
        'lazy alone',
      ],
    ],
  },
  {
    fact: 'a headers exchange asks for all arguments of a binding, or for any',
    type: 'headers',
    subscribers: [
      ['x-match=all,format=pdf,type=report', 'end=yes'],
      ['x-match=any,format=pdf,type=report', 'end=yes'],
    ],
    messages: [
      'format=pdf,type=report:report',
      'format=pdf,type=report,pages=3:long report',
      'format=pdf,type=log:log',
      'type=report:plain report',
      'format=png,type=picture:picture',
      'end=yes:end',
    ],
    received: [
      ['report', 'long report'],
      ['report', 'long report', 'log', 'plain report'],
    ],
  },
];

for (const client of CLIENTS) {
  describe(`routing with ${client.name}`, { skip: client.skip, concurrency: true }, () => {
    for (const { fact, type, subscribers, messages, received } of CASES) {
      test(fact, async (t) => {
        const stage = await Stage.open(t, client);
        const exchange = `exchange-${randomUUID()}`;
        const programs = await Promise.all(
          subscribers.map((routes) => stage.start('subscribe', [type, exchange, ...routes])),
        );
        await stage.perform('publish', type, exchange, ...messages);
        const bodies = programs.map(async (program) => {
          await program.until('the last message', () =>
            program.told('received').some(({ body }) => body === 'end'),
          );
          const queue = String(program.told('ready')[0]?.['queue']);
          assert.match(queue, /^amq\.gen-[\w-]{22}$/u);
          return program.told('received').map(({ body }) => body);
        });
        const expected = received.map((bodies) => [...bodies, 'end']);
        assert.deepEqual(await Promise.all(bodies), expected);
      });
    }
  });
}
