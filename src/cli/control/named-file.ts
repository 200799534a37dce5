/** Files that are named on the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dataError, type ControlError } from './control-error.ts';

/** @throws ControlError */
export function readNamedFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw problem('read', path, error);
  }
}

/** A new file is for its owner alone: definitions have hashes of passwords in them. @throws ControlError */
export function writeNamedFile(path: string, octets: Buffer): void {
  try {
    writeFileSync(path, octets, { mode: 0o600 });
  } catch (error) {
    throw problem('write', path, error);
  }
}

function problem(what: string, path: string, error: unknown): ControlError {
  return dataError(`cannot ${what} ${path}: ${(error as Error).message}`);
}
