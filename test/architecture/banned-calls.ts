// Which uses of the operating system are banned where, and what to use instead. This is what keeps
// the broker replayable: time, randomness and files come in through runtime/ only.
import { Visitor } from 'oxc-parser';
import { parse, placeOf } from './source-tree.ts';
import type { ImportDeclaration } from 'oxc-parser';
import type { SourceFile } from './source-tree.ts';

type Subject = 'clock' | 'timers' | 'randomness' | 'files' | 'network' | 'processes';

const INSTEAD: Readonly<Record<Subject, string>> = {
  clock: 'take a Clock of runtime/',
  timers: 'take Timers of runtime/',
  randomness: 'take a Random of runtime/',
  files: 'go through runtime/',
  network: 'only the listener knows sockets',
  processes: 'go through runtime/',
};

const MEMBERS: Readonly<Record<string, Subject>> = {
  'Date.now': 'clock',
  'performance.now': 'clock',
  'process.hrtime': 'clock',
  'Math.random': 'randomness',
  'crypto.randomUUID': 'randomness',
  'crypto.getRandomValues': 'randomness',
};

const GLOBALS: Readonly<Record<string, Subject>> = {
  setTimeout: 'timers',
  setInterval: 'timers',
  setImmediate: 'timers',
  fetch: 'network',
};

const MODULES: Readonly<Record<string, Subject>> = {
  'node:timers': 'timers',
  'node:timers/promises': 'timers',
  'node:perf_hooks': 'clock',
  'node:fs': 'files',
  'node:fs/promises': 'files',
  'node:net': 'network',
  'node:tls': 'network',
  'node:dgram': 'network',
  'node:dns': 'network',
  'node:dns/promises': 'network',
  'node:http': 'network',
  'node:http2': 'network',
  'node:https': 'network',
  'node:child_process': 'processes',
  'node:cluster': 'processes',
  'node:worker_threads': 'processes',
};

/** Who may use what. `cli/` and plugins are, or speak to, processes of their own. */
const EXEMPT: ReadonlyArray<readonly [files: RegExp, subjects: readonly Subject[]]> = [
  [/^src\/runtime\//u, ['clock', 'timers', 'randomness', 'files', 'network', 'processes']],
  [/^src\/amqp\/(?:listener|tls-acceptor)\.ts$/u, ['clock', 'timers', 'network']],
  [/^src\/cli\//u, ['clock', 'timers', 'network', 'processes']],
  [/^src\/cli\/control\/named-file\.ts$/u, ['files']],
  [/^src\/plugins\//u, ['timers', 'network']],
  [/^src\/plugin-host\/http-listeners\.ts$/u, ['network']],
];

/** Each use in a file of src/ that its room is not allowed. Types of such modules are free. */
export function checkBannedCalls(file: SourceFile): string[] {
  if (!file.path.startsWith('src/') || !file.path.endsWith('.ts')) return [];
  const found: string[] = [];
  const report = (what: string, subject: Subject | undefined, offset: number): void => {
    if (subject === undefined || isExempt(file.path, subject)) return;
    found.push(`${placeOf(file, offset)}: ${what} is banned here: ${INSTEAD[subject]}`);
  };
  new Visitor({
    MemberExpression(node) {
      if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
      const name = `${node.object.name}.${node.property.name}`;
      report(name, own(MEMBERS, name), node.start);
    },
    NewExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date') {
        report('new Date', 'clock', node.start);
      }
    },
    CallExpression(node) {
      if (node.callee.type !== 'Identifier') return;
      report(node.callee.name, own(GLOBALS, node.callee.name), node.start);
    },
    ImportDeclaration(node) {
      if (node.importKind === 'type') return;
      report(node.source.value, subjectOf(node), node.start);
    },
    ImportExpression(node) {
      if (node.source.type !== 'Literal') return;
      const name = String(node.source.value);
      report(name, own(MODULES, name), node.start);
    },
  }).visit(parse(file).program);
  return found;
}

function isExempt(path: string, subject: Subject): boolean {
  return EXEMPT.some(([files, subjects]) => files.test(path) && subjects.includes(subject));
}

/** Of node:crypto only the random half is banned; hashes and comparisons are free. */
function subjectOf(node: ImportDeclaration): Subject | undefined {
  if (node.source.value !== 'node:crypto') return own(MODULES, node.source.value);
  const isDeterministic = node.specifiers.every(
    (specifier) =>
      specifier.type === 'ImportSpecifier' &&
      specifier.imported.type === 'Identifier' &&
      !/^random|^getRandom|^webcrypto|^generate/u.test(specifier.imported.name),
  );
  return isDeterministic ? undefined : 'randomness';
}

/** Not what every object has, such as `valueOf`. */
function own(table: Readonly<Record<string, Subject>>, name: string): Subject | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
