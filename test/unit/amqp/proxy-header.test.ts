// The PROXY header: what it says is found however it is cut into chunks, and nothing else is taken for one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ProxyHeaderReader, type ProxyVerdict } from '../../../src/amqp/proxy-header.ts';
import { proxyHeaderV2 } from '../../support/proxy-headers.ts';

/** What comes of octets that come in chunks of that size. */
function read(octets: Buffer, chunkSize: number = octets.length): ProxyVerdict {
  const reader = new ProxyHeaderReader();
  let verdict: ProxyVerdict = { is: 'incomplete' };
  let at = 0;
  while (at < octets.length && verdict.is === 'incomplete') {
    verdict = reader.push(octets.subarray(at, at + chunkSize));
    at += chunkSize;
  }
  if (verdict.is !== 'header') return verdict;
  return { ...verdict, rest: Buffer.concat([verdict.rest, octets.subarray(at)]) };
}

function line(text: string): ProxyVerdict {
  return read(Buffer.from(`${text}\r\nrest`));
}

const ENDPOINTS = {
  remoteAddress: '192.0.2.1',
  remotePort: 51_234,
  localAddress: '198.51.100.2',
  localPort: 5672,
};
const REST = Buffer.from('rest');

describe('a PROXY header of version 1', () => {
  test('tells the ends of a connection over IPv4', () => {
    assert.deepEqual(line('PROXY TCP4 192.0.2.1 198.51.100.2 51234 5672'), {
      is: 'header',
      endpoints: ENDPOINTS,
      rest: REST,
    });
  });

  test('tells the ends of a connection over IPv6', () => {
    const verdict = line('PROXY TCP6 2001:db8::1 ::1 1 65535');
    assert.deepEqual(verdict.is === 'header' && verdict.endpoints?.remoteAddress, '2001:db8::1');
  });

  test('of unknown origin has no ends, whatever else it says', () => {
    const expected = { is: 'header', endpoints: null, rest: REST };
    assert.deepEqual(line('PROXY UNKNOWN'), expected);
    assert.deepEqual(line('PROXY UNKNOWN a b c d'), expected);
  });

  for (const bad of [
    'PROXY TCP4 192.0.2.1 198.51.100.2 51234',
    'PROXY TCP4 192.0.2.1 198.51.100.2 51234 5672 ',
    'PROXY TCP4 192.0.2.256 198.51.100.2 51234 5672',
    'PROXY TCP4 ::1 ::1 51234 5672',
    'PROXY TCP6 192.0.2.1 198.51.100.2 51234 5672',
    'PROXY TCP4 192.0.2.1 198.51.100.2 65536 5672',
    'PROXY TCP4 192.0.2.1 198.51.100.2 -1 5672',
    'PROXY TCP4 192.0.2.1 198.51.100.2 01 5672',
    'PROXY UDP4 192.0.2.1 198.51.100.2 1 1',
    'PROXY __proto__ a b 1 1',
    'PROXY constructor a b 1 1',
    'PROXY  TCP4 192.0.2.1 198.51.100.2 1 1',
  ]) {
    test(`that says ${JSON.stringify(bad)} is refused`, () => {
      assert.equal(line(bad).is, 'other');
    });
  }

  test('without an end is refused after 107 octets', () => {
    assert.equal(read(Buffer.from('PROXY '.padEnd(106, 'x'))).is, 'incomplete');
    assert.equal(read(Buffer.from('PROXY '.padEnd(107, 'x'))).is, 'other');
  });
});

describe('a PROXY header of version 2', () => {
  test('tells the ends of a connection over IPv4, without what follows the addresses', () => {
    const header = proxyHeaderV2({ ...ENDPOINTS, extra: Buffer.alloc(300, 7) });
    assert.deepEqual(read(Buffer.concat([header, REST])), {
      is: 'header',
      endpoints: ENDPOINTS,
      rest: REST,
    });
  });

  test('tells the ends of a connection over IPv6, as the system writes them', () => {
    const ends = { ...ENDPOINTS, remoteAddress: '2001:db8::8:800:200c:417a', localAddress: '::1' };
    assert.deepEqual(read(proxyHeaderV2(ends)), {
      is: 'header',
      endpoints: ends,
      rest: Buffer.alloc(0),
    });
  });

  test('takes an address of IPv4 within one of IPv6 for the former', () => {
    const ends = { ...ENDPOINTS, remoteAddress: '::ffff:127.0.0.1', localAddress: '::1' };
    const verdict = read(proxyHeaderV2(ends));
    assert.equal(verdict.is === 'header' && verdict.endpoints?.remoteAddress, '127.0.0.1');
  });

  for (const [what, command, family] of [
    ['of the load balancer itself', 0x20, 0x00],
    ['of an unspecified family', 0x21, 0x00],
    ['of sockets of Unix', 0x21, 0x31],
  ] as const) {
    test(`${what} has no ends`, () => {
      const header = proxyHeaderV2({ ...ENDPOINTS, command, family });
      assert.deepEqual(read(header), { is: 'header', endpoints: null, rest: Buffer.alloc(0) });
    });
  }

  for (const [what, command, family] of [
    ['of another version', 0x11, 0x11],
    ['with an unknown command', 0x22, 0x11],
    ['for datagrams', 0x21, 0x12],
  ] as const) {
    test(`${what} is refused`, () => {
      assert.equal(read(proxyHeaderV2({ ...ENDPOINTS, command, family })).is, 'other');
    });
  }

  test('that is shorter than its addresses is refused', () => {
    const header = proxyHeaderV2(ENDPOINTS);
    header.writeUInt16BE(11, 14);
    assert.equal(read(header).is, 'other');
  });
});

describe('any PROXY header', () => {
  const headers = fc.oneof(
    fc.constant(Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 51234 5672\r\n')),
    fc
      .integer({ min: 0, max: 2000 })
      .map((length) => proxyHeaderV2({ ...ENDPOINTS, extra: Buffer.alloc(length, 13) })),
  );

  test('is found however it is cut', () => {
    fc.assert(
      fc.property(headers, fc.integer({ min: 1, max: 60 }), (header, chunkSize) => {
        const octets = Buffer.concat([header, REST]);
        const expected = { is: 'header', endpoints: ENDPOINTS, rest: REST };
        assert.deepEqual(read(octets, chunkSize), expected);
      }),
    );
  });

  test('that is damaged is refused or read, and nothing is thrown', () => {
    const damage = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(headers, fc.array(damage, { maxLength: 5 }), fc.nat(60), (header, all, size) => {
        const octets = Buffer.from(header);
        for (const [at, value] of all) octets[at % octets.length] = value;
        assert.ok(['incomplete', 'header', 'other'].includes(read(octets, size + 1).is));
      }),
    );
  });

  for (const [what, octets, hint] of [
    ['AMQP', Buffer.from('AMQP\0\0\x09\x01'), /^AMQP without/u],
    ['TLS', Buffer.from([0x16, 3, 1, 0, 200]), /^TLS without/u],
    ['something else', Buffer.from('hello'), /^no PROXY header/u],
  ] as const) {
    test(`is missed where ${what} comes, and that is told`, () => {
      const verdict = read(octets);
      assert.match(verdict.is === 'other' ? verdict.hint : '', hint);
    });
  }
});
