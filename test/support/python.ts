// The Python that programs of the tests and of examples/pika run with: a virtual environment in
// .provision/, which git ignores, with just what test/interop/requirements.txt names. Tests only look
// for it; scripts/provision.ts makes it.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REQUIREMENTS = 'test/interop/requirements.txt';
const ENVIRONMENT = resolve('.provision', 'python');
/** Written last: the requirements that the environment meets. */
const INSTALLED = join(ENVIRONMENT, 'installed-requirements.txt');
/** On Debian the second is the one that apt-get installs for. */
const BASES = ['python3', '/usr/bin/python3', 'python'];
/** A machine that is busy or a network that is slow, in milliseconds. */
const PATIENCE_MS = 10 * 60 * 1000;

/** What to run, or why it is not there. */
export type Python =
  | { readonly command: string; readonly missing: null }
  | { readonly command: null; readonly missing: string };

/** The Python of the environment, or that which `LEVERET_PYTHON` names. */
export function findPython(): Python {
  const chosen = process.env['LEVERET_PYTHON'] ?? '';
  if (chosen !== '') return { command: chosen, missing: null };
  return isComplete()
    ? { command: join(ENVIRONMENT, 'bin', 'python'), missing: null }
    : { command: null, missing: `no Python has what ${REQUIREMENTS} names: npm run provision` };
}

/** As findPython, but first makes the environment if it is missing or out of date. */
export function makePython(): Python {
  const found = findPython();
  if (found.missing === null) return found;
  const reasons: string[] = [];
  for (const base of BASES) {
    const reason = makeWith(base);
    if (reason === null) return findPython();
    reasons.push(reason);
  }
  return { command: null, missing: reasons.join('\n') };
}

function isComplete(): boolean {
  try {
    return readFileSync(INSTALLED, 'utf8') === readFileSync(REQUIREMENTS, 'utf8');
  } catch {
    return false;
  }
}

/** Returns why it cannot be made, or null. */
function makeWith(base: string): string | null {
  // What an earlier attempt or earlier requirements left.
  rmSync(ENVIRONMENT, { recursive: true, force: true });
  const python = join(ENVIRONMENT, 'bin', 'python');
  const pip = ['-m', 'pip', '--disable-pip-version-check', '--no-input'];
  const reason =
    run(base, ['-m', 'venv', ENVIRONMENT]) ??
    run(python, [...pip, 'install', '--quiet', '-r', REQUIREMENTS]);
  if (reason === null) writeFileSync(INSTALLED, readFileSync(REQUIREMENTS));
  return reason;
}

function run(command: string, args: readonly string[]): string | null {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: PATIENCE_MS,
  });
  if (status === 0) return null;
  const what = error === undefined ? `${stdout}${stderr}`.trim() : error.message;
  return `${[command, ...args].join(' ')}: ${what}`;
}
