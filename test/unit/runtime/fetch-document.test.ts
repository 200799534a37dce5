// Documents over HTTP: in time, not too large, and from whom one believes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fetchDocument } from '../../../src/runtime/fetch-document.ts';
import { HttpClient, type HttpClientOptions } from '../../../src/runtime/http-client.ts';
import type { TlsClientSettings } from '../../../src/runtime/tls-client.ts';
import { CertificateAuthority, type CertificateFilePaths } from '../../support/certificates.ts';
import { freePort } from '../../support/free-port.ts';
import { IdentityProvider } from '../../support/identity-provider.ts';

/** A client that is closed afterwards. */
class Client extends HttpClient implements Disposable {
  constructor(changes: Partial<HttpClientOptions> = {}) {
    const timeouts = { requestTimeoutMs: 10_000, connectionTimeoutMs: 10_000 };
    super({ ...timeouts, longestAnswer: 10_000, tls: {}, ...changes });
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Fetches what a server answers with. */
async function fetched(
  misbehave: (response: ServerResponse, client: Client) => void,
  changes: Partial<HttpClientOptions> = {},
): Promise<string> {
  await using server = await IdentityProvider.start();
  using client = new Client(changes);
  server.misbehave = (response) => misbehave(response, client);
  return await fetchDocument(client, new URL(server.keysUrl));
}

describe('a document', { concurrency: true }, () => {
  test('is what the server answers', async () => {
    assert.equal(await fetched((response) => response.end('hello')), 'hello');
  });

  test('that never begins is given up', async () => {
    await assert.rejects(
      fetched(() => {}, { requestTimeoutMs: 50 }),
      /^HttpClientError: does not answer within 50 ms$/u,
    );
  });

  test('that never ends is given up', async () => {
    await assert.rejects(
      fetched((response) => response.write('h'), { requestTimeoutMs: 50 }),
      /does not answer within 50 ms/u,
    );
  });

  test('that is too large is given up, whatever length it announces', async () => {
    const large = Buffer.alloc(1000);
    const endless = (response: ServerResponse): void => {
      response.on('drain', () => endless(response));
      while (response.write(large));
    };
    const expected = /answers with more than 10000 octets/u;
    await assert.rejects(fetched(endless), expected);
  });

  test('that is cut off is none', async () => {
    await assert.rejects(
      fetched((response) => {
        response.setHeader('content-length', 10);
        response.write('hello', () => response.destroy());
      }),
      /stops in the middle|cannot be asked: aborted/u,
    );
  });

  for (const status of [204, 301, 404, 500]) {
    test(`is none with status ${status}`, async () => {
      await assert.rejects(
        fetched((response) => response.writeHead(status, { location: '/keys' }).end()),
        new RegExp(`answers with status ${status}`, 'u'),
      );
    });
  }

  test('is none where the server speaks no HTTP', async () => {
    await assert.rejects(
      fetched((response) => response.socket?.end('nonsense\r\n\r\n')),
      /cannot be asked: /u,
    );
  });

  test('cannot be had of a server that is not there', async () => {
    const url = new URL(`http://127.0.0.1:${await freePort()}/`);
    using client = new Client();
    await assert.rejects(fetchDocument(client, url), /ECONNREFUSED/u);
  });

  test('is not waited for after the client is closed', async () => {
    await assert.rejects(
      fetched((_response, client) => client.close()),
      /cannot be asked: .*abort/u,
    );
  });
});

describe('a document over TLS', { concurrency: true }, () => {
  let directory: string;
  let authority: CertificateAuthority;
  let files: CertificateFilePaths;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'leveret-test-'));
    authority = await CertificateAuthority.create(directory, 'root');
    const below = await authority.intermediate('below');
    files = await below.issue('server', 'CN=idp', { dns: ['idp.example'] });
  });

  after(() => rmSync(directory, { recursive: true }));

  async function over(changes: Partial<TlsClientSettings>): Promise<string> {
    await using server = await IdentityProvider.start(files);
    using client = new Client({ tls: { caCertFile: authority.caFile, ...changes } });
    return await fetchDocument(client, new URL(server.keysUrl));
  }

  test('is had of the host of the certificate only', async () => {
    await assert.rejects(over({}), /does not match certificate's altnames/u);
    assert.match(await over({ hostnameVerification: 'none' }), /"keys"/u);
  });

  test('is not had of whom no authority vouches for', async () => {
    const tls = { caCertFile: null, hostnameVerification: 'none' } as const;
    await assert.rejects(over(tls), /unable to get local issuer certificate/u);
  });

  test('is had of whoever answers where nothing is verified', async () => {
    const tls = { caCertFile: null, verify: 'verify_none' } as const;
    assert.match(await over(tls), /"keys"/u);
  });

  test('is not had over more certificates than are allowed', async () => {
    const tls = { hostnameVerification: 'none' } as const;
    await assert.rejects(over({ ...tls, depth: 0 }), /more than 0 certificates/u);
    assert.match(await over({ ...tls, depth: 1 }), /"keys"/u);
  });
});
