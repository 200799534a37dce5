// AMQP over TLS: who is let in, with which certificate, and what happens when the files of a certificate change.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { connect } from 'amqplib';
import { createBroker, type EmbeddedBroker, type TlsListenOptions } from 'leveret';
import { CertificateAuthority, type CertificateFilePaths } from '../support/certificates.ts';
import { CollectedLog } from '../support/collected-log.ts';

type ClientOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'minVersion' | 'maxVersion' | 'ciphers'
>;

let directory: string;
let authority: CertificateAuthority;
let server: CertificateFilePaths;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leveret-test-'));
  authority = await CertificateAuthority.create(directory, 'root');
  server = await authority.issue('server', 'CN=broker', { dns: ['localhost'], ip: ['127.0.0.1'] });
});

after(() => rmSync(directory, { recursive: true }));

/** The port that speaks TLS. */
function portOf({ tlsPort }: EmbeddedBroker): number {
  assert.ok(tlsPort !== null);
  return tlsPort;
}

function trusting(files: Partial<CertificateFilePaths> = {}): ClientOptions {
  return {
    ca: readFileSync(authority.caFile),
    ...(files.certFile === undefined ? {} : { cert: readFileSync(files.certFile) }),
    ...(files.keyFile === undefined ? {} : { key: readFileSync(files.keyFile) }),
  };
}

/** Publishes a message over an encrypted connection, and gets it back. */
async function roundTrip(broker: EmbeddedBroker, options: ClientOptions): Promise<string> {
  const connection = await connect(`amqps://localhost:${portOf(broker)}`, options);
  const channel = await connection.createChannel();
  await channel.assertQueue('q');
  channel.sendToQueue('q', Buffer.from('hello'));
  const message = await channel.get('q', { noAck: true });
  await connection.close();
  return message === false ? '' : message.content.toString();
}

/** The broker's answer to a protocol header, or the error that ended the connection before. */
async function probe(broker: EmbeddedBroker, options: ClientOptions): Promise<string> {
  const socket = connectTls({ port: portOf(broker), host: 'localhost', ...options });
  return new Promise((resolve) => {
    socket.on('error', ({ message }: Error) => resolve(message));
    socket.on('close', () => resolve('closed'));
    socket.on('data', () => {
      resolve(`start over ${socket.getProtocol() ?? ''}`);
      socket.destroy();
    });
    socket.write('AMQP\u0000\u0000\u0009\u0001');
  });
}

/** The subject of the certificate that the broker shows. */
async function subjectShown(broker: EmbeddedBroker, servername = 'localhost'): Promise<string> {
  const socket: TLSSocket = connectTls({
    port: portOf(broker),
    servername,
    ca: readFileSync(authority.caFile),
    checkServerIdentity: () => undefined,
  });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject['CN']);
}

async function withTls(
  options: Partial<TlsListenOptions>,
  run: (broker: EmbeddedBroker, log: CollectedLog) => Promise<void>,
): Promise<void> {
  const log = new CollectedLog();
  await using broker = await createBroker({ log, tls: { ...server, ...options } });
  await run(broker, log);
}

