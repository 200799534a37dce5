// The arguments of queue.declare: types, ranges, and what a second declaration must repeat
// (https://www.rabbitmq.com/docs/queues#optional-arguments).
import assert from 'node:assert/strict';
import {
  fromPlain,
  type FieldTable,
  type FieldValue,
  type PlainValue,
} from '../../src/amqp/wire/field-table.ts';
import { QUEUE_DECLARE_OK } from '../../src/amqp/wire/generated/methods.ts';
import { fact, section, type FactOptions, type Ground } from './support/fact.ts';

type Arguments = Readonly<Record<string, PlainValue>>;

const QUORUM: Arguments = { 'x-queue-type': 'quorum' };
const NEWER_QUORUM: FactOptions = { differsIn310: 'the argument came later' };

async function expectRefusal(ground: Ground, args: FieldTable, text: string): Promise<void> {
  const isQuorum = args.get('x-queue-type')?.value === 'quorum';
  ground.channel.sendDeclareQueue('q', { durable: isQuorum, arguments: args });
  await ground.client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
}

/** A value as it is named in a fact. */
function shown(value: PlainValue): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

/** A value as reply texts have it. */
function plain(value: PlainValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** For each type of queue: the argument, a wrong value, the term for what is wrong. */
const WRONG_VALUES: readonly (readonly [Arguments, string, PlainValue, string, FactOptions?])[] = [
  [{}, 'x-message-ttl', 'abc', '"expected integer, got longstr"'],
  [{}, 'x-message-ttl', -1, '{value_negative,-1}'],
  [{}, 'x-message-ttl', 315_360_000_001, '{value_too_large,315360000001}'],
  [{}, 'x-expires', 'abc', '"expected integer, got longstr"'],
  [{}, 'x-expires', 0, '{value_zero,0}'],
  [{}, 'x-expires', -1, '{value_negative,-1}'],
  [{}, 'x-expires', 315_360_000_001, '{value_too_large,315360000001}'],
  [{}, 'x-max-length', 'abc', '"expected integer, got longstr"'],
  [{}, 'x-max-length', -5, '{value_negative,-5}'],
  [{}, 'x-max-length-bytes', true, '"expected integer, got bool"'],
  [{}, 'x-max-length-bytes', -5, '{value_negative,-5}'],
  [{}, 'x-overflow', 'drop-all', 'invalid_overflow'],
  [{}, 'x-overflow', 5, '{unacceptable_type,signedint}'],
  [{}, 'x-dead-letter-routing-key', 'key', 'routing_key_but_no_dlx_defined'],
  [{}, 'x-dead-letter-routing-key', 5, '{unacceptable_type,signedint}'],
  [{}, 'x-max-priority', 256, '{max_value_exceeded,256}'],
  [{}, 'x-max-priority', -1, '{value_negative,-1}'],
  [{}, 'x-max-priority', 'high', '"expected integer, got longstr"'],
  [{}, 'x-single-active-consumer', 'yes', '{unacceptable_type,longstr}'],
  [
    {},
    'x-queue-version',
    1,
    '"unsupported queue version \'1\'"',
    { differsIn310: 'version 1 was still there' },
  ],
  [{}, 'x-queue-type', 'hare', '"unsupported queue type \'hare\'"'],
  [{}, 'x-queue-type', 5, '{unacceptable_type,signedint}'],
  [QUORUM, 'x-message-ttl', -1, '{value_negative,-1}'],
  [QUORUM, 'x-max-length', -1, '{value_negative,-1}'],
  [
    QUORUM,
    'x-delivery-limit',
    'few',
    '"expected integer, got longstr"',
    { differsIn310: 'the term was {unacceptable_type,longstr}' },
  ],
  [QUORUM, 'x-dead-letter-strategy', 'maybe', 'invalid_dlx_strategy'],
  [QUORUM, 'x-quorum-initial-group-size', 0, '{value_zero,0}'],
  [QUORUM, 'x-consumer-timeout', -1, '{value_negative,-1}', NEWER_QUORUM],
];

section('Wrong values of queue arguments', () => {
  for (const [others, name, value, error, options] of WRONG_VALUES) {
    const type = others === QUORUM ? 'a quorum' : 'a classic';
    fact(
      `${name} of ${shown(value)} for ${type} queue is refused: ${error}`,
      async (ground) => {
        const text = `invalid arg '${name}' for queue 'q' in vhost '/': ${error}`;
        await expectRefusal(ground, fromPlain({ ...others, [name]: value }), text);
      },
      options,
    );
  }

  fact('x-dead-letter-exchange of a wrong type is refused in words of its own', async (ground) => {
    const text =
      "invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'q' in vhost '/'";
    await expectRefusal(ground, fromPlain({ 'x-dead-letter-exchange': 5 }), text);
  });
});

/** Arguments that only other types of queues know. */
const FOREIGN: readonly (readonly [Arguments, string, PlainValue, FactOptions?])[] = [
  [{}, 'x-delivery-limit', 5],
  [{}, 'x-dead-letter-strategy', 'at-least-once'],
  [{}, 'x-quorum-initial-group-size', 3],
  [{}, 'x-max-in-memory-length', 3],
  [{}, 'x-max-in-memory-bytes', 3],
  [{}, 'x-max-age', '1h'],
  [{}, 'x-stream-max-segment-size-bytes', 1000],
  [QUORUM, 'x-max-priority', 5],
  [QUORUM, 'x-queue-mode', 'lazy'],
  [QUORUM, 'x-max-age', '1h'],
];

section('Queue arguments of other types of queues', () => {
  for (const [others, name, value, options] of FOREIGN) {
    const type = others === QUORUM ? 'quorum' : 'classic';
    fact(
      `${name} is refused for a ${type} queue`,
      async (ground) => {
        const text = `invalid arg '${name}' for queue 'q' in vhost '/' of queue type rabbit_${type}_queue`;
        await expectRefusal(ground, fromPlain({ ...others, [name]: value }), text);
      },
      options,
    );
  }
});

const ACCEPTED: readonly (readonly [Arguments, string, PlainValue, FactOptions?])[] = [
  [{}, 'x-message-ttl', 0],
  [{}, 'x-message-ttl', 315_360_000_000],
  [{}, 'x-expires', 315_360_000_000],
  [{}, 'x-max-length', 0],
  [{}, 'x-max-length-bytes', 0],
  [{}, 'x-overflow', 'drop-head'],
  [{}, 'x-overflow', 'reject-publish'],
  [{}, 'x-overflow', 'reject-publish-dlx'],
  [{}, 'x-dead-letter-exchange', ''],
  [{}, 'x-max-priority', 0],
  [{}, 'x-max-priority', 255],
  [{}, 'x-single-active-consumer', false],
  [{}, 'x-queue-mode', 'lazy'],
  [{}, 'x-queue-version', 2],
  [{}, 'x-queue-type', 'classic'],
  [{}, 'x-consumer-timeout', 1000],
  [{}, 'x-mine', 'anything'],
  [QUORUM, 'x-delivery-limit', -1],
  [QUORUM, 'x-overflow', 'reject-publish-dlx'],
  [QUORUM, 'x-dead-letter-strategy', 'at-least-once'],
  [QUORUM, 'x-max-in-memory-length', 5],
  [QUORUM, 'x-single-active-consumer', true],
  [QUORUM, 'x-mine', 'anything'],
];

section('Queue arguments', () => {
  for (const [others, name, value, options] of ACCEPTED) {
    const type = others === QUORUM ? 'a quorum' : 'a classic';
    fact(
      `${name} of ${shown(value)} is accepted for ${type} queue`,
      async ({ channel }) => {
        const args = fromPlain({ ...others, [name]: value });
        await channel.declareQueue('q', { durable: others === QUORUM, arguments: args });
        await channel.declareQueue('q', { durable: others === QUORUM, arguments: args });
      },
      options,
    );
  }

  for (const type of ['b', 'B', 's', 'u', 'I', 'i'] as const) {
    fact(`an integer argument may be of type ${type}`, async ({ channel }) => {
      await channel.declareQueue('q', {
        arguments: new Map([['x-max-length', { type, value: 1 }]]),
      });
      for (const body of ['a', 'b']) channel.publish('', 'q', body);
      assert.equal(await channel.get('q'), 'b');
    });
  }

  fact('an integer of another width is the same value', async ({ channel }) => {
    const withTtl = (value: FieldValue): object => ({
      arguments: new Map([['x-message-ttl', value]]),
    });
    await channel.declareQueue('q', withTtl({ type: 'I', value: 60_000 }));
    await channel.declareQueue('q', withTtl({ type: 'l', value: 60_000n }));
  });

  fact('arguments that nobody knows are not compared', async ({ channel }) => {
    await channel.declareQueue('q', { arguments: fromPlain({ 'x-mine': 1 }) });
    await channel.declareQueue('q', { arguments: fromPlain({ 'x-mine': 2, 'x-other': true }) });
  });
});

/** Arguments that a second declaration must repeat, with two values. */
const COMPARED: readonly (readonly [string, PlainValue, PlainValue])[] = [
  ['x-message-ttl', 60_000, 1000],
  ['x-expires', 60_000, 1000],
  ['x-max-length', 5, 6],
  ['x-max-length-bytes', 5, 6],
  ['x-overflow', 'drop-head', 'reject-publish'],
  ['x-dead-letter-exchange', 'one', 'two'],
  ['x-max-priority', 5, 6],
  ['x-single-active-consumer', true, false],
];

const TYPE_NAMES = { number: 'signedint', string: 'longstr', boolean: 'bool' } as const;

function described(value: PlainValue): string {
  const type = TYPE_NAMES[typeof value as keyof typeof TYPE_NAMES];
  return `the value '${plain(value)}' of type '${type}'`;
}

section('Declaring a queue again with other arguments', () => {
  for (const [name, current, received] of COMPARED) {
    fact(`another ${name} is refused`, async (ground) => {
      await ground.channel.declareQueue('q', { arguments: fromPlain({ [name]: current }) });
      const text = `inequivalent arg '${name}' for queue 'q' in vhost '/': received '${plain(received)}' but current is '${plain(current)}'`;
      await expectRefusal(ground, fromPlain({ [name]: received }), text);
    });

    fact(`leaving ${name} out is refused`, async (ground) => {
      await ground.channel.declareQueue('q', { arguments: fromPlain({ [name]: current }) });
      const text = `inequivalent arg '${name}' for queue 'q' in vhost '/': received none but current is ${described(current)}`;
      await expectRefusal(ground, new Map(), text);
    });
  }

  fact('an argument that was not there is refused', async (ground) => {
    await ground.channel.declareQueue('q');
    const text =
      "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received the value '5' of type 'signedint' but current is none";
    await expectRefusal(ground, fromPlain({ 'x-message-ttl': 5 }), text);
  });

  fact(
    'another type of queue is refused',
    async ({ channel, client }) => {
      await channel.declareQueue('q', { durable: true, arguments: fromPlain(QUORUM) });
      channel.sendDeclareQueue('q', { durable: true });
      const text =
        "inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received 'classic' but current is 'quorum'";
      await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    },
    { differsIn310: 'the text named the missing argument' },
  );

  fact('a passive declaration does not compare', async ({ channel }) => {
    await channel.declareQueue('q', { arguments: fromPlain({ 'x-message-ttl': 60_000 }) });
    channel.sendDeclareQueue('q', { passive: true, durable: true });
    await channel.client.expect(QUEUE_DECLARE_OK);
  });
});
