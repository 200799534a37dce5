// Definitions that a server has, imported at the start.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createBroker, type DefinitionFiles } from 'leveret';
import { CertificateAuthority, type CertificateFilePaths } from '../support/certificates.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

let directory: string;
let authority: CertificateAuthority;
let files: CertificateFilePaths;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leveret-test-'));
  authority = await CertificateAuthority.create(directory, 'root');
  files = await authority.issue('server', 'CN=server', { dns: ['localhost'] });
});

after(() => rmSync(directory, { recursive: true }));

interface Answer {
  readonly status?: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends before its body is complete. */
  readonly isCutOff?: boolean;
}

const DEFINITIONS = JSON.stringify({
  vhosts: [{ name: '/' }, { name: 'imported' }],
  users: [{ name: 'u', password: 'p', tags: ['administrator'] }],
});

/** Answers every request so while `run` runs. */
async function withServer(
  answer: Answer | ((authorization: string) => Answer),
  run: (url: string) => Promise<void>,
  options: { readonly requestCert?: boolean } = {},
): Promise<void> {
  const identity = {
    cert: readFileSync(files.certFile),
    key: readFileSync(files.keyFile),
    ca: readFileSync(authority.caFile),
  };
  const server: Server = createServer({ ...identity, ...options }, (request, response) => {
    const {
      status = 200,
      text = DEFINITIONS,
      headers = {},
      isCutOff = false,
    } = typeof answer === 'function' ? answer(request.headers.authorization ?? '') : answer;
    response.writeHead(status, isCutOff ? { ...headers, 'content-length': 1000 } : headers);
    response.write(text);
    if (isCutOff) response.destroy();
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await run(`https://localhost:${port}/definitions.json`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function from(url: string, more: Partial<DefinitionFiles> = {}): DefinitionFiles {
  return { url, tls: { caCertFile: authority.caFile }, ...more };
}

describe('definitions of a server', { concurrency: true }, () => {
  test('are imported before clients are served', async () => {
    await withServer({}, async (url) => {
      await using broker = await createBroker({ loadDefinitions: from(url) });
      assert.ok(JSON.stringify(broker.definitions.export()).includes('"imported"'));
    });
  });

  test('are not imported again while they are the same, and are when another algorithm tells', async (t) => {
    const dataDir = temporaryDirectory(t);
    const log = new CollectedLog();
    await withServer({}, async (url) => {
      for (const hashingAlgorithm of ['sha512', 'sha512', 'sha'] as const) {
        const loadDefinitions = from(url, { skipIfUnchanged: true, hashingAlgorithm });
        const broker = await createBroker({ dataDir, log, loadDefinitions });
        await broker.close();
      }
    });
    const told = log.lines.filter((line) => line.includes('definitions'));
    assert.deepEqual(told, [
      'info definitions imported',
      'info definitions are those of the last start',
      'info definitions imported',
    ]);
  });

  test('are asked for with the credentials of the address, which nobody is told', async () => {
    const log = new CollectedLog();
    const expected = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
    const answer = (authorization: string): Answer => ({
      status: authorization === expected ? 200 : 401,
    });
    await withServer(answer, async (url) => {
      const address = url.replace('https://', 'https://me:s3cret@');
      await using _broker = await createBroker({ log, loadDefinitions: from(address) });
      await assert.rejects(
        createBroker({ loadDefinitions: from(address.replace('s3cret', 'wr0ng')) }),
        ({ message }: Error) => /status 401/u.test(message) && !message.includes('wr0ng'),
      );
    });
    assert.ok(!log.lines.join('\n').includes('s3cret'));
  });

  test('are asked for with a certificate of the broker’s own', async () => {
    const { certFile, keyFile } = await authority.issue('broker', 'CN=broker');
    await withServer(
      {},
      async (url) => {
        const tls = { caCertFile: authority.caFile, certFile, keyFile };
        await using _broker = await createBroker({ loadDefinitions: from(url, { tls }) });
        await assert.rejects(createBroker({ loadDefinitions: from(url) }), {
          name: 'DefinitionsError',
        });
      },
      { requestCert: true },
    );
  });

  for (const [what, answer, reason] of [
    ['that are not there', { status: 404 }, /is answered with status 404/u],
    ['that are elsewhere', { status: 302, headers: { location: '/x' } }, /status 302/u],
    ['that are none', { text: 'not JSON' }, /JSON/u],
    ['that are cut off', { isCutOff: true }, /cannot be asked: (?:aborted|socket hang up)/u],
  ] as const satisfies ReadonlyArray<readonly [string, Answer, RegExp]>) {
    test(`${what} stop the start with a line that names the address`, async () => {
      await withServer(answer, async (url) => {
        await assert.rejects(
          createBroker({ loadDefinitions: from(url) }),
          ({ name, message }: Error) =>
            name === 'DefinitionsError' && message.startsWith(url) && reason.test(message),
        );
      });
    });
  }

  test('of a server that is not believed stop the start', async () => {
    await withServer({}, async (url) => {
      await assert.rejects(createBroker({ loadDefinitions: { url } }), /cannot be asked/u);
      const other = url.replace('localhost', '127.0.0.1');
      await assert.rejects(createBroker({ loadDefinitions: from(other) }), /altnames|IP/u);
    });
  });
});
