// The logger as a whole, writing into memory.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { combineLoggers } from '../../../src/runtime/combined-logger.ts';
import { createLogger } from '../../../src/runtime/create-logger.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import type { LogDestination } from '../../../src/runtime/create-logger.ts';
import type { Logger, LogLevel } from '../../../src/runtime/logger.ts';

/** A logger and what it has written so far, without the time stamps. */
async function loggerInMemory(
  level: LogLevel,
): Promise<{ readonly log: Logger; readonly lines: () => string[] }> {
  let text = '';
  const destination: LogDestination = {
    write: (chunk) => {
      text += chunk;
    },
    on: () => {},
  };
  const log = await createLogger({ level, destination });
  return {
    log,
    lines: () =>
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => line.slice(30)),
  };
}

describe('the logger', () => {
  test('writes its level and the more urgent ones', async () => {
    const { log, lines } = await loggerInMemory('warn');
    log.error('a');
    log.warn('b');
    log.info('c');
    log.debug('d');
    assert.deepEqual(lines(), ['[error] a', '[warn] b']);
  });

  test('writes everything at level debug', async () => {
    const { log, lines } = await loggerInMemory('debug');
    log.debug('a', { n: 1 });
    log.info('b', { n: 2 });
    assert.deepEqual(lines(), ['[debug] a n=1', '[info] b n=2']);
  });

  test('takes the message literally', async () => {
    const { log, lines } = await loggerInMemory('info');
    log.info('100%s %d %j');
    assert.deepEqual(lines(), ['[info] 100%s %d %j']);
  });

  test('adds the fields of its parents', async () => {
    const { log, lines } = await loggerInMemory('info');
    log.child({ connection: 'c1' }).child({ channel: 3 }).info('opened', { prefetch: 10 });
    assert.deepEqual(lines(), ['[info] opened connection=c1 channel=3 prefetch=10']);
  });

  test('shows an error with its cause and stack', async () => {
    const { log, lines } = await loggerInMemory('info');
    log.error('failed', { error: new TypeError('outer', { cause: new Error('inner') }) });
    assert.equal(lines()[0], '[error] failed error="TypeError: outer: inner"');
    assert.ok(lines().length > 1);
  });

  test('never writes a secret', async () => {
    const { log, lines } = await loggerInMemory('info');
    log.info('a', { user: 'bob', password: 'hunter2', settings: { token: 'hunter2' } });
    log.child({ secret: 'hunter2' }).info('b');
    assert.match(lines()[0] ?? '', /user=bob password=\[secret\] settings=.*\[secret\]/u);
    assert.ok(!lines().join('\n').includes('hunter2'));
  });
});

describe('the silent logger', () => {
  test('takes everything and writes nothing, and so do its children', (t) => {
    const write = t.mock.method(process.stdout, 'write');
    const before = write.mock.callCount();
    const log = silentLogger.child({ a: 1 });
    for (const logger of [silentLogger, log]) {
      logger.debug('x');
      logger.info('x');
      logger.warn('x');
      logger.error('x');
    }
    assert.equal(write.mock.callCount(), before);
  });

  test('writes JSON, an object a line, with passwords in URIs hidden', async () => {
    let text = '';
    const destination: LogDestination = {
      write: (chunk) => {
        text += chunk;
      },
      on: () => {},
    };
    const log = await createLogger({ level: 'info', format: 'json', destination });
    log.child({ peer: 'p' }).info('a\n"b"', { url: 'amqp://u:secret@h:1/v', count: 2 });
    const { time, ...rest } = JSON.parse(text) as { time: string };
    assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/u);
    const url = 'amqp://u:[secret]@h:1/v';
    assert.deepEqual(rest, { level: 'info', msg: 'a\n"b"', peer: 'p', url, count: 2 });
    assert.equal(text.indexOf('\n'), text.length - 1);
  });

  test('is several in one, each with its level', async () => {
    const error = await loggerInMemory('error');
    const debug = await loggerInMemory('debug');
    const log = combineLoggers([error.log, debug.log]).child({ a: 1 });
    log.error('e');
    log.warn('w');
    log.info('i');
    log.debug('d');
    assert.deepEqual(error.lines(), ['[error] e a=1']);
    assert.equal(debug.lines().length, 4);
    assert.equal(combineLoggers([]), silentLogger);
  });
});
