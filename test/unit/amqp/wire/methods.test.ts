// Every method of 0-9-1 section 1 and of RabbitMQ's extensions, from fields to octets and back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { UnknownMethodError, WireDecodeError } from '../../../../src/amqp/wire/errors.ts';
import { FRAME_END, FRAME_METHOD } from '../../../../src/amqp/wire/frame.ts';
import * as methods from '../../../../src/amqp/wire/generated/methods.ts';
import { CLASSES } from '../../../../src/amqp/wire/protocol.ts';
import { WireReader } from '../../../../src/amqp/wire/wire-reader.ts';
import type { WireWriter } from '../../../../src/amqp/wire/wire-writer.ts';
import { camelCase, fieldsOf, hex, octets, readerOf, written } from './wire-arbitraries.ts';

type Encode = (writer: WireWriter, channel: number, fields: Record<string, unknown>) => void;

const { decodeMethod } = methods;
const EXPORTS = new Map<string, unknown>(Object.entries(methods));
const METHODS = CLASSES.flatMap(({ id: classId, name: className, methods: all }) =>
  all.map((definition) => ({
    ...definition,
    classId,
    specName: `${className}.${definition.name}`,
  })),
);
const IDS = METHODS.map(({ classId, id }) => (classId << 16) | id);

function encoderOf(specName: string): Encode {
  const name = camelCase(`encode-${specName.replace('.', '-')}`);
  const encoder = EXPORTS.get(name);
  assert.equal(typeof encoder, 'function', `${name} is missing`);
  return encoder as Encode;
}

/** The frame's arguments, after its envelope was found right. */
function argumentsOf(frame: Buffer, channel: number, id: number): Buffer {
  assert.equal(frame[0], FRAME_METHOD);
  assert.equal(frame.readUInt16BE(1), channel);
  assert.equal(frame.readUInt32BE(3), frame.length - 8);
  assert.equal(frame.readUInt32BE(7), id);
  assert.equal(frame.at(-1), FRAME_END);
  return frame.subarray(11, -1);
}

