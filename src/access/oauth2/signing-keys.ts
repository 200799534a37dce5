/** Public keys from files, by id. Other than those of a provider's address they stay as they are until the next start. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readSmallFile } from '../../runtime/small-file.ts';
import { BackEndError } from '../back-end-error.ts';

const FILE_OCTETS_MAX = 64 * 1024;

/** @throws BackEndError for a file that has no public key or certificate */
export function readSigningKeys(
  files: Readonly<Record<string, string>>,
): ReadonlyMap<string, KeyObject> {
  return new Map(Object.entries(files).map(([id, path]) => [id, readKey(id, path)]));
}

function readKey(id: string, path: string): KeyObject {
  try {
    return createPublicKey(readSmallFile(path, FILE_OCTETS_MAX));
  } catch (error) {
    throw new BackEndError(
      `signing key ${id}: ${path} has no public key that could be used (PEM): ${(error as Error).message}`,
      { cause: error },
    );
  }
}
