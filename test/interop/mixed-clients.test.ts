// Programs written with different clients, and in different languages, work together.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CLIENTS } from './clients.ts';
import type { ExampleProgram } from './example-program.ts';
import { Stage } from './stage.ts';

const HERE = CLIENTS.filter((client) => client.skip === false);
const [first] = HERE;

describe('programs of different clients', { concurrency: true }, () => {
  test('workers of each client share the tasks that senders of each client send', async (t) => {
    const stage = await Stage.open(t, first!, 'process');
    const workers: ExampleProgram[] = [];
    for (const client of HERE) workers.push(await stage.as(client).worker());
    const sent: string[] = [];
    for (const { name } of HERE) sent.push(`1 from ${name}`, `2 from ${name} – in UTF-8`);
    for (const [index, client] of HERE.entries()) {
      await stage.as(client).send(...sent.slice(2 * index, 2 * index + 2));
    }
    for (const worker of workers) await worker.untilTold('done', 2);
    // Round robin: the first worker has the first task and the first of the second round.
    const expected = HERE.map((_, index) => [sent[index], sent[index + HERE.length]]);
    assert.deepEqual(
      workers.map((worker) => worker.done),
      expected,
    );
  });

  for (const server of HERE) {
    test(`a server with ${server.name} answers clients of each kind`, async (t) => {
      const stage = await Stage.open(t, server);
      await stage.start('rpc-server');
      const asked = HERE.map((client) => stage.as(client).perform('rpc-client', '9'));
      for (const answers of await Promise.all(asked)) {
        assert.deepEqual(answers, [{ event: 'answered', n: 9, answer: 34 }]);
      }
    });
  }
});
