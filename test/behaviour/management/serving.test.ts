// Where and to whom the management API is served.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { request } from 'node:https';
import { readFileSync } from 'node:fs';
import { createBroker } from 'leveret';
import { CertificateAuthority } from '../../support/certificates.ts';
import { withManagement } from '../../support/management.ts';
import { Program } from '../../support/program.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const GUEST = { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` };

describe('the management API is served', { concurrency: true }, () => {
  test('by leveret start', async (t) => {
    const command = [process.execPath, 'src/main.ts', 'start', '--in-memory', '--port', '0'];
    const program = new Program(t, command, {
      LEVERET_PLUGINS_MANAGEMENT: 'true',
      LEVERET_MANAGEMENT_TCP_PORT: '0',
    });
    const url = (lines: readonly string[]): string | undefined =>
      /http:\/\/[\d.:]+/u.exec(lines.join('\n'))?.[0];
    await program.until('it is ready', (lines) => url(lines) !== undefined);
    const answer = await fetch(`${url(program.lines)}/api/whoami`, { headers: GUEST });
    assert.equal(answer.status, 200);
  });

  test('not at all where its port is in use, and a line says what to do', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    const { port } = other.address() as AddressInfo;
    const command = [process.execPath, 'src/main.ts', 'start', '--in-memory', '--port', '0'];
    const program = new Program(t, command, {
      LEVERET_PLUGINS_MANAGEMENT: 'true',
      LEVERET_MANAGEMENT_TCP_PORT: String(port),
    });
    assert.equal(await program.ended(), 1);
    assert.match(program.errors, new RegExp(`Port ${port} .*management\\.tcp\\.port`, 'u'));
  });

  test('with TLS', async (t) => {
    const authority = await CertificateAuthority.create(temporaryDirectory(t), 'root');
    const files = await authority.issue('server', 'CN=broker', { ip: ['127.0.0.1'] });
    await using broker = await createBroker({ management: { tls: files } });
    const [listener] = broker.listeners.filter(({ protocol }) => protocol === 'http/ssl');
    assert.ok(listener !== undefined);
    const ca = readFileSync(authority.caFile);
    const url = `https://127.0.0.1:${listener.port}/api/whoami`;
    const sent = request(url, { ca, headers: GUEST, agent: false }).end();
    const [answer] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }];
    answer.resume();
    assert.equal(answer.statusCode, 200);
  });

  test('under a prefix', async () => {
    await using broker = await createBroker({ management: { port: 0, pathPrefix: '/rabbit' } });
    const [listener] = broker.listeners.filter(({ protocol }) => protocol === 'http');
    const base = `http://127.0.0.1:${listener?.port}`;
    assert.equal((await fetch(`${base}/rabbit/api/whoami`, { headers: GUEST })).status, 200);
    assert.equal((await fetch(`${base}/api/whoami`, { headers: GUEST })).status, 404);
  });
});

describe('pages of other sites', { concurrency: true }, () => {
  const origin = 'https://panel.test';

  test('that the operator has named may use the management API', async () => {
    const management = { port: 0, allowOrigins: [origin] };
    await withManagement(
      async ({ api }) => {
        const answer = await api.send('PUT', '/vhosts/v', {}, { origin });
        assert.equal(answer.status, 201);
        assert.equal(answer.headers.get('access-control-allow-origin'), origin);
        const asked = { origin, 'access-control-request-headers': 'authorization,content-type' };
        const preflight = await api.send('OPTIONS', '/vhosts/v', undefined, asked);
        assert.equal(preflight.status, 200);
        assert.equal(
          preflight.headers.get('access-control-allow-headers'),
          'authorization,content-type',
        );
      },
      { management },
    );
  });

  test('that nobody has named are not told that they may, and change nothing', async () => {
    await withManagement(async ({ api }) => {
      const answer = await api.send('PUT', '/vhosts/v', {}, { origin });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    });
  });
});
