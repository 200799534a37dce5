// Octets of an LDAP server: handed on in whole messages, and only so many.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { describe, test } from 'node:test';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { LdapStream, messageLength } from '../../../../src/access/ldap/ldap-stream.ts';

/** A message with so many octets in it, which say which one it is. */
function message(size: number, content: number): Buffer {
  const header =
    size < 0x80
      ? Buffer.from([0x30, size])
      : Buffer.from([0x30, 0x83, size >> 16, (size >> 8) & 0xff, size & 0xff]);
  return Buffer.concat([header, Buffer.alloc(size, content)]);
}

class FakeSocket extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

function start(): { socket: FakeSocket; stream: LdapStream; received: Buffer[] } {
  const socket = new FakeSocket();
  const stream = new LdapStream(socket as unknown as Socket);
  const received: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => received.push(chunk));
  return { socket, stream, received };
}

async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe('messages', () => {
  test('come whole and one by one, however they are cut', async () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(70_000)), { minLength: 1, maxLength: 8 });
    const cuts = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, cuts, async (all, pieces) => {
        const messages = all.map((size, index) => message(size, index));
        const { socket, received } = start();
        let rest = Buffer.concat(messages);
        for (const length of pieces) {
          socket.push(rest.subarray(0, length));
          rest = rest.subarray(length);
          if (rest.length === 0) break;
        }
        if (rest.length > 0) socket.push(rest);
        await settled();
        assert.deepEqual(received, messages);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a connection ends', () => {
  const nonsense: ReadonlyArray<readonly [what: string, octets: Buffer]> = [
    ['another protocol', Buffer.from('HTTP/1.1 400')],
    ['a length that is not told', Buffer.from('30800000', 'hex')],
    ['a length of too many octets', Buffer.from('308500000000ff', 'hex')],
    ['a message of more than 1 MiB', Buffer.from('3083100001', 'hex')],
  ];
  for (const [what, octets] of nonsense) {
    test(`at ${what}`, async () => {
      const { socket, stream } = start();
      const failed = once(stream, 'error');
      socket.push(octets);
      await failed;
      assert.ok(socket.destroyed);
    });
  }

  test('at more than 8 MiB that nobody asked for', async () => {
    const { socket, stream } = start();
    const failed = once(stream, 'error');
    const chunk = message(65_000, 0);
    for (let count = 0; count < 130; count++) socket.push(chunk);
    await failed;
    assert.ok(socket.destroyed);
  });
});

test('the length of a message is not known before its header is there', () => {
  const octets = message(300, 0);
  for (let length = 0; length < 5; length++) {
    assert.equal(messageLength(octets.subarray(0, length)), null);
  }
  assert.equal(messageLength(octets.subarray(0, 5)), octets.length);
});