describe('each method', () => {
  for (const { classId, id, specName, fields } of METHODS) {
    const fullId = (classId << 16) | id;

    test(`${specName} reads as it was written`, () => {
      const channels = fc.nat({ max: 65_535 });
      fc.assert(
        fc.property(channels, fieldsOf(fields), octets, (channel, values, before) => {
          const all = written((writer) => {
            writer.bytes(before);
            encoderOf(specName)(writer, channel, values);
          });
          const args = argumentsOf(all.subarray(before.length), channel, fullId);
          const reader = readerOf(args);
          assert.deepEqual(decodeMethod(fullId, reader), { id: fullId, ...values });
        }),
        { numRuns: 50 },
      );
    });
  }

  test('is refused when any of its octets is missing or one is added', () => {
    for (const { classId, id, specName, fields } of METHODS) {
      const fullId = (classId << 16) | id;
      fc.assert(
        fc.property(fieldsOf(fields), (values) => {
          const frame = written((writer) => encoderOf(specName)(writer, 1, values));
          const end = frame.length - 1;
          for (let cut = 11; cut < end; cut++) {
            const reader = new WireReader().reset(frame, 11, cut);
            assert.throws(() => decodeMethod(fullId, reader), WireDecodeError);
          }
          const longer = new WireReader().reset(frame, 11, end + 1);
          assert.throws(() => decodeMethod(fullId, longer), /octets behind the arguments/u);
        }),
        { numRuns: 5 },
      );
    }
  });

  test('made of arbitrary octets is read or refused, nothing else', () => {
    const id = fc.oneof(fc.constantFrom(...IDS), fc.nat({ max: 2 ** 31 - 1 }));
    fc.assert(
      fc.property(id, octets, (fullId, bytes) => {
        try {
          decodeMethod(fullId, readerOf(bytes));
        } catch (error) {
          const isExpected =
            error instanceof WireDecodeError || error instanceof UnknownMethodError;
          assert.ok(isExpected, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('has a constant of its own', () => {
    assert.equal(new Set(IDS).size, METHODS.length);
    for (const [index, { specName }] of METHODS.entries()) {
      const name = specName.toUpperCase().replaceAll(/[.-]/gu, '_');
      assert.equal(EXPORTS.get(name), IDS[index]);
    }
  });
});

/** Frames on channel 1, written by hand from the specification. */
const FRAMES: ReadonlyArray<
  readonly [frame: string, method: methods.Method, encode: (writer: WireWriter) => void]
> = [
  [
    '01 0001 0000000c 000a001e 07ff 00020000 003c ce',
    { id: methods.CONNECTION_TUNE, channelMax: 2047, frameMax: 131_072, heartbeat: 60 },
    (writer) =>
      methods.encodeConnectionTune(writer, 1, {
        channelMax: 2047,
        frameMax: 131_072,
        heartbeat: 60,
      }),
  ],
  [
    '01 0001 00000008 000a0028 01 2f 00 00 ce',
    { id: methods.CONNECTION_OPEN, virtualHost: '/' },
    (writer) => methods.encodeConnectionOpen(writer, 1, { virtualHost: '/' }),
  ],
  [
    '01 0001 00000008 0014000b 00000000 ce',
    { id: methods.CHANNEL_OPEN_OK },
    (writer) => methods.encodeChannelOpenOk(writer, 1, {}),
  ],
  [
    '01 0001 00000004 00280033 ce',
    { id: methods.EXCHANGE_UNBIND_OK },
    (writer) => methods.encodeExchangeUnbindOk(writer, 1, {}),
  ],
  [
    '01 0001 0000001b 0032000a 0000 05 68656c6c6f 12 0000000a 01 6b 53 00000003 78797a ce',
    {
      id: methods.QUEUE_DECLARE,
      queue: 'hello',
      passive: false,
      durable: true,
      exclusive: false,
      autoDelete: false,
      noWait: true,
      arguments: new Map([['k', { type: 'S', value: 'xyz' }]]),
    },
    (writer) =>
      methods.encodeQueueDeclare(writer, 1, {
        queue: 'hello',
        passive: false,
        durable: true,
        exclusive: false,
        autoDelete: false,
        noWait: true,
        arguments: new Map([['k', { type: 'S', value: 'xyz' }]]),
      }),
  ],
  [
    '01 0001 0000000d 003c0028 0000 02 6578 02 00ff 01 ce',
    {
      id: methods.BASIC_PUBLISH,
      exchange: 'ex',
      routingKey: '\u{0}\u{ff}',
      mandatory: true,
      immediate: false,
    },
    (writer) =>
      methods.encodeBasicPublish(writer, 1, {
        exchange: 'ex',
        routingKey: '\u{0}\u{ff}',
        mandatory: true,
        immediate: false,
      }),
  ],
  [
    '01 0001 00000013 003c003c 01 63 0000000000000007 01 00 02 7131 ce',
    {
      id: methods.BASIC_DELIVER,
      consumerTag: 'c',
      deliveryTag: 7,
      redelivered: true,
      exchange: '',
      routingKey: 'q1',
    },
    (writer) =>
      methods.encodeBasicDeliver(writer, 1, {
        consumerTag: 'c',
        deliveryTag: 7,
        redelivered: true,
        exchange: '',
        routingKey: 'q1',
      }),
  ],
  [
    '01 0001 0000000d 003c0078 0000000100000000 02 ce',
    { id: methods.BASIC_NACK, deliveryTag: 2 ** 32, multiple: false, requeue: true },
    (writer) =>
      methods.encodeBasicNack(writer, 1, { deliveryTag: 2 ** 32, multiple: false, requeue: true }),
  ],
  [
    '01 0001 00000005 0055000a 01 ce',
    { id: methods.CONFIRM_SELECT, noWait: true },
    (writer) => methods.encodeConfirmSelect(writer, 1, { noWait: true }),
  ],
];

describe('known octets', () => {
  for (const [frame, method, encode] of FRAMES) {
    const name = methods.methodName(method.id);

    test(`stand for ${name}`, () => {
      const bytes = hex(frame);
      assert.deepEqual(written(encode), bytes);
      assert.deepEqual(decodeMethod(method.id, readerOf(bytes.subarray(11, -1))), method);
    });
  }

  test('in reserved fields are skipped, whatever they are', () => {
    const args = hex('abcd 01 71 ff');
    assert.deepEqual(decodeMethod(methods.QUEUE_PURGE, readerOf(args)), {
      id: methods.QUEUE_PURGE,
      queue: 'q',
      noWait: true,
    });
    const open = hex('01 2f 02 ffff ff');
    assert.deepEqual(decodeMethod(methods.CONNECTION_OPEN, readerOf(open)), {
      id: methods.CONNECTION_OPEN,
      virtualHost: '/',
    });
  });

  test('that are no UTF-8 are refused in a queue’s name, not in what is published', () => {
    const purge = hex('0000 01 ff 00');
    assert.throws(
      () => decodeMethod(methods.QUEUE_PURGE, readerOf(purge)),
      new WireDecodeError('Malformed UTF-8 in shortstr'),
    );
    const publish = hex('0000 01 ff 01 ff 00');
    assert.deepEqual(decodeMethod(methods.BASIC_PUBLISH, readerOf(publish)), {
      id: methods.BASIC_PUBLISH,
      exchange: '\u{fffd}',
      routingKey: '\u{ff}',
      mandatory: false,
      immediate: false,
    });
  });
});

describe('a method id', () => {
  test('that no method has is refused', () => {
    assert.throws(
      () => decodeMethod((50 << 16) | 99, readerOf(hex(''))),
      new UnknownMethodError((50 << 16) | 99),
    );
    assert.throws(
      () => decodeMethod(0xffffffff, readerOf(hex(''))),
      (error) =>
        error instanceof UnknownMethodError &&
        error.classId === 0xffff &&
        error.methodId === 0xffff,
    );
  });

  test('has the name of the specification', () => {
    for (const [index, { specName }] of METHODS.entries()) {
      assert.equal(methods.methodName(IDS[index]!), specName);
    }
    assert.equal(methods.methodName((50 << 16) | 99), '50.99');
  });

  test('tells whether content follows', () => {
    const withContent = IDS.filter((id) => methods.hasContent(id)).map(methods.methodName);
    assert.deepEqual(withContent, [
      'basic.publish',
      'basic.return',
      'basic.deliver',
      'basic.get-ok',
    ]);
  });

  test('tells whether a client ever sends it', () => {
    assert.equal(methods.isSentByServerOnly(methods.BASIC_DELIVER), true);
    assert.equal(methods.isSentByServerOnly(methods.QUEUE_DECLARE_OK), true);
    assert.equal(methods.isSentByServerOnly(methods.QUEUE_DECLARE), false);
    assert.equal(methods.isSentByServerOnly(methods.CHANNEL_CLOSE), false);
    assert.equal(methods.isSentByServerOnly((50 << 16) | 99), false);
  });
});
