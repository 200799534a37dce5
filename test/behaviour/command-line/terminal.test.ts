// `leveret` on a terminal: passwords that are asked for, tables for the eye.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { run, withBroker, type Ended } from '../../support/command-line.ts';
import { findPython } from '../../support/python.ts';

/** Runs a program on a terminal of its own, and types an answer when it is asked. */
const ON_A_TERMINAL = `
import os, pty, sys
question, answer, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen = b''
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    seen += piece
    if question and question.encode() in seen:
        os.write(terminal, (answer + '\\r').encode())
        question = ''
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const python = findPython();
const skip = process.env['CI'] === 'true' ? false : (python.missing ?? false);

async function onTerminal(
  args: readonly string[],
  url: string,
  question = '',
  answer = '',
): Promise<Ended> {
  const command = [process.execPath, resolve('bin/from-source.js'), ...args];
  const environment = { LEVERET_URL: url, FORCE_COLOR: '', NO_COLOR: '', TERM: 'xterm' };
  if (python.command === null) throw new Error(`CI=true allows no skipping: ${python.missing}`);
  return run([python.command, '-c', ON_A_TERMINAL, question, answer, ...command], {
    environment,
  });
}

describe('on a terminal', { concurrency: true, skip }, () => {
  test('a password is asked for, and not shown', async () => {
    await withBroker(async ({ url, told }) => {
      const added = await onTerminal(['add_user', 'shop'], url, 'Password: ', 'a long one');
      assert.equal(added.code, 0, added.output);
      assert.equal(added.output.includes('long'), false);
      assert.equal(await told('authenticate_user', 'shop', 'a long one'), 'Success\n');
    });
  });

  test('the password of who asks is asked for', async () => {
    await withBroker(async ({ url, told }) => {
      await told('add_user', 'jane', 'secret');
      await told('set_user_tags', 'jane', 'management');
      const args = ['list_vhosts', '--user', 'jane'];
      const listed = await onTerminal(args, url, 'Password of jane: ', 'secret');
      assert.equal(listed.code, 0, listed.output);
      assert.equal(listed.output.includes('secret'), false);
    });
  });

  test('columns are in line', async () => {
    await withBroker(async ({ url }) => {
      const { output } = await onTerminal(['list_exchanges', '-s'], url);
      assert.match(output, /^amq\.match {12}headers\r$/mu);
    });
  });
});