describe('an AMQP listener with TLS', () => {
  test('serves an unmodified client', async () => {
    await withTls({}, async (broker) => {
      assert.equal(await roundTrip(broker, trusting()), 'hello');
    });
  });

  test('speaks TLS 1.3 where the client can', async () => {
    await withTls({}, async (broker) => {
      assert.equal(await probe(broker, trusting()), 'start over TLSv1.3');
    });
  });

  test('speaks TLS 1.2 with clients that know no later one', async () => {
    await withTls({}, async (broker) => {
      const options = { ...trusting(), maxVersion: 'TLSv1.2' } as const;
      assert.equal(await probe(broker, options), 'start over TLSv1.2');
    });
  });

  test('refuses TLS 1.1', async () => {
    await withTls({}, async (broker) => {
      const options = { ...trusting(), minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' } as const;
      const ciphers = 'DEFAULT:@SECLEVEL=0';
      assert.match(await probe(broker, { ...options, ciphers }), /alert protocol version/u);
    });
  });

  test('refuses ciphers without forward secrecy', async () => {
    await withTls({}, async (broker) => {
      const options = { ...trusting(), maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA256' } as const;
      assert.match(await probe(broker, options), /alert handshake failure/u);
    });
  });

  test('speaks only the versions that it is told to', async () => {
    await withTls({ versions: ['TLSv1.3'] }, async (broker) => {
      const options = { ...trusting(), maxVersion: 'TLSv1.2' } as const;
      assert.match(await probe(broker, options), /alert protocol version/u);
    });
  });

  test('drops a client that does not speak TLS, tells of it once, and serves the next', async () => {
    await withTls({}, async (broker, log) => {
      const socket = connectPlain(portOf(broker));
      socket.on('error', () => {});
      socket.write('AMQP\u0000\u0000\u0009\u0001');
      socket.resume();
      await once(socket, 'close');
      assert.equal(log.complaints.filter((line) => line.includes('handshake of TLS')).length, 1);
      assert.equal(await roundTrip(broker, trusting()), 'hello');
    });
  });

  test('stops at once also while a client is in the handshake', async () => {
    const broker = await createBroker({ tls: server });
    const socket = connectPlain(portOf(broker));
    socket.on('error', () => {});
    await once(socket, 'connect');
    await roundTrip(broker, trusting());
    await broker.close();
    socket.destroy();
  });
});

describe('a listener that asks for certificates', () => {
  test('refuses a client without one', async () => {
    const options = { caFile: authority.caFile, verifyPeer: true, failIfNoPeerCert: true };
    await withTls(options, async (broker) => {
      assert.match(await probe(broker, trusting()), /certificate required|ECONNRESET/u);
    });
  });

  test('serves a client whose certificate its authority has issued', async () => {
    const options = { caFile: authority.caFile, verifyPeer: true, failIfNoPeerCert: true };
    const client = await authority.issue('client', 'CN=client');
    await withTls(options, async (broker) => {
      assert.equal(await roundTrip(broker, trusting(client)), 'hello');
    });
  });

  test('serves a client without one where none is required', async () => {
    await withTls({ caFile: authority.caFile, verifyPeer: true }, async (broker) => {
      assert.equal(await roundTrip(broker, trusting()), 'hello');
    });
  });

  test('refuses a certificate of another authority, also where none is required', async () => {
    const other = await CertificateAuthority.create(directory, 'other');
    const stranger = await other.issue('stranger', 'CN=stranger');
    await withTls({ caFile: authority.caFile, verifyPeer: true }, async (broker, log) => {
      assert.notEqual(await probe(broker, trusting(stranger)), 'start over TLSv1.3');
      assert.match(log.lines.at(-1) ?? '', /client's certificate is refused/u);
    });
  });

  test('refuses a certificate that has ended', async () => {
    const expired = await authority.issue('expired', 'CN=expired', { days: -1 });
    const options = { caFile: authority.caFile, verifyPeer: true, failIfNoPeerCert: true };
    await withTls(options, async (broker) => {
      assert.notEqual(await probe(broker, trusting(expired)), 'start over TLSv1.3');
    });
  });

  test('serves a client whose certificate an authority below its own has issued', async () => {
    const middle = await authority.intermediate('middle');
    const client = await middle.issue('deep', 'CN=deep');
    const options = { caFile: authority.caFile, verifyPeer: true, failIfNoPeerCert: true };
    await withTls(options, async (broker) => {
      assert.equal(await probe(broker, trusting(client)), 'start over TLSv1.3');
    });
  });
});

describe('certificates of servers', () => {
  test('are chosen by the name that the client gives', async () => {
    const a = await authority.issue('a', 'CN=a', { dns: ['a.test'] });
    const wild = await authority.issue('wild', 'CN=wild', { dns: ['*.b.test'] });
    const serverNames = [
      { serverName: 'a.test', password: null, ...a },
      { serverName: '*.b.test', password: null, ...wild },
    ];
    await withTls({ serverNames }, async (broker) => {
      assert.equal(await subjectShown(broker, 'A.test'), 'a');
      assert.equal(await subjectShown(broker, 'x.b.test'), 'wild');
      assert.equal(await subjectShown(broker, 'b.test'), 'broker');
      assert.equal(await subjectShown(broker, 'x.y.b.test'), 'broker');
    });
  });

  test('are replaced without a restart when their files change', async () => {
    const files = await authority.issue('first', 'CN=first', { dns: ['localhost'] });
    const next = await authority.issue('next', 'CN=next', { dns: ['localhost'] });
    await withTls(files, async (broker, log) => {
      broker.refreshCertificates();
      assert.equal(await subjectShown(broker), 'first');
      copyFileSync(next.keyFile, files.keyFile);
      renameSync(next.certFile, files.certFile);
      broker.refreshCertificates();
      assert.equal(await subjectShown(broker), 'next');
      assert.equal(log.lines.filter((line) => line.includes('read again')).length, 1);
    });
  });

  test('stay what they were when the new files cannot be used, and that is told once', async () => {
    const files = await authority.issue('sound', 'CN=sound', { dns: ['localhost'] });
    await withTls(files, async (broker, log) => {
      writeFileSync(files.certFile, 'no certificate');
      broker.refreshCertificates();
      broker.refreshCertificates();
      assert.equal(await subjectShown(broker), 'sound');
      assert.equal(log.complaints.length, 1);
    });
  });

  test('that cannot be read stop the start with a line that names the file', async () => {
    const certFile = join(directory, 'missing.pem');
    await assert.rejects(createBroker({ tls: { ...server, certFile } }), {
      name: 'TlsFileError',
      message: `TLS cannot read the certificate from ${certFile} (ENOENT)`,
    });
  });

  test('whose key is another one stop the start', async () => {
    const { keyFile } = await authority.issue('unrelated', 'CN=unrelated');
    await assert.rejects(createBroker({ tls: { ...server, keyFile } }), /key values mismatch/u);
  });
});
