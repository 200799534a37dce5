// Writes docs/reference/configuration.md from the schema of settings. With --check it writes nothing and fails when the page is
// not what the schema says.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { variableName } from '../src/config/known-keys.ts';
import { flagOf } from '../src/config/load-settings.ts';
import { FOREIGN_KEYS, UNSUPPORTED_KEYS } from '../src/config/schema/foreign-keys.ts';
import { isPending } from '../src/config/schema/pending-keys.ts';
import { keysOf } from '../src/config/schema/read-schema.ts';
import { SCHEMA } from '../src/config/schema/schema.ts';
import type { Key } from '../src/config/setting.ts';

const PAGE = new URL('../docs/reference/configuration.md', import.meta.url);

/** Parts of the schema, by title. */
const SUBJECTS: ReadonlyArray<readonly [title: string, names: ReadonlyArray<keyof typeof SCHEMA>]> =
  [
    ['Listeners', ['listeners']],
    ['TLS', ['sslOptions']],
    ['Storage', ['storage', 'diskFreeLimit']],
    ['Memory and limits', ['memory', 'limits']],
    ['Logging', ['log']],
    ['Users and access', ['access']],
    ['Authentication', ['auth']],
    ['Definitions', ['definitions']],
    ['Defaults of virtual hosts and queues', ['defaults']],
    ['The node', ['node', 'plugins']],
    ['Management', ['management']],
    ['Prometheus', ['prometheus']],
  ];

const INTRODUCTION = `# Configuration reference

Every key of a configuration file, its default and its environment variable. How to use them is in the
[guide](../guide/configuration.md). \`leveret config show\` tells what is in effect and where each value comes from.

- A name with a dollar sign is the operator's choice: \`listeners.tcp.$name\` is \`listeners.tcp.default\` or
  \`listeners.tcp.office\`; \`$n\` and \`$num\` are numbers, which say the order. In a variable it stands in capitals where the
  table has \`<NAME>\`, and counts in small letters: \`LEVERET_LISTENERS_TCP_OFFICE\`.
- An option of the command counts before a variable, a variable before a file, and a file before the default.
- Amounts: \`1000000\`, \`512KiB\`, \`64MiB\`, \`2GB\`; a letter alone (\`64M\`) is a power of two as in RabbitMQ. Sizes of frames
  and messages are powers of two with any unit. Durations are milliseconds, or have a unit: \`10s\`, \`5m\`, \`2h\`, \`1d\`.
- Paths that are relative count from the directory where the command is started.

This page is generated: \`npm run generate\`.
`;

function subject(title: string, names: ReadonlyArray<keyof typeof SCHEMA>): string {
  const parts = Object.fromEntries(names.map((name) => [name, SCHEMA[name]]));
  const keys = keysOf<unknown>(parts).filter((key) => !isTold.has(key));
  for (const key of keys) isTold.add(key);
  const rows = keys.map((key) => `| ${cells(key).join(' | ')} |`);
  const head = '| key | default | unit | variable | |\n| --- | --- | --- | --- | --- |';
  return `\n## ${title}\n\n${head}\n${rows.join('\n')}\n`;
}

/** Some keys are read by several settings; the first subject has them. */
const isTold = new Set<Key<unknown>>();

function cells(key: Key<unknown>): string[] {
  const { pattern, fallback, unit, aliases, variables, option, shortFor, type } = key;
  const sentences = [capitalised(key.description), `Expected: ${type.expected}`];
  if (shortFor.length > 0) sentences.push(`Short for ${shortFor.map(code).join(', ')}`);
  if (option !== undefined) sentences.push(`Option ${code(flagOf(key))}`);
  if (variables.length > 0) sentences.push(`Also ${variables.map(code).join(', ')}`);
  if (aliases.length > 0) sentences.push(`Other names: ${aliases.map(code).join(', ')}`);
  if (isPending(pattern)) sentences.push('**No effect yet**');
  if (key.isSecret) sentences.push('Secret: never shown');
  return [
    code(pattern),
    plainFallback(fallback),
    unit,
    code(variableName(pattern.split('.'))),
    sentences.map((sentence) => `${sentence}.`).join(' '),
  ].map((text) => text.replaceAll('|', '\\|'));
}

/** What can be written in a file is code; words about it are not. */
function plainFallback(fallback: string): string {
  return fallback === '' || fallback.includes(' ') ? fallback : code(fallback);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function code(text: string): string {
  return `\`${text}\``;
}

const FOREIGN = `
## Keys of RabbitMQ without effect

These are known, so that a file written for RabbitMQ serves. They have no effect; a start lists those that it found. \`*\` is
any part of a key, \`**\` all that follows.

${FOREIGN_KEYS.map(code).join(', ')}

Of these only \`false\` is accepted, because what they switch on would make something safer than it is here:

${UNSUPPORTED_KEYS.map(code).join(', ')}
`;

const page = [
  INTRODUCTION,
  ...SUBJECTS.map(([title, names]) => subject(title, names)),
  FOREIGN,
].join('');
if (!existsSync(PAGE) || readFileSync(PAGE, 'utf8') !== page) {
  if (process.argv.includes('--check')) {
    console.error(`${fileURLToPath(PAGE)} is not what the schema says: run \`npm run generate\``);
    process.exitCode = 1;
  } else {
    mkdirSync(new URL('.', PAGE), { recursive: true });
    writeFileSync(PAGE, page);
  }
}
