// A broker behind a load balancer that tells with a PROXY header who is behind it.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { createBroker, type EmbeddedBroker } from 'leveret';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { CertificateAuthority, type CertificateFilePaths } from '../support/certificates.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { withManagement } from '../support/management.ts';
import { proxyHeaderV1, proxyHeaderV2 } from '../support/proxy-headers.ts';
import { RawClient } from '../support/raw-client.ts';

const CLIENT = {
  remoteAddress: '127.0.0.77',
  remotePort: 51_234,
  localAddress: '198.51.100.2',
  localPort: 5672,
};
const NAME = '127.0.0.77:51234 -> 198.51.100.2:5672';
const STRANGER = { ...CLIENT, remoteAddress: '203.0.113.9' };

let directory: string;
let authority: CertificateAuthority;
let server: CertificateFilePaths;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leveret-test-'));
  authority = await CertificateAuthority.create(directory, 'root');
  server = await authority.issue('server', 'CN=broker', { dns: ['localhost'], ip: ['127.0.0.1'] });
});

after(() => rmSync(directory, { recursive: true }));

/** Sends octets to the port, and waits for the end of the connection. */
async function ended(port: number, octets: Buffer | null): Promise<void> {
  const socket: Socket = connectPlain(port, '127.0.0.1');
  socket.on('error', () => {});
  if (octets !== null) socket.write(octets);
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
}

async function opened(port: number, header: Buffer): Promise<RawClient> {
  const client = await RawClient.connect(port);
  client.socket.write(header);
  await client.login();
  await client.expect(methods.CONNECTION_TUNE);
  client.tune();
  client.openVhost('/');
  await client.expect(methods.CONNECTION_OPEN_OK);
  return client;
}

async function proxied(
  log = new CollectedLog(),
  handshakeTimeoutMs = 10_000,
): Promise<EmbeddedBroker> {
  const limits = { handshakeTimeoutMs, closeTimeoutMs: 20 };
  return createBroker({ sockets: { isProxied: true }, log, limits, tls: server });
}

describe('with proxy_protocol', { concurrency: true }, () => {
  for (const [version, header] of [
    ['1', proxyHeaderV1(CLIENT)],
    ['2', proxyHeaderV2({ ...CLIENT, extra: Buffer.alloc(100) })],
  ] as const) {
    test(`a connection has the ends that a header of version ${version} tells`, async () => {
      const log = new CollectedLog();
      await withManagement(
        async ({ broker, api }) => {
          await using _client = await opened(broker.port, header);
          const [connection] = await api.get<readonly Record<string, unknown>[]>('/connections');
          assert.equal(connection?.['name'], NAME);
          assert.equal(connection['peer_host'], '127.0.0.77');
          assert.ok(log.lines.some((line) => line.includes(NAME) && line.endsWith('opened')));
        },
        { sockets: { isProxied: true }, log },
      );
    });
  }

  test('a header that comes an octet at a time is read all the same', async () => {
    await using broker = await proxied();
    const client = await RawClient.connect(broker.port);
    for (const octet of proxyHeaderV1(CLIENT)) {
      client.socket.write(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.login();
    await client.expect(methods.CONNECTION_TUNE);
    await client[Symbol.asyncDispose]();
  });

  test('users of this machine only are refused when the header tells of another', async () => {
    const log = new CollectedLog();
    await using broker = await proxied(log);
    await using client = await RawClient.connect(broker.port);
    client.socket.write(proxyHeaderV1(STRANGER));
    await client.login();
    await client.expectConnectionClose(
      403,
      'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.',
    );
    assert.match(log.complaints.join('\n'), /203\.0\.113\.9/u);
  });

  test('a load balancer that speaks for itself is a client as any', async () => {
    await using broker = await proxied();
    const header = proxyHeaderV2({ ...CLIENT, command: 0x20, family: 0 });
    await using client = await opened(broker.port, header);
    await client.channel(1);
  });

  for (const [what, octets] of [
    ['a client without a header', Buffer.from('AMQP\0\0\x09\x01')],
    ['a header that is damaged', Buffer.from('PROXY TCP4 x y 1 2\r\n')],
    ['a header without an end', Buffer.alloc(100_000, 'PROXY TCP4 ')],
  ] as const) {
    test(`${what} is refused, and told of once`, async () => {
      const log = new CollectedLog();
      await using broker = await proxied(log);
      await ended(broker.port, octets);
      assert.equal(log.complaints.length, 1, log.complaints.join('\n'));
      assert.match(log.complaints[0] ?? '', /PROXY header/u);
      await using client = await opened(broker.port, proxyHeaderV1(CLIENT));
      await client.channel(1);
    });
  }

  for (const [what, octets] of [
    ['that never comes', null],
    ['that stops in the middle', Buffer.from('PROXY TCP4')],
  ] as const) {
    test(`a header ${what} is awaited for as long as a handshake may take`, async () => {
      const log = new CollectedLog();
      await using broker = await proxied(log, 100);
      await ended(broker.port, octets);
      assert.equal(log.complaints.length, 1);
      assert.match(
        log.complaints[0] ?? '',
        /its PROXY header did not come peer=127\.0\.0\.1:\d+$/u,
      );
    });
  }

  test('the header comes before TLS, and the connection has the ends that it tells', async () => {
    const log = new CollectedLog();
    await using broker = await proxied(log);
    const socket = connectPlain(broker.tlsPort ?? 0, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(proxyHeaderV2(STRANGER));
    const encrypted = connectTls({
      socket,
      ca: readFileSync(authority.caFile),
      servername: 'localhost',
    });
    await new Promise((resolve) => encrypted.once('secureConnect', resolve));
    encrypted.write(Buffer.from('AMQP\0\0\x09\x01'));
    const [answer] = await new Promise<Buffer[]>((resolve) =>
      encrypted.once('data', (...args: Buffer[]) => resolve(args)),
    );
    assert.equal(answer?.[0], 1);
    encrypted.write(Buffer.from('GARBAGE!'));
    await new Promise((resolve) => encrypted.once('close', resolve));
    assert.ok(
      log.complaints.some((line) => line.includes('203.0.113.9:51234 -> 198.51.100.2:5672')),
    );
  });

  test('TLS without the header is refused, with a hint', async () => {
    const log = new CollectedLog();
    await using broker = await proxied(log);
    const encrypted = connectTls({ port: broker.tlsPort ?? 0, host: '127.0.0.1' });
    encrypted.on('error', () => {});
    await new Promise((resolve) => encrypted.once('close', resolve));
    assert.match(log.complaints.join('\n'), /TLS without the PROXY header/u);
  });

  test('a broker stops at once while headers are awaited', async () => {
    const broker = await createBroker({ sockets: { isProxied: true } });
    const socket = connectPlain(broker.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await (await opened(broker.port, proxyHeaderV1(CLIENT)))[Symbol.asyncDispose]();
    await broker.close();
    await closed;
  });
});
