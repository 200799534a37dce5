/** Passwords that are not on the command line: asked for on the terminal without showing them, or the first line of a pipe. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { usageError } from './control-error.ts';

/** More is no password. */
const SECRET_CHARACTERS_MAX = 4096;

/** @throws ControlError where there is none */
export async function readSecret(question: string): Promise<string> {
  const { stdin, stderr } = process;
  const isTerminal = stdin.isTTY;
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silence, terminal: isTerminal });
  // Only now the terminal no longer shows what is typed.
  if (isTerminal) stderr.write(question);
  const secret = await new Promise<string | null>((resolve) => {
    lines.once('line', resolve);
    lines.once('SIGINT', () => process.exit(130));
    lines.once('close', () => resolve(null));
  });
  lines.close();
  stdin.unref();
  if (isTerminal) stderr.write('\n');
  if (secret === null || secret === '') {
    throw usageError('no password is given: neither as an argument nor on the standard input');
  }
  if (secret.length > SECRET_CHARACTERS_MAX) throw usageError('the password is too long');
  return secret;
}
