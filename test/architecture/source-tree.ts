// Reads the project's own files for the checks in this folder, and parses them. It judges nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseSync } from 'oxc-parser';
import type { Comment, Program } from 'oxc-parser';

export interface SourceFile {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface ParsedFile extends SourceFile {
  readonly program: Program;
  readonly comments: readonly Comment[];
}

const ROOT = join(import.meta.dirname, '..', '..');
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'coverage', '.provision', '__pycache__']);
const BINARY = /\.(?:png|ico|gif|woff2?|pyc|tgz)$/u;

/** Every text file of the project, generated ones among them. */
export function readTree(): SourceFile[] {
  return pathsBelow(ROOT).map((path) => ({
    path: relative(ROOT, path).replaceAll(sep, '/'),
    text: readFileSync(path, 'utf8'),
  }));
}

function pathsBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name) || BINARY.test(entry.name)) return [];
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return pathsBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

export function isCode(path: string): boolean {
  return /\.(?:ts|js|mjs)$/u.test(path);
}

export function isGenerated(path: string): boolean {
  return path.includes('/generated/');
}

export function parse(file: SourceFile): ParsedFile {
  const { program, comments, errors } = parseSync(file.path, file.text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file.path}: ${error.message}`);
  return { ...file, program, comments };
}

/** `path:line` of an offset in the file's text. */
export function placeOf(file: SourceFile, offset: number): string {
  return `${file.path}:${file.text.slice(0, offset).split('\n').length}`;
}
