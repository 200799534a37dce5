// What every listener with TLS has in common, AMQP or HTTP: versions, cipher suites, certificates of clients, and what happens to
// those who do it wrong.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import {
  createBroker,
  type EmbeddedBroker,
  type SocketSettings,
  type TlsListenOptions,
} from 'leveret';
import { CertificateAuthority, type CertificateFilePaths } from '../support/certificates.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { eventually } from '../support/eventually.ts';

let directory: string;
let authority: CertificateAuthority;
let server: CertificateFilePaths;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leveret-test-'));
  authority = await CertificateAuthority.create(directory, 'root');
  server = await authority.issue('server', 'CN=broker', { dns: ['localhost'], ip: ['127.0.0.1'] });
});

after(() => rmSync(directory, { recursive: true }));

interface Secured {
  readonly broker: EmbeddedBroker;
  readonly port: number;
  readonly log: CollectedLog;
}

/** A broker that serves this protocol with TLS. */
async function withListener(
  protocol: string,
  options: Partial<TlsListenOptions>,
  run: (secured: Secured) => Promise<void>,
  sockets: Partial<SocketSettings> = {},
): Promise<void> {
  const log = new CollectedLog();
  const tls = { ...server, ...options };
  const kind = { 'amqp/ssl': { tls }, 'http/ssl': { management: { tls } } }[protocol];
  await using broker = await createBroker({
    log,
    sockets,
    ...(kind ?? { prometheus: { tls } }),
  });
  const port = broker.listeners.find((one) => one.protocol === protocol)?.port;
  assert.ok(port !== undefined);
  await run({ broker, port, log });
}

type Client = Omit<ConnectionOptions, 'host' | 'port'>;

/** The connection after the handshake; rejects with what ended it. */
async function secured(port: number, options: Client = {}): Promise<TLSSocket> {
  const ca = readFileSync(authority.caFile);
  const socket = connectTls({ port, host: '127.0.0.1', ca, ...options });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('secureConnect', () => resolve(socket));
  });
}

/** What a client of AMQP or HTTP is answered, or the error that ended the connection. */
async function answer(port: number, options: Client = {}): Promise<string> {
  const isHttp = { text: 'GET /metrics HTTP/1.0\r\n\r\n', amqp: 'AMQP\0\0\x09\x02' };
  const ca = readFileSync(authority.caFile);
  const socket = connectTls({ port, host: '127.0.0.1', ca, ...options });
  return new Promise((resolve) => {
    socket.on('error', ({ message }: Error) => resolve(message));
    socket.on('close', () => resolve('closed'));
    socket.on('data', () => {
      resolve('answered');
      socket.destroy();
    });
    socket.on('secureConnect', () => socket.write(isHttp.text.padEnd(60) + isHttp.amqp));
  });
}

const REFUSED = /alert (?:protocol version|handshake failure)|ECONNRESET/u;

