// Words that shells complete: the scripts load, and ask the running broker for names.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { leveret, run, withBroker, type Ended } from '../../support/command-line.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** A directory with a command `leveret` in it, as an installed package has it. */
function installed(t: TestContext): string {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'leveret');
  writeFileSync(
    file,
    `#!/bin/sh\nexec "${process.execPath}" "${resolve('bin/from-source.js')}" "$@"\n`,
  );
  chmodSync(file, 0o755);
  return directory;
}

/** What bash completes at the end of a line, with nothing else loaded. */
async function completedInBash(t: TestContext, line: string, url = ''): Promise<readonly string[]> {
  const script = `
    source <(leveret completion bash) || exit 1
    source <(leveret completion bash) || exit 2
    complete -p leveret > /dev/null || exit 3
    COMP_LINE="$1" COMP_POINT=\${#1} COMP_WORDBREAKS=$' \\t\\n:='
    shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _leveret
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  // As bash cuts a line.
  const words = line.split(/ |(?<=[:=])(?=.)|(?=[:=])/u);
  const ended: Ended = await run(
    ['bash', '--noprofile', '--norc', '-uc', script, 'bash', line, ...words],
    { environment: { PATH: `${installed(t)}:${process.env['PATH']}`, LEVERET_URL: url } },
  );
  assert.equal(ended.errors, '');
  assert.equal(ended.code, 0);
  return ended.output.split('\n').filter((word) => word !== '');
}

describe('completion in bash', { concurrency: true }, () => {
  test('knows commands', async (t) => {
    const completed = await completedInBash(t, 'leveret list_us');
    assert.deepEqual(completed.toSorted(), [
      'list_user_limits',
      'list_user_permissions',
      'list_user_topic_permissions',
      'list_users',
    ]);
  });

  test('knows options, columns and other values', async (t) => {
    assert.deepEqual(await completedInBash(t, 'leveret delete_queue --if'), [
      '--if-empty',
      '--if-unused',
    ]);
    assert.deepEqual(await completedInBash(t, 'leveret list_queues name cons'), [
      'consumers',
      'consumer_capacity',
      'consumer_utilisation',
    ]);
    assert.deepEqual(await completedInBash(t, 'leveret list_queues --formatter pre'), [
      'pretty_table',
    ]);
  });

  test('knows names of the running broker', async (t) => {
    await withBroker(async ({ told, url }) => {
      await told('declare_queue', 'tasks');
      await told('declare_queue', 'two words');
      await told('declare_queue', 'a:b');
      await told('declare_queue', 'a:c');
      await told('add_vhost', 'other');
      await told('set_permissions', '-p', 'other', 'guest', '.*', '.*', '.*');
      await told('declare_queue', 'there', '-p', 'other');
      assert.deepEqual(await completedInBash(t, 'leveret purge_queue t', url), [
        'tasks',
        'two\\ words',
      ]);
      assert.deepEqual(await completedInBash(t, 'leveret purge_queue a:', url), ['b', 'c']);
      assert.deepEqual(await completedInBash(t, 'leveret -p other purge_queue ', url), ['there']);
      assert.deepEqual(await completedInBash(t, 'leveret delete_user g', url), ['guest']);
      assert.deepEqual(await completedInBash(t, 'leveret list_queues -p o', url), ['other']);
    });
  });

  test('knows names of files where one is wanted', async (t) => {
    assert.deepEqual(await completedInBash(t, 'leveret import_definitions package.j'), [
      'package.json',
    ]);
  });

  test('is silent without a broker', async (t) => {
    assert.deepEqual(await completedInBash(t, 'leveret purge_queue t', 'http://127.0.0.1:1'), []);
  });
});

/** Loads the script, and prints what fish completes at the end of a line. */
const IN_FISH = `
  leveret completion fish | source; or exit 1
  complete -C $argv[1]`;

/** The same in zsh, whose completion needs a terminal: what it would show of the candidates is printed instead. */
const IN_ZSH = `
  compdef() { [[ "$1 $2" == '_leveret leveret' ]] || exit 1 }
  _describe() { print -rl -- "\${(@M)\${(@P)2}:#\${words[CURRENT]}*}" }
  source <(leveret completion zsh) || exit 2
  words=("\${(@s: :)1}") CURRENT=\${#words}
  _leveret`;

const OTHER_SHELLS = [
  { shell: 'fish', command: ['fish', '--no-config', '-c', IN_FISH], between: '\t' },
  { shell: 'zsh', command: ['zsh', '-f', '-c', IN_ZSH, 'zsh'], between: ':' },
];

for (const { shell, command, between } of OTHER_SHELLS) {
  const isMissing = spawnSync(shell, ['--version']).error !== undefined;
  const skip = isMissing && process.env['CI'] !== 'true' && `${shell} is not installed`;

  describe(`completion in ${shell}`, { concurrency: true, skip }, () => {
    const completed = async (t: TestContext, line: string, url = ''): Promise<string[]> => {
      const directory = installed(t);
      const { code, output, errors } = await run([...command, line], {
        environment: {
          HOME: directory,
          PATH: `${directory}:${process.env['PATH']}`,
          LEVERET_URL: url,
        },
      });
      assert.deepEqual({ code, errors }, { code: 0, errors: '' });
      return output.split('\n').filter((candidate) => candidate !== '');
    };

    const namesOf = (candidates: readonly string[]): string[] =>
      candidates.map((candidate) => candidate.replace(new RegExp(`${between}.*`, 'u'), ''));

    test('knows commands, and what they do', async (t) => {
      const candidates = await completed(t, 'leveret list_us');
      assert.deepEqual(namesOf(candidates).toSorted(), [
        'list_user_limits',
        'list_user_permissions',
        'list_user_topic_permissions',
        'list_users',
      ]);
      assert.ok(
        candidates.every((candidate) => /[:\t]\S+ /u.test(candidate)),
        candidates.join('\n'),
      );
    });

    test('knows names of the running broker', async (t) => {
      await withBroker(async ({ told, url }) => {
        await told('declare_queue', 'tasks');
        const candidates = await completed(t, 'leveret purge_queue t', url);
        assert.deepEqual(namesOf(candidates), ['tasks']);
      });
    });
  });
}

describe('leveret completion', { concurrency: true }, () => {
  test('refuses a shell that it does not know', async () => {
    const { code, errors } = await leveret(['completion', 'cmd']);
    assert.notEqual(code, 0);
    assert.match(errors, /Allowed choices are bash, zsh, fish/u);
  });
});
