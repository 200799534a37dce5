import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FieldValue } from '../../../../src/amqp/wire/field-table.ts';
import { parseAge, parseStreamOffset } from '../../../../src/broker/queue/stream-offset.ts';
import { segmentsToDrop } from '../../../../src/broker/queue/stream-retention.ts';

const HOUR_MS = 3_600_000;

describe('ages', () => {
  test('are whole numbers with a unit', () => {
    const ages = ['1s', '2m', '3h', '4D', '5M', '6Y', '0007h'].map(parseAge);
    const days = [4, 150, 2190].map((count) => count * 24 * HOUR_MS);
    assert.deepEqual(ages, [1000, 120_000, 3 * HOUR_MS, ...days, 7 * HOUR_MS]);
  });

  test('are nothing else', () => {
    const WRONG = [
      '',
      '1',
      's',
      '0s',
      '-1s',
      '+1s',
      '1.5h',
      '1H',
      '1d',
      '1 h',
      ' 1h',
      '1h ',
      '1hh',
    ];
    for (const text of [...WRONG, '1h\n', '١h']) assert.equal(parseAge(text), null, text);
  });
});

describe('x-stream-offset', () => {
  const text = (value: string): FieldValue => ({ type: 'S', value });

  test('may be a name, a number, a time or an age', () => {
    const CASES: readonly (readonly [FieldValue | undefined, object])[] = [
      [undefined, { from: 'next' }],
      [text('first'), { from: 'first' }],
      [text('last'), { from: 'last' }],
      [text('next'), { from: 'next' }],
      [
        { type: 'I', value: -3 },
        { from: 'offset', offset: -3 },
      ],
      [
        { type: 'l', value: 2n ** 40n },
        { from: 'offset', offset: 2 ** 40 },
      ],
      [
        { type: 'b', value: 3 },
        { from: 'offset', offset: 3 },
      ],
      [
        { type: 'T', value: 5n },
        { from: 'time', timestampMs: 5000 },
      ],
      [text('2h'), { from: 'age', ageMs: 2 * HOUR_MS }],
    ];
    for (const [value, expected] of CASES) assert.deepEqual(parseStreamOffset(value), expected);
  });

  test('may be nothing else', () => {
    const WRONG: readonly FieldValue[] = [
      text('First'),
      text('7'),
      text(''),
      { type: 't', value: true },
      { type: 'd', value: 1.5 },
      { type: 'A', value: [] },
      { type: 'F', value: new Map() },
    ];
    for (const value of WRONG) assert.equal(parseStreamOffset(value), null);
  });
});

describe('retention', () => {
  const SEGMENTS = [100, 200, 300, 400].map((lastTimestampMs) => ({ octets: 10, lastTimestampMs }));
  const never = Number.POSITIVE_INFINITY;

  test('keeps the youngest segments that fit into the size together', () => {
    const counts = [40, 39, 30, 29, 10].map((octets) =>
      segmentsToDrop(SEGMENTS, octets, never, 1000),
    );
    assert.deepEqual(counts, [0, 1, 1, 2, 3]);
  });

  test('drops segments whose last message is too old', () => {
    const counts = [301, 300, 200, 101].map((ageMs) => segmentsToDrop(SEGMENTS, never, ageMs, 400));
    assert.deepEqual(counts, [0, 0, 1, 2]);
  });

  test('keeps the last segment, however large or old', () => {
    assert.equal(segmentsToDrop(SEGMENTS, 0, 0, 1e9), 3);
    assert.equal(segmentsToDrop(SEGMENTS.slice(0, 1), 0, 0, 1e9), 0);
  });

  test('keeps everything without limits', () => {
    assert.equal(segmentsToDrop(SEGMENTS, never, never, 1e12), 0);
  });
});
