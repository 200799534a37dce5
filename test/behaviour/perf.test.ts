// `leveret perf` as a user runs it.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createBroker, type EmbeddedBroker } from 'leveret';
import { Program } from '../support/program.ts';

function perf(t: TestContext, broker: EmbeddedBroker | null, ...args: string[]): Program {
  const uri = broker?.url ?? 'amqp://127.0.0.1:1';
  return new Program(t, [process.execPath, 'src/main.ts', 'perf', '--uri', uri, ...args]);
}

describe('leveret perf', { concurrency: true }, () => {
  for (const [what, args] of [
    ['with automatic acknowledgement', []],
    ['with confirms and an acknowledgement each', ['-c', '100', '-a', 'each', '--prefetch', '50']],
    ['with acknowledgements of many', ['-c', '100', '-a', '10', '--prefetch', '50']],
    ['persistent, a message a write', ['-p', '--durable', '-c', '10', '--write-size', '1']],
    ['with large bodies', ['-s', '200000', '-n', '20']],
    ['with empty bodies', ['-s', '0']],
  ] as const) {
    test(`consumes all that it published, ${what}`, async (t) => {
      await using broker = await createBroker();
      const program = perf(t, broker, '--json', '-n', '1000', ...args);
      assert.equal(await program.ended(), 0, program.errors);
      const { total } = JSON.parse(program.lines[0] ?? '') as { total: Record<string, number> };
      const expected = args.includes('-n' as never) ? 20 : 1000;
      assert.equal(total['published'], expected);
      assert.equal(total['consumed'], expected);
      if (args.includes('-c' as never)) assert.equal(total['confirmed'], expected);
    });
  }

  test('consumes what an earlier run has left', async (t) => {
    await using broker = await createBroker();
    const publishing = perf(t, broker, '-n', '3000', '-y', '0', '-c', '100', '--keep');
    assert.equal(await publishing.ended(), 0, publishing.errors);
    const args = ['--json', '-n', '3000', '-x', '0', '-a', 'each', '--prefetch', '100'];
    const consuming = perf(t, broker, ...args);
    assert.equal(await consuming.ended(), 0, consuming.errors);
    const { total } = JSON.parse(consuming.lines[0] ?? '') as { total: Record<string, number> };
    assert.equal(total['consumed'], 3000);
  });

  test('a fanout exchange multiplies deliveries', async (t) => {
    await using broker = await createBroker();
    const fanout = ['--exchange', 'fan', '--exchange-type', 'fanout', '-q', '3', '-y', '3'];
    const program = perf(t, broker, '--json', '-n', '500', ...fanout);
    assert.equal(await program.ended(), 0, program.errors);
    const { total } = JSON.parse(program.lines[0] ?? '') as { total: Record<string, number> };
    assert.equal(total['consumed'], 1500);
  });

  test('uses its keys in turn', async (t) => {
    await using broker = await createBroker();
    const topic = ['--exchange', 't', '--exchange-type', 'topic', '--routing-key', 'a'];
    const keys = ['--keys', '4', '--binding-key', 'a.3'];
    const program = perf(t, broker, '--json', '-n', '1000', ...topic, ...keys);
    assert.equal(await program.ended(), 0, program.errors);
    const { total } = JSON.parse(program.lines[0] ?? '') as { total: Record<string, number> };
    assert.equal(total['consumed'], 250);
  });

  test('declares queues with the arguments that it is given', async (t) => {
    await using broker = await createBroker();
    const args = ['--queue-arg', 'x-max-length=7', '--queue-arg', 'x-overflow=reject-publish'];
    const program = perf(t, broker, '--json', '-n', '10', '-y', '0', '-c', '10', ...args);
    assert.equal(await program.ended(), 0, program.errors);
    const { total } = JSON.parse(program.lines[0] ?? '') as { total: Record<string, number> };
    assert.deepEqual([total['confirmed'], total['refused']], [7, 3]);
  });

  test('prints rates and latency percentiles for people', async (t) => {
    await using broker = await createBroker();
    const program = perf(t, broker, '-r', '500', '-d', '0.5');
    assert.equal(await program.ended(), 0, program.errors);
    assert.match(
      program.lines.join('\n'),
      /^published .*\nconfirmed .*\nconsumed .*\nlatency +p50 [\d,]+ .*max [\d,]+ us$/u,
    );
  });

  for (const [what, args, expected] of [
    [
      'a broker that is not there',
      [],
      /^leveret perf: Cannot connect to 127\.0\.0\.1:1: [^\n]*\n$/u,
    ],
    [
      'a bad queue argument',
      ['--queue-arg', 'x-max-length'],
      /^leveret perf: Bad value "x-max-length" for --queue-arg: expected name=value\n$/u,
    ],
    [
      'a bad number',
      ['--size', 'big'],
      /^leveret perf: Bad value "big" for --size: expected a number from 0\n$/u,
    ],
  ] as const) {
    test(`tells ${what} in one line, with code 1`, async (t) => {
      const program = perf(t, null, ...args);
      assert.equal(await program.ended(), 1);
      assert.match(program.errors, expected);
    });
  }

  test('tells a refused login in one line, with code 1', async (t) => {
    await using broker = await createBroker();
    const program = perf(t, broker, '--uri', `amqp://guest:wrong@127.0.0.1:${broker.port}`);
    assert.equal(await program.ended(), 1);
    assert.match(program.errors, /^leveret perf: the broker refuses: 403 ACCESS_REFUSED[^\n]*\n$/u);
  });
});
