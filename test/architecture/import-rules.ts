// Who may import whom: the table of docs/ARCHITECTURE.md as data, and the check of it. Type-only
// imports count, because they too make one room depend on another. Packages are not judged here.
import { posix } from 'node:path';
import { Visitor } from 'oxc-parser';
import { isCode, parse, placeOf } from './source-tree.ts';
import type { SourceFile } from './source-tree.ts';

interface Room {
  readonly name: string;
  readonly files: RegExp;
  /** What it may import beside its own files. */
  readonly mayImport: readonly RegExp[];
}

export interface Import {
  readonly from: string;
  /** The imported file: relative imports are resolved, other names are left as they are. */
  readonly to: string;
  readonly place: string;
}

const VERSION = /^src\/version\.ts$/u;
const RUNTIME = /^src\/runtime\//u;
const WIRE = /^src\/amqp\/wire\//u;
const BROKER = /^src\/broker\//u;
const ACCESS = /^src\/access\//u;
/** The language of queries, which says what is wrong with them. */
const LDAP_QUERIES = /^src\/access\/ldap\/query\//u;
const CONFIG = /^src\/config\//u;
const STORE = /^src\/store\//u;
/** The interfaces lie in store/ itself, each engine in a folder below. */
const STORE_INTERFACES = /^src\/store\/[^/]+\.ts$/u;
const DEFINITIONS = /^src\/definitions\//u;
const PLUGIN_API = /^src\/plugins\/plugin-api\.ts$/u;
/** Values that messages and arguments consist of; a WireReader is how properties are decoded. */
const WIRE_VALUES =
  /^src\/amqp\/wire\/(?:field-[\w-]+|reply-codes|property-octets|generated\/properties)\.ts$/u;
const ANYTHING_OF_OURS = /^src\//u;

/** In this order: the first room whose pattern meets a path is its room. */
const ROOMS: readonly Room[] = [
  { name: 'main', files: /^src\/main\.ts$/u, mayImport: [ANYTHING_OF_OURS] },
  { name: 'index', files: /^src\/index\.ts$/u, mayImport: [ANYTHING_OF_OURS] },
  { name: 'embedding', files: /^src\/embedding\//u, mayImport: [ANYTHING_OF_OURS] },
  { name: 'version', files: VERSION, mayImport: [] },
  { name: 'runtime', files: RUNTIME, mayImport: [] },
  { name: 'amqp/wire', files: WIRE, mayImport: [] },
  {
    name: 'amqp',
    files: /^src\/amqp\//u,
    mayImport: [WIRE, BROKER, ACCESS, RUNTIME],
  },
  { name: 'broker', files: BROKER, mayImport: [STORE_INTERFACES, RUNTIME, WIRE_VALUES] },
  { name: 'store', files: STORE_INTERFACES, mayImport: [RUNTIME] },
  ...engineRooms(['memory', 'local', 'jetstream']),
  { name: 'access', files: ACCESS, mayImport: [RUNTIME, STORE_INTERFACES] },
  { name: 'config', files: CONFIG, mayImport: [RUNTIME, STORE_INTERFACES, LDAP_QUERIES] },
  { name: 'cluster', files: /^src\/cluster\//u, mayImport: [BROKER, STORE, RUNTIME] },
  { name: 'cli', files: /^src\/cli\//u, mayImport: [CONFIG, WIRE, VERSION] },
  {
    name: 'plugin-api',
    files: PLUGIN_API,
    mayImport: [BROKER, ACCESS, CONFIG, DEFINITIONS, RUNTIME, STORE_INTERFACES, /^src\/amqp\//u],
  },
  {
    name: 'definitions',
    files: DEFINITIONS,
    mayImport: [BROKER, ACCESS, RUNTIME, WIRE_VALUES, STORE_INTERFACES, /^src\/store\/memory\//u],
  },
  { name: 'plugin-host', files: /^src\/plugin-host\//u, mayImport: [PLUGIN_API, RUNTIME] },
];

/** Examples are programs of users: they know the package by its name only. */
const EXAMPLES: Room = { name: 'examples', files: /^examples\//u, mayImport: [] };

/** As CONTRIBUTING.md has them. */
export const ROOM_NAMES: readonly string[] = [
  ...ROOMS.map(({ name }) => name.replace(/^store\/.*/u, 'store/<engine>')),
  'plugins/<name>',
  EXAMPLES.name,
];

function engineRooms(engines: readonly string[]): Room[] {
  return engines.map((engine) => ({
    name: `store/${engine}`,
    files: new RegExp(`^src/store/${engine}/`, 'u'),
    mayImport: [STORE_INTERFACES, RUNTIME],
  }));
}

function roomOf(path: string): Room | null {
  const plugin = /^src\/plugins\/(?<name>[^/]+)\//u.exec(path)?.groups?.['name'];
  if (plugin !== undefined) {
    const files = new RegExp(`^src/plugins/${plugin}/`, 'u');
    return { name: `plugins/${plugin}`, files, mayImport: [PLUGIN_API] };
  }
  if (EXAMPLES.files.test(path)) return EXAMPLES;
  return ROOMS.find((room) => room.files.test(path)) ?? null;
}

/** Says of each import that the table forbids which one it is; nothing where all is well. */
export function checkImports(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => isCode(file.path) && /^(?:src|examples)\//u.test(file.path))
    .flatMap((file) => checkFile(file));
}

function checkFile(file: SourceFile): string[] {
  const room = roomOf(file.path);
  if (room === null) return [`${file.path}: belongs to no room of the import table`];
  return importsOf(file)
    .filter(({ to }) => isPath(to))
    .filter(({ to }) => ![room.files, ...room.mayImport].some((allowed) => allowed.test(to)))
    .map(({ to, place }) => `${place}: ${room.name} may not import ${to}`);
}

function isPath(to: string): boolean {
  return /\.(?:ts|js|mjs|json)$/u.test(to);
}

/** Imports of every form: static, for types only, re-exports, dynamic, and in a type. */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  const add = (source: unknown): void => {
    if (!isStringLiteral(source)) return;
    const to = source.value.startsWith('.')
      ? posix.join(posix.dirname(file.path), source.value)
      : source.value;
    found.push({ from: file.path, to, place: placeOf(file, source.start) });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
  }).visit(parse(file).program);
  return found;
}

function isStringLiteral(
  node: unknown,
): node is { readonly value: string; readonly start: number } {
  return (
    typeof node === 'object' && node !== null && 'value' in node && typeof node.value === 'string'
  );
}

/** One line for each cycle of files that import each other, type-only imports included. */
export function findCycles(files: readonly SourceFile[]): string[] {
  const importedBy = new Map(
    files
      .filter((file) => isCode(file.path))
      .map((file) => [file.path, importsOf(file).map(({ to }) => to)]),
  );
  const cycles: string[] = [];
  const finished = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.push([...trail.slice(start), path].join(' -> '));
    if (start !== -1 || finished.has(path)) return;
    trail.push(path);
    for (const imported of importedBy.get(path) ?? []) visit(imported);
    trail.pop();
    finished.add(path);
  };
  for (const path of importedBy.keys()) visit(path);
  return cycles;
}
