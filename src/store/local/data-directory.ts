/**
 * The directory that keeps everything: what lies where in it, and who may use it.
 *
 *   definitions.sqlite   what was declared, the version of the format, and the lock of the whole directory
 *   journal/             the write-ahead log
 *   segments/            messages that stay for longer, by queue
 */
import { join, resolve } from 'node:path';
import type { Disk } from '../../runtime/disk.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Timers } from '../../runtime/timers.ts';
import { DataDirectoryError } from './data-directory-error.ts';
import { SqliteDefinitionStore } from './sqlite-definition-store.ts';

export interface DataDirectory {
  /** Absolute. */
  readonly path: string;
  /** Absolute; the journal makes it. */
  readonly journalPath: string;
  /** Absolute; the journal makes it. */
  readonly segmentsPath: string;
  /** Closing it releases the directory. */
  readonly definitions: SqliteDefinitionStore;
}

export interface DataDirectoryOptions {
  /** Made where it is missing. */
  readonly path: string;
  readonly disk: Disk;
  readonly timers: Timers;
  readonly log: Logger;
}

/**
 * Opens a data directory for this process alone.
 *
 * @throws DataDirectoryError when another process has it, a newer Leveret wrote it, or it is damaged or out of reach
 */
export function openDataDirectory(options: DataDirectoryOptions): DataDirectory {
  const { disk, timers, log } = options;
  const path = resolve(options.path);
  attempt(path, () => disk.makeDirectory(path));
  const definitions = attempt(
    path,
    () => new SqliteDefinitionStore({ path: join(path, 'definitions.sqlite'), disk, timers, log }),
  );
  // SQLite has made its files: from now on they are there after a crash, too.
  attempt(path, () => disk.syncDirectory(path));
  return {
    path,
    journalPath: join(path, 'journal'),
    segmentsPath: join(path, 'segments'),
    definitions,
  };
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof DataDirectoryError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new DataDirectoryError(
      `The data directory ${path} cannot be used (${text}): choose another, or make it usable for this user`,
      { cause: error },
    );
  }
}
