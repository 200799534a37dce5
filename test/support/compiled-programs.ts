// Compiles the test programs that are written in Go and Java, once for each state of their sources: the outcome is kept in
// .provision/, which git ignores. Installs no compiler: scripts/provision.ts does.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';

/** Where the compiled programs are, or why they are not there. */
export type Compiled =
  | { readonly directory: string; readonly missing: null }
  | { readonly directory: null; readonly missing: string };

interface Recipe {
  readonly name: string;
  readonly sources: string;
  /** The commands that must be there. */
  readonly tools: ReadonlyArray<readonly [command: string, versionArgument: string]>;
  /** The commands that compile, each with its working directory. */
  steps(sources: string, output: string): ReadonlyArray<readonly string[]>;
}

/** What git says of the sources is of no use, and it may refuse to say it. */
const GO_BUILD = ['go', 'build', '-trimpath', '-buildvcs=false'];

const GO: Recipe = {
  name: 'go',
  sources: 'test/interop/go',
  tools: [['go', 'version']],
  steps: (_sources, output) => [[...GO_BUILD, '-o', join(output, 'client'), '.']],
};

/**
 * rabbit-hole asks for a newer Go than Debian's, which compiles it all the same. A newer Go insists that its user ask for as
 * new a one: it may write that, into a copy.
 */
const RABBIT_HOLE: Recipe = {
  ...GO,
  name: 'rabbit-hole',
  sources: 'test/interop/rabbit-hole',
  steps: (_sources, output) => [
    ['cp', 'go.mod', 'go.sum', output],
    [...GO_BUILD, '-mod=mod', `-modfile=${output}/go.mod`, '-o', join(output, 'client'), '.'],
  ],
};

const GO_EXAMPLES: Recipe = {
  name: 'go-examples',
  sources: 'examples/go',
  tools: GO.tools,
  steps: (_sources, output) => [[...GO_BUILD, '-o', `${output}/`, './...']],
};

const JAVA: Recipe = {
  name: 'java',
  sources: 'test/interop/java',
  tools: [
    ['javac', '-version'],
    ['mvn', '-version'],
  ],
  steps: (sources, output) => [
    ['mvn', '-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${output}/lib`],
    [
      'javac',
      '--release=17',
      `--class-path=${output}/lib/*`,
      '-d',
      `${output}/classes`,
      ...filesOf(sources).filter((file) => file.endsWith('.java')),
    ],
  ],
};

const HOP: Recipe = { ...JAVA, name: 'hop', sources: 'test/interop/hop' };

/** The directory with the program `client`. */
export function compileGo(): Compiled {
  return compile(GO);
}

/** The directory with the program `client`, which uses the management API. */
export function compileRabbitHole(): Compiled {
  return compile(RABBIT_HOLE);
}

/** The directory with a program for each example. */
export function compileGoExamples(): Compiled {
  return compile(GO_EXAMPLES);
}

/** The directory with `classes`, and `lib` with the client's jars. */
export function compileJava(): Compiled {
  return compile(JAVA);
}

/** The directory with `classes` that use the management API, and `lib` with its client's jars. */
export function compileHop(): Compiled {
  return compile(HOP);
}

function compile(recipe: Recipe): Compiled {
  const sources = resolve(recipe.sources);
  const directory = resolve('.provision', `${recipe.name}-${digestOf(sources)}`);
  if (existsSync(directory)) return { directory, missing: null };
  for (const [command, versionArgument] of recipe.tools) {
    if (spawnSync(command, [versionArgument], { stdio: 'ignore' }).status !== 0) {
      return { directory: null, missing: `there is no ${command} here` };
    }
  }
  mkdirSync('.provision', { recursive: true });
  const output = mkdtempSync(resolve('.provision', `${recipe.name}-unfinished-`));
  for (const [command = '', ...args] of recipe.steps(sources, output)) {
    // Debian's Go would ask for a C compiler otherwise.
    const env = { ...process.env, CGO_ENABLED: '0' };
    const run = spawnSync(command, args, { cwd: sources, env, encoding: 'utf8' });
    if (run.status !== 0) {
      rmSync(output, { recursive: true });
      const why = `${run.stdout}${run.stderr}`.trim();
      return { directory: null, missing: `${command} failed for ${recipe.sources}: ${why}` };
    }
  }
  keepOnly(directory, recipe, output);
  return { directory, missing: null };
}

/** Gives the finished output its name, and removes what was compiled from earlier sources. */
function keepOnly(directory: string, recipe: Recipe, output: string): void {
  for (const other of readdirSync('.provision')) {
    const isFinished = new RegExp(`^${recipe.name}-[0-9a-f]{16}$`, 'u').test(other);
    if (!isFinished || other === basename(directory)) continue;
    rmSync(join('.provision', other), { recursive: true });
  }
  try {
    renameSync(output, directory);
  } catch (error) {
    // Another process may have compiled the same at the same time.
    if (!existsSync(directory)) throw error;
    rmSync(output, { recursive: true });
  }
}

function digestOf(directory: string): string {
  const hash = createHash('sha256');
  for (const file of filesOf(directory)) {
    hash.update(file).update(readFileSync(join(directory, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .toSorted();
}
