// Which lines a category's level lets through.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { filterByCategory, widestLevel } from '../../../src/runtime/log-categories.ts';
import type { CategoryLevels, LogThreshold } from '../../../src/runtime/log-categories.ts';
import type { Logger } from '../../../src/runtime/logger.ts';
import { CollectedLog } from '../../support/collected-log.ts';

/** A line of each level about each category; what comes through. */
function passing(general: LogThreshold, levels: CategoryLevels): string {
  const collected = new CollectedLog();
  const log = filterByCategory(collected, general, levels);
  const connection = log.child({ connection: 'a -> b' });
  const say = (logger: Logger, text: string, fields = {}): void => {
    logger.error(text, fields);
    logger.warn(text, fields);
    logger.info(text, fields);
  };
  say(log, 'general');
  say(connection, 'connection');
  say(connection, 'channel', { channel: 1 });
  say(log, 'queue', { queue: 'q' });
  return collected.lines.map((line) => line.replace(/\{.*\} /u, '')).join(', ');
}

describe('levels of categories', () => {
  test('let less through than that of the output', () => {
    assert.equal(
      passing('info', { connection: 'error', channel: 'none', queue: 'warn' }),
      'error general, warn general, info general, error connection, error queue, warn queue',
    );
  });

  test('let more through than that of the output', () => {
    assert.equal(passing('none', { channel: 'info' }), 'error channel, warn channel, info channel');
  });

  test('replace that of the output for everything else, where it is the default that is said', () => {
    assert.equal(
      passing('info', { default: 'none', connection: 'error' }),
      'error connection, error channel, warn channel, info channel, error queue, warn queue, info queue',
    );
  });

  test('are all let through by the widest of them', () => {
    assert.equal(widestLevel('warn', { queue: 'debug', channel: 'none' }), 'debug');
    assert.equal(widestLevel('none', { channel: 'none' }), 'none');
  });
});
