// The `leveret` command as a process: what it says when something is wrong, and how it ends.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { connect } from 'amqplib';
import { createBroker } from 'leveret';
import { Program } from '../support/program.ts';

function leveret(t: TestContext, args: readonly string[], environment = {}): Program {
  return new Program(t, [process.execPath, 'src/main.ts', ...args], environment);
}

async function started(program: Program): Promise<string> {
  await program.until('ready', (lines) => lines.some((line) => line.includes('is ready')));
  return /amqp:\/\/\S+/u.exec(program.lines.join('\n'))?.[0] ?? '';
}

describe('leveret start', { concurrency: true }, () => {
  test('serves a client as guest', async (t) => {
    const url = await started(leveret(t, ['start', '--in-memory', '--port', '0']));
    const connection = await connect(url);
    await connection.close();
  });

  test('takes its settings from the environment', async (t) => {
    const program = leveret(t, ['start'], {
      LEVERET_PORT: '0',
      LEVERET_LOG_LEVEL: 'info',
      LEVERET_IN_MEMORY: '1',
    });
    assert.match(await started(program), /^amqp:\/\/127\.0\.0\.1:\d+$/u);
  });

  test('says with --in-memory that a restart forgets everything', async (t) => {
    const program = leveret(t, ['start', '--in-memory', '--port', '0']);
    await program.until('the warning', (lines) =>
      lines.some((line) => line.endsWith('everything is kept in memory: a restart forgets it')),
    );
  });

  test('closes connections with 320 on SIGTERM and ends with code 0', async (t) => {
    const program = leveret(t, ['start', '--in-memory', '--port', '0']);
    const connection = await connect(await started(program));
    const closed = new Promise<string>((resolve) => {
      connection.on('error', (error: Error) => resolve(error.message));
      connection.on('close', (error?: Error) => resolve(error?.message ?? ''));
    });
    program.signal('SIGTERM');
    assert.match(await closed, /320.*CONNECTION_FORCED - broker forced connection closure/u);
    assert.equal(await program.ended(), 0);
  });

  test('says in one line that its port is in use, and ends with code 1', async (t) => {
    await using other = await createBroker();
    const program = leveret(t, ['start', '--in-memory', '--port', String(other.port)]);
    assert.equal(await program.ended(), 1);
    assert.match(program.errors, /^leveret: Port \d+ on 127\.0\.0\.1 is in use[^\n]*\n$/u);
  });

  for (const [what, args, expected] of [
    [
      'an unknown option',
      ['--prot', '1'],
      /^error: unknown option '--prot'\n\(Did you mean --port\?\)\n$/u,
    ],
    ['a bad port', ['--port', 'abc'], /^leveret: Bad value "abc" for --port[^\n]*\n$/u],
    [
      'a bad log level',
      ['--log-level', 'loud'],
      /^leveret: Bad value "loud" for --log-level[^\n]*\n$/u,
    ],
    [
      'a data directory that is a file',
      ['--data-dir', 'package.json'],
      /^leveret: Bad value [^\n]*\n$/u,
    ],
    [
      'a data directory together with --in-memory',
      ['--data-dir', 'somewhere', '--in-memory'],
      /^leveret: --data-dir and --in-memory contradict each other[^\n]*\n$/u,
    ],
    [
      'an address of another machine',
      ['--in-memory', '--port', '0', '--bind', '192.0.2.1'],
      /^leveret: Cannot listen on 192\.0\.2\.1[^\n]*\n$/u,
    ],
  ] as const) {
    test(`refuses ${what} clearly, with code 1`, async (t) => {
      const program = leveret(t, ['start', ...args]);
      assert.equal(await program.ended(), 1);
      assert.match(program.errors, expected);
    });
  }
});
