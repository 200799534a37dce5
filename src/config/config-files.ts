// Which files are read, in which order, and what they say. Of settings they know nothing.
import { basename, dirname, join, resolve } from 'node:path';
import {
  kindOfPath,
  namesIn,
  readSmallFile,
  UnreadableFileError,
  type KindOfPath,
} from '../runtime/small-file.ts';
import { quoteIfNeeded } from '../runtime/printable.ts';
import { parseConfig } from './parse-config.ts';
import type { Statement } from './sources.ts';

/** The file system, as far as configuration needs it. All three throw UnreadableFileError. */
export interface FileReader {
  read(path: string, longestOctets: number): Uint8Array;
  kindOf(path: string): KindOfPath;
  namesIn(directory: string): readonly string[];
}

export const systemFiles: FileReader = { read: readSmallFile, kindOf: kindOfPath, namesIn };

/** A line to show. */
export interface Problem {
  readonly problem: string;
}

/** What the files said, and what was wrong with them, in order. */
export interface FilesRead {
  readonly entries: ReadonlyArray<Statement | Problem>;
  /** In the order in which they were read. */
  readonly files: readonly string[];
}

const LONGEST_FILE = 1024 * 1024;
/** Files in all, and how deep they include each other: nobody means more. */
const MOST_FILES = 500;
const DEEPEST_INCLUDE = 10;

/** In the directory where the command is started. */
export const DEFAULT_FILE = 'leveret.conf';
/** Beside a configuration file: its `*.conf` are read after it. */
const DIRECTORY_BESIDE = 'conf.d';

/** Reads files and directories of files; what comes later counts. */
export class ConfigFiles {
  readonly #reader: FileReader;
  readonly #entries: Array<Statement | Problem> = [];
  readonly #files: string[] = [];
  #isFull = false;

  constructor(reader: FileReader) {
    this.#reader = reader;
  }

  /** All paths that were asked for, whatever of them can be read. */
  read(paths: readonly string[]): FilesRead {
    for (const path of paths) this.#readPath(path);
    return { entries: this.#entries, files: this.#files };
  }

  /** The default file, if it is there. */
  readDefault(): FilesRead {
    const isThere = this.#guard(DEFAULT_FILE, () => this.#reader.kindOf(DEFAULT_FILE) === 'file');
    return this.read(isThere === true ? [DEFAULT_FILE] : []);
  }

  #readPath(path: string): void {
    const kind = this.#guard(path, () => this.#reader.kindOf(path));
    if (kind === null) return;
    if (kind === 'directory') return this.#readDirectory(path);
    // RabbitMQ's variables name its file without the ending.
    const withEnding = `${path}.conf`;
    const isShortened =
      kind === 'absent' &&
      this.#guard(withEnding, () => this.#reader.kindOf(withEnding)) === 'file';
    const file = isShortened ? withEnding : path;
    this.#readFile(file, []);
    const beside = join(dirname(file), DIRECTORY_BESIDE);
    if (basename(dirname(resolve(file))) === DIRECTORY_BESIDE) return;
    if (this.#guard(beside, () => this.#reader.kindOf(beside)) === 'directory') {
      this.#readDirectory(beside);
    }
  }

  #readDirectory(directory: string): void {
    const names = this.#guard(directory, () => this.#reader.namesIn(directory)) ?? [];
    for (const name of names) {
      // Editors and Kubernetes leave hidden ones beside.
      const isMeant = name.endsWith('.conf') && !name.startsWith('.');
      if (isMeant) this.#readFile(join(directory, name), []);
    }
  }

  /** @param within the files that include this one, the outermost first */
  #readFile(file: string, within: readonly string[]): void {
    if (this.#files.length >= MOST_FILES) {
      if (!this.#isFull) this.#tell(`More than ${MOST_FILES} files`);
      this.#isFull = true;
      return;
    }
    const octets = this.#guard(file, () => this.#reader.read(file, LONGEST_FILE));
    if (octets === null) return;
    this.#files.push(file);
    if (octets.includes(0)) {
      this.#tell(`${quoteIfNeeded(file)} is not text`);
      return;
    }
    for (const line of parseConfig(octets)) {
      const place = `${quoteIfNeeded(file)}:${line.line}`;
      if (line.kind === 'problem') {
        this.#tell(`${place}: the line ${line.message}`);
      } else if (line.kind === 'include') {
        this.#include(line.path, file, [...within, resolve(file)], place);
      } else {
        const origin = { kind: 'file', file, line: line.line } as const;
        this.#entries.push({ words: line.words, text: line.value, origin });
      }
    }
  }

  #include(path: string, from: string, within: readonly string[], place: string): void {
    if (this.#isFull) return;
    const target = resolve(dirname(from), path);
    for (const file of this.#expand(target)) {
      if (within.includes(file)) {
        this.#tell(`${place}: the file includes itself`);
      } else if (within.length >= DEEPEST_INCLUDE) {
        this.#tell(`${place}: more than ${DEEPEST_INCLUDE} files include each other`);
      } else {
        this.#readFile(file, within);
      }
    }
  }

  /** `*` in the last part of a path stands for any characters. */
  #expand(path: string): readonly string[] {
    const name = basename(path);
    if (!name.includes('*')) return [path];
    const parts = name.split('*').map((part) => part.replaceAll(/[.+-]/gu, '\\$&'));
    const pattern = new RegExp(`^${parts.join('.*')}$`, 'u');
    const directory = dirname(path);
    const names = this.#guard(directory, () => this.#reader.namesIn(directory)) ?? [];
    return names.filter((one) => pattern.test(one)).map((one) => join(directory, one));
  }

  #tell(problem: string): void {
    this.#entries.push({ problem });
  }

  /** Null, and a problem told, when the file system refuses. */
  #guard<T>(path: string, action: () => T): T | null {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) throw error;
      this.#tell(`${quoteIfNeeded(path)} ${error.message}`);
      return null;
    }
  }
}
