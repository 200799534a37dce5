// Questions over connections that are kept: what is given up is given up.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { HttpClient } from '../../../src/runtime/http-client.ts';
import { eventually } from '../../support/eventually.ts';

/** Answers the first question, and none after that. */
async function forgetfulServer(t: TestContext): Promise<{ server: Server; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    if (asked.length === 1) response.end('yes');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, asked };
}

async function connectionCount(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((_, count) => resolve(count));
  });
}

for (const [is, requestTimeoutMs, end] of [
  ['takes too long', 100, null],
  ['is asked of a client that is closed', 60_000, (client: HttpClient) => client.close()],
] as const) {
  describe(`a question that ${is}`, () => {
    test('is not asked again, and its connection ends', async (t) => {
      const { server, asked } = await forgetfulServer(t);
      const limits = { requestTimeoutMs, connectionTimeoutMs: 60_000, longestAnswer: 1000 };
      const client = new HttpClient({ ...limits, tls: {} });
      t.after(() => client.close());
      const { port } = server.address() as AddressInfo;
      const ask = async (path: string): Promise<string> => {
        const url = new URL(path, `http://127.0.0.1:${port}`);
        return (await client.ask({ method: 'GET', url })).text;
      };
      assert.equal(await ask('/1'), 'yes');
      const second = ask('/2');
      second.catch(() => {});
      await eventually('it is asked', () => asked.length === 2);
      end?.(client);
      await assert.rejects(second);
      await eventually('the connection ends', async () => (await connectionCount(server)) === 0);
      assert.deepEqual(asked, ['/1', '/2']);
    });
  });
}
