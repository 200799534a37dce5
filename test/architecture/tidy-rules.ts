// Small rules of style that no formatter or linter checks: each takes one file and tells what is
// wrong with it, as `path:line: what`.
import { posix } from 'node:path';
import { Visitor } from 'oxc-parser';
import { isCode, isGenerated, parse, placeOf } from './source-tree.ts';
import type { SourceFile } from './source-tree.ts';

const LONGEST_SOURCE_LINES = 400;
const LONGEST_OTHER_LINES = 600;

/** A file that cannot be read in one sitting is to be split. */
export function checkLength(file: SourceFile): string[] {
  if (!isCode(file.path) || isGenerated(file.path)) return [];
  const limit = file.path.startsWith('src/') ? LONGEST_SOURCE_LINES : LONGEST_OTHER_LINES;
  const lineCount = file.text.split('\n').length - 1;
  return lineCount > limit ? [`${file.path}: ${lineCount} lines, the limit is ${limit}`] : [];
}

/** Marks of unfinished work in comments; with an issue's number, `TODO(#12)`, it may stay. */
const UNFINISHED = /\b(?:FIXME|XXX|HACK|TODO(?!\(#\d+\)))\b/u;
const TEST_FUNCTION = /^(?:test|it|describe|suite)$/u;
const TEST_MARK = /^(?:only|skip|todo)$/u;

export function checkLeftovers(file: SourceFile): string[] {
  if (!isCode(file.path)) return [];
  const { comments, program } = parse(file);
  const found = comments
    .filter(({ value }) => UNFINISHED.test(value))
    .map(({ start }) => `${placeOf(file, start)}: unfinished work without an issue number`);
  new Visitor({
    MemberExpression(node) {
      if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
      if (!TEST_FUNCTION.test(node.object.name) || !TEST_MARK.test(node.property.name)) return;
      const call = `${node.object.name}.${node.property.name}`;
      found.push(`${placeOf(file, node.start)}: ${call} is left over`);
    },
  }).visit(program);
  return found;
}

/** Each source file opens with a comment that says what it is. */
export function checkOpening(file: SourceFile): string[] {
  if (!file.path.startsWith('src/') || !isCode(file.path)) return [];
  const text = file.text.replace(/^#!.*\n/u, '');
  return /^(?:\/\/ ?\S|\/\*)/u.test(text) ? [] : [`${file.path}: does not open with a comment`];
}

const EMPTY_NAME = /(?:^|[-.])(?:utils?|helpers?|managers?|misc|common)(?=[-.]|$)/u;
const KEBAB_CASE = /^[a-z\d]+(?:-[a-z\d]+)*(?:\.[a-z\d]+(?:-[a-z\d]+)*)*$/u;

/** Names say what is inside, in kebab-case. */
export function checkName(file: SourceFile): string[] {
  if (!isCode(file.path)) return [];
  const names = file.path.split('/');
  const found: string[] = [];
  if (names.some((name) => EMPTY_NAME.test(name))) {
    found.push(`${file.path}: a name that says nothing about the content`);
  }
  if (!KEBAB_CASE.test(posix.basename(file.path))) found.push(`${file.path}: not in kebab-case`);
  return found;
}

/** A document has one title, and begins with it. */
export function checkTitle(file: SourceFile): string[] {
  if (!file.path.endsWith('.md')) return [];
  const prose = file.text.replace(/^(?<fence>```|~~~).*?^\k<fence>/gmsu, '');
  const titleCount = prose.split('\n').filter((line) => line.startsWith('# ')).length;
  if (titleCount !== 1) return [`${file.path}: ${titleCount} titles ("# ..."), not one`];
  return file.text.startsWith('# ') ? [] : [`${file.path}: does not begin with its title`];
}

/** Folders of one person's or one machine's; spelled apart so that this file passes itself. */
const MACHINE_FOLDERS = ['work', 'farm', 'root', 'home/[\\w.-]+', 'Users/[\\w.-]+', 'tmp/leveret'];
const MACHINE_PATH = new RegExp(`(?<![\\w./-])/(?:${MACHINE_FOLDERS.join('|')})/`, 'u');

/** Nothing in the tree may depend on, or tell of, the machine that it was written on. */
export function checkMachinePaths(file: SourceFile): string[] {
  return file.text
    .split('\n')
    .flatMap((line, index) =>
      MACHINE_PATH.test(line) ? [`${file.path}:${index + 1}: a path of one machine`] : [],
    );
}

/**
 * The lock file must work behind any registry, so it names none; and on any platform, so it lists
 * every optional package (scripts/complete-lock-file.ts adds those that npm left out).
 */
export function checkLockFile(file: SourceFile): string[] {
  if (file.path !== 'package-lock.json') return [];
  const { packages } = JSON.parse(file.text) as {
    packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
  };
  const keys = Object.keys(packages);
  return Object.entries(packages).flatMap(([key, { resolved, optionalDependencies }]) => {
    const missing = Object.keys(optionalDependencies ?? {}).filter(
      (name) => !keys.some((other) => other.endsWith(`node_modules/${name}`)),
    );
    const found = missing.map((name) => `${file.path}: ${name}, optional in ${key}, is missing`);
    return resolved === undefined ? found : [...found, `${file.path}: ${key} names a registry`];
  });
}
