// Looks at a directory before the broker relies on it. It creates nothing.
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Says in a few words why `path` cannot serve as a directory to keep files in, or null where it
 * can. A path that does not exist yet is judged by the nearest directory above it.
 */
export function directoryProblem(path: string): string | null {
  try {
    if (!statSync(path).isDirectory()) return `${path} is not a directory`;
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' && dirname(path) !== path) return directoryProblem(dirname(path));
    return PROBLEMS[code]?.(path) ?? `${path} cannot be used (${code})`;
  }
}

const PROBLEMS: Readonly<Record<string, (path: string) => string>> = {
  EACCES: (path) => `${path} is not readable and writable for this user`,
  EROFS: (path) => `${path} is on a read-only file system`,
  ENOTDIR: (path) => `a part of ${path} is not a directory`,
  ENAMETOOLONG: (path) => `${path} is too long for a path`,
};