for (const protocol of ['amqp/ssl', 'http/ssl', 'http/prometheus/ssl']) {
  describe(`the listener ${protocol}`, { concurrency: true }, () => {
    for (const version of ['TLSv1', 'TLSv1.1'] as const) {
      test(`refuses ${version}`, async () => {
        await withListener(protocol, {}, async ({ port }) => {
          const ciphers = 'ALL:@SECLEVEL=0';
          const options = { minVersion: version, maxVersion: version, ciphers };
          await assert.rejects(secured(port, options), REFUSED);
        });
      });
    }

    for (const ciphers of [
      'AES128-GCM-SHA256',
      'ECDHE-ECDSA-AES128-SHA',
      'ECDHE-ECDSA-AES128-SHA256',
      'ECDHE-ECDSA-AES256-SHA384',
      'DHE-RSA-AES128-GCM-SHA256',
      'NULL:@SECLEVEL=0',
      'aNULL:@SECLEVEL=0',
    ]) {
      test(`refuses the cipher suites ${ciphers}`, async () => {
        await withListener(protocol, {}, async ({ port }) => {
          await assert.rejects(secured(port, { maxVersion: 'TLSv1.2', ciphers }), REFUSED);
        });
      });
    }

    test('chooses the cipher suite by its own order', async () => {
      await withListener(protocol, {}, async ({ port }) => {
        for (const [maxVersion, ciphers, chosen] of [
          [
            'TLSv1.2',
            'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256',
            'ECDHE-ECDSA-AES128-GCM-SHA256',
          ],
          [
            'TLSv1.3',
            'TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256',
            'TLS_AES_128_GCM_SHA256',
          ],
        ] as const) {
          const socket = await secured(port, { maxVersion, ciphers });
          assert.equal(socket.getCipher().name, chosen);
          socket.destroy();
        }
      });
    });

    test('exchanges keys over elliptic curves only', async () => {
      await withListener(protocol, {}, async ({ port }) => {
        const socket = await secured(port, { ecdhCurve: 'X25519' });
        assert.equal(socket.getProtocol(), 'TLSv1.3');
        socket.destroy();
        await assert.rejects(secured(port, { ecdhCurve: 'ffdhe2048' }), REFUSED);
      });
    });

    test('refuses to negotiate anew', async () => {
      await withListener(protocol, {}, async ({ port }) => {
        const socket = await secured(port, { maxVersion: 'TLSv1.2' });
        const refusal = await new Promise<string>((resolve) => {
          socket.on('error', ({ message }: Error) => resolve(message));
          socket.renegotiate({ rejectUnauthorized: false }, (error) =>
            resolve(error === null ? 'negotiated' : error.message),
          );
        });
        assert.match(refusal, /no renegotiation/u);
        socket.destroy();
      });
    });

    test('refuses a client that shows none of the certificates it asks for', async () => {
      const options = { caFile: authority.caFile, verifyPeer: true, failIfNoPeerCert: true };
      await withListener(protocol, options, async ({ port, log }) => {
        assert.match(await answer(port), /alert certificate required|ECONNRESET/u);
        await eventually('a line in the log', () => log.complaints.length === 1);
        assert.match(log.complaints[0] ?? '', /shows no certificate.* peer=127\.0\.0\.1:\d+$/u);
      });
    });

    test('refuses certificates of others and those that have ended, and tells which', async () => {
      const other = await CertificateAuthority.create(directory, 'other');
      const clients = [
        [await other.issue('foreign', 'CN=x'), /UNABLE_TO/u],
        [await authority.issue('ended', 'CN=x', { days: -1 }), /CERT_HAS_EXPIRED/u],
      ] as const;
      for (const failIfNoPeerCert of [true, false]) {
        const options = { caFile: authority.caFile, verifyPeer: true, failIfNoPeerCert };
        for (const [{ certFile, keyFile }, reason] of clients) {
          await withListener(protocol, options, async ({ port, log }) => {
            const files = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
            assert.notEqual(await answer(port, files), 'answered');
            await eventually('a line in the log', () => log.complaints.length === 1);
            assert.match(log.complaints[0] ?? '', /the client's certificate is refused/u);
            assert.match(log.complaints[0] ?? '', reason);
            assert.match(log.complaints[0] ?? '', / peer=127\.0\.0\.1:\d+$/u);
          });
        }
      }
    });

    test('serves a client with a certificate that its authority has issued', async () => {
      const { certFile, keyFile } = await authority.issue('client', 'CN=client');
      const options = { caFile: authority.caFile, verifyPeer: true, failIfNoPeerCert: true };
      await withListener(protocol, options, async ({ port }) => {
        const files = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
        assert.equal(await answer(port, files), 'answered');
      });
    });

    test('shows another certificate when its file has changed, without a restart', async () => {
      const files = await authority.issue('first', 'CN=first', { ip: ['127.0.0.1'] });
      const next = await authority.issue('next', 'CN=next', { ip: ['127.0.0.1'] });
      const copy = { certFile: join(directory, 'live.pem'), keyFile: join(directory, 'live.key') };
      copyFileSync(files.certFile, copy.certFile);
      copyFileSync(files.keyFile, copy.keyFile);
      await withListener(protocol, copy, async ({ port, broker }) => {
        const shown = async (): Promise<unknown> => {
          const socket = await secured(port);
          const { subject } = socket.getPeerCertificate();
          socket.destroy();
          return subject['CN'];
        };
        assert.equal(await shown(), 'first');
        copyFileSync(next.keyFile, copy.keyFile);
        renameSync(next.certFile, copy.certFile);
        broker.refreshCertificates();
        assert.equal(await shown(), 'next');
      });
    });

    test('shows the certificate of the server that the client asks for', async () => {
      const named = await authority.issue('named', 'CN=named', { dns: ['a.test'] });
      const serverNames = [{ serverName: 'a.test', password: null, ...named }];
      await withListener(protocol, { serverNames }, async ({ port }) => {
        const socket = await secured(port, { servername: 'a.test' });
        assert.equal(socket.getPeerCertificate().subject['CN'], 'named');
        socket.destroy();
      });
    });

    for (const [what, octets, hint] of [
      ['AMQP without TLS', 'AMQP\0\0\x09\x01', /does not speak TLS/u],
      ['HTTP without TLS', 'GET / HTTP/1.1\r\n\r\n', /HTTP request without TLS/u],
      ['noise', '\x16\x16\x16\x16\x16\x16\x16\x16\x16\x16', /handshake of TLS failed/u],
    ] as const) {
      test(`drops ${what}, tells of it once with a hint, and serves the next`, async () => {
        await withListener(protocol, {}, async ({ port, log }) => {
          const socket = connectPlain(port, '127.0.0.1');
          socket.on('error', () => {});
          socket.write(Buffer.from(octets, 'latin1'));
          socket.resume();
          await new Promise((resolve) => socket.once('close', resolve));
          await eventually('a line in the log', () => log.complaints.length === 1);
          assert.match(log.complaints[0] ?? '', hint);
          assert.match(log.complaints[0] ?? '', / peer=127\.0\.0\.1:\d+$/u);
          assert.equal(await answer(port), 'answered');
        });
      });
    }

    test('answers what openssl s_client asks', async () => {
      await withListener(protocol, {}, async ({ port }) => {
        const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', authority.caFile];
        const run = promisify(execFile)('openssl', [...args, '-verify_return_error', '-brief']);
        run.child.stdin?.end();
        const { stderr } = await run;
        assert.match(stderr, /Protocol version: TLSv1\.3/u);
        assert.match(stderr, /Verification: OK/u);
      });
    });
  });
}

describe('a handshake of TLS that stalls', { concurrency: true }, () => {
  for (const [what, octets] of [
    ['before it begins', null],
    ['in the middle', Buffer.from([0x16, 3, 1, 1, 0])],
  ] as const) {
    test(`${what} is dropped when its time is up, and told of once`, async () => {
      const stalled = async ({ port, log }: Secured): Promise<void> => {
        const socket = connectPlain(port, '127.0.0.1');
        socket.on('error', () => {});
        if (octets !== null) socket.write(octets);
        socket.resume();
        await new Promise((resolve) => socket.once('close', resolve));
        assert.equal(log.complaints.length, 1);
        assert.match(log.complaints[0] ?? '', /did not complete it in time/u);
      };
      await withListener('amqp/ssl', {}, stalled, { tlsHandshakeTimeoutMs: 100 });
    });
  }

  test('a client that refuses the certificate is told of with the reason', async () => {
    const stranger = await CertificateAuthority.create(directory, 'stranger');
    await withListener('amqp/ssl', {}, async ({ port, log }) => {
      const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', stranger.caFile];
      const run = promisify(execFile)('openssl', [...args, '-verify_return_error']);
      run.child.stdin?.end();
      await assert.rejects(run);
      await eventually('a line in the log', () => log.complaints.length > 0);
      assert.match(log.complaints.join('\n'), /does not know the authority/u);
    });
  });
});
