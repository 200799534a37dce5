// Finds a Python that can run programs written with Pika. It installs nothing: scripts/provision.ts
// does.
import { spawnSync } from 'node:child_process';

/** `LEVERET_PYTHON` comes first; Debian's own Python is the one that python3-pika is installed for. */
const CANDIDATES = ['python3', '/usr/bin/python3', 'python'];

let found: string | null | undefined;

/** The command of the first Python that can import `pika`, or null. Looks once per process. */
export function findPython(): string | null {
  if (found === undefined) found = lookForPython();
  return found;
}

/** As findPython, but looks again: something may have been installed since. */
export function lookForPython(): string | null {
  const chosen = process.env['LEVERET_PYTHON'] ?? '';
  const candidates = chosen === '' ? CANDIDATES : [chosen];
  return candidates.find((python) => canImportPika(python)) ?? null;
}

function canImportPika(python: string): boolean {
  const options = { stdio: 'ignore', timeout: 30_000 } as const;
  return spawnSync(python, ['-c', 'import pika'], options).status === 0;
}
