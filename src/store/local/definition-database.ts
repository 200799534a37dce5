/**
 * The definitions as an SQLite database: opening, locking and checking it, and one transaction for several changes.
 * What it writes lies in SQLite's own log (`-wal`) and is not synced here, so that no sync holds up the broker:
 * sqlite-definition-store.ts does that, and copes with errors.
 */
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Definition, DefinitionKind } from '../definition-store.ts';
import { DataDirectoryError } from './data-directory-error.ts';

/** The version of the data directory's format. A change that older versions cannot read increases it. */
export const FORMAT_VERSION = 1;

/** Marks the database as Leveret's, in its header ("LVRT"). */
const APPLICATION_ID = 0x4c56_5254;

/** Larger databases are not checked from end to end at each start, in octets: checking this much takes about 0.1 s. */
const CHECKED_SIZE_MAX = 64 * 1024 * 1024;

/** SQLite's result codes, without what they are extended by. */
const BUSY = 5;
const READ_ONLY = 8;
const CORRUPT = 11;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

const SCHEMA = `
  CREATE TABLE definitions (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT_VERSION};`;

/** A definition to write, as JSON, or to delete (null). */
export interface DefinitionChange {
  readonly kind: DefinitionKind;
  readonly key: string;
  readonly json: string | null;
}

export class DefinitionDatabase {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #load: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;

  /**
   * Opens the database, or makes it, and locks it: until it is closed or this process ends, nobody else can open it.
   *
   * @throws DataDirectoryError
   */
  constructor(path: string) {
    this.path = path;
    this.#database = attempt(path, () => new DatabaseSync(path, { timeout: 0 }));
    try {
      attempt(path, () => prepare(this.#database, path));
      this.#load = this.#database.prepare('SELECT key, value FROM definitions WHERE kind = ?');
      this.#put = this.#database.prepare('INSERT OR REPLACE INTO definitions VALUES (?, ?, ?)');
      this.#delete = this.#database.prepare('DELETE FROM definitions WHERE kind = ? AND key = ?');
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Where SQLite logs what it commits. */
  get logPath(): string {
    return `${this.path}-wal`;
  }

  /** What was committed. A value that is no JSON is told to `onUnreadable` and left out. */
  load(kind: DefinitionKind, onUnreadable: (key: string) => void): Definition[] {
    const found: Definition[] = [];
    for (const row of this.#load.iterate(kind)) {
      const key = String(row['key']);
      try {
        found.push({ kind, key, value: JSON.parse(String(row['value'])) });
      } catch {
        onUnreadable(key);
      }
    }
    return found;
  }

  /** All changes or, with an error, none. They are not durable yet. */
  apply(changes: readonly DefinitionChange[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const { kind, key, json } of changes) {
        if (json === null) this.#delete.run(kind, key);
        else this.#put.run(kind, key, json);
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      // Of some errors SQLite has rolled back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Moves the log's contents into the database file, which is synced then, and empties the log. */
  checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#database.close();
  }
}

/** Nothing is written before the version is known. */
function prepare(database: DatabaseSync, path: string): void {
  // The first transaction takes the lock, and it is never given back.
  database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;');
  const isNew = checkFormat(database, path);
  checkPages(database, path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 0;
    BEGIN IMMEDIATE;`);
  if (isNew) database.exec(SCHEMA);
  database.exec('COMMIT');
}

/** True for a database that was only just made. */
function checkFormat(database: DatabaseSync, path: string): boolean {
  const version = numberOf(database, 'PRAGMA user_version');
  const applicationId = numberOf(database, 'PRAGMA application_id');
  const tableCount = numberOf(database, 'SELECT count(*) FROM sqlite_schema');
  if (version === 0 && applicationId === 0 && tableCount === 0) return true;
  if (applicationId !== APPLICATION_ID) {
    throw new DataDirectoryError(
      `${path} is not a file of Leveret: choose another data directory, or move the file away`,
    );
  }
  if (version > FORMAT_VERSION) {
    throw new DataDirectoryError(
      `The data directory ${dirname(path)} was written by a newer Leveret (format ${version}, this one knows ` +
        `${FORMAT_VERSION}): start that version, or choose another data directory`,
    );
  }
  return false;
}

function checkPages(database: DatabaseSync, path: string): void {
  const size = numberOf(database, 'PRAGMA page_count') * numberOf(database, 'PRAGMA page_size');
  if (size > CHECKED_SIZE_MAX) return;
  const result = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
  if (result !== 'ok') throw new DataDirectoryError(damaged(path, String(result)));
}

function numberOf(database: DatabaseSync, query: string): number {
  return Number(Object.values(database.prepare(query).get() ?? {})[0]);
}

/** Errors of SQLite as what they mean for who started the broker. */
function attempt<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof DataDirectoryError) throw error;
    throw new DataDirectoryError(problemOf(path, error), { cause: error });
  }
}

function problemOf(path: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // oxlint-disable-next-line no-bitwise
  switch (resultCodeOf(error) & 0xff) {
    case BUSY:
      return (
        `The data directory ${dirname(path)} is in use by another Leveret: stop that one, or choose another ` +
        'data directory'
      );
    case CORRUPT:
    case NOT_A_DATABASE:
      return damaged(path, text);
    case CANNOT_OPEN:
    case READ_ONLY:
      return `${path} cannot be opened (${text}): it must be a file that this user can read and write`;
    default:
      return `${path} cannot be used (${text}): check that the disk has space and works`;
  }
}

function damaged(path: string, what: string): string {
  return `${path} is damaged (${what.replaceAll(/\s+/gu, ' ')}): put back a copy of the data directory, or choose another`;
}

function resultCodeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}
