// Files are read in windows: no record is missed at their edges, and damage costs only what it hits.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Message, MessageAddress } from '../../../src/broker/message.ts';
import { systemDisk } from '../../../src/runtime/system-disk.ts';
import { FILE_HEADER_SIZE, writeFileHeader } from '../../../src/store/local/file-header.ts';
import { RecordBatch } from '../../../src/store/local/record-batch.ts';
import { AT } from '../../../src/store/local/record.ts';
import { RecordStream } from '../../../src/store/local/record-stream.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const PROPERTIES = Buffer.from([0x10, 0, 2]);
const address = new MessageAddress('exchange', 'key');

function messageOf(length: number, octet: number): Message {
  const body = Buffer.alloc(length, octet);
  return new Message(address, true, PROPERTIES, 0, 3, body, 0, length, null, -1, 5, null);
}

/** A file with a message of each length, and where each begins. */
function fileOf(lengths: readonly number[]): {
  readonly octets: Buffer;
  readonly starts: number[];
} {
  const batch = new RecordBatch(1024);
  batch.skip(FILE_HEADER_SIZE);
  const starts: number[] = [];
  for (const [position, length] of lengths.entries()) {
    starts.push(batch.length);
    batch.enqueue(1, 0, position, messageOf(length, position + 1), 5, false);
  }
  const octets = batch.seal(FILE_HEADER_SIZE);
  writeFileHeader(octets, 'W', 1);
  return { octets, starts };
}

/** The positions and lengths of the messages in a file. */
function messagesIn(
  directory: string,
  octets: Buffer,
): { readonly found: [number, number][]; readonly damaged: number } {
  const path = join(directory, '1');
  writeFileSync(path, octets);
  const file = systemDisk.open(path, 'existing');
  const stream = new RecordStream(file);
  const found: [number, number][] = [];
  while (stream.next()) {
    found.push([stream.reader.position, stream.reader.number(AT.bodyLength)]);
  }
  file.close();
  return { found, damaged: stream.damagedOctets };
}

const LENGTHS = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: 300 }) },
    { weight: 2, arbitrary: fc.integer({ min: 400_000, max: 1_100_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 2_000_000, max: 3_000_000 }) },
  ),
  { minLength: 1, maxLength: 12 },
);

describe('a stream of records', () => {
  test('gives every record, however long, in order', (t) => {
    const directory = temporaryDirectory(t);
    const property = fc.property(LENGTHS, (lengths) => {
      const { found, damaged } = messagesIn(directory, fileOf(lengths).octets);
      assert.deepEqual(found, [...lengths.entries()]);
      assert.equal(damaged, 0);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('passes over a damaged record and nothing else', (t) => {
    const directory = temporaryDirectory(t);
    const property = fc.property(LENGTHS, fc.nat(), fc.nat(), (lengths, which, where) => {
      const { octets, starts } = fileOf(lengths);
      const hit = which % lengths.length;
      const end = starts[hit + 1] ?? octets.length;
      const at = starts[hit]! + (where % (end - starts[hit]!));
      octets[at] = octets[at]! ^ 0x10;
      const { found, damaged } = messagesIn(directory, octets);
      assert.deepEqual(
        found,
        [...lengths.entries()].filter(([position]) => position !== hit),
      );
      assert.equal(damaged, end - starts[hit]!);
    });
    fc.assert(property, { numRuns: 100 });
  });

  test('ends where a file breaks off', (t) => {
    const directory = temporaryDirectory(t);
    const property = fc.property(LENGTHS, fc.nat(), (lengths, where) => {
      const { octets, starts } = fileOf(lengths);
      const length = FILE_HEADER_SIZE + (where % (octets.length - FILE_HEADER_SIZE));
      const { found } = messagesIn(directory, octets.subarray(0, length));
      // What is missing reads as zeros, which the last octets of a record may be.
      const isWhole = (_: number, i: number): boolean =>
        octets.subarray(length, starts[i + 1] ?? octets.length).every((octet) => octet === 0);
      assert.equal(found.length, starts.filter(isWhole).length);
    });
    fc.assert(property, { numRuns: 100 });
  });
});
