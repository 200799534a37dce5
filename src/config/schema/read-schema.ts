// Walks over a schema: its keys, and the settings that it reads of what was said.
import {
  SettingProblem,
  type GivenValues,
  type Key,
  type SchemaOf,
  type Setting,
} from '../setting.ts';

/** Each key once, in the order of the schema. */
export function keysOf<T>(schema: SchemaOf<T>): readonly Key<unknown>[] {
  const nodes: ReadonlyArray<Setting<unknown> | SchemaOf<unknown>> = Object.values(schema);
  return [...new Set(nodes.flatMap((node) => (isSetting(node) ? node.keys : keysOf(node))))];
}

/** @throws SettingProblem */
export function readAll<T>(schema: SchemaOf<T>, given: GivenValues): T {
  const nodes: ReadonlyArray<[string, Setting<unknown> | SchemaOf<unknown>]> =
    Object.entries(schema);
  const read = ([name, node]: (typeof nodes)[number]): [string, unknown] => [
    name,
    isSetting(node) ? node.read(given) : readAll(node, given),
  ];
  // The schema has just the fields of T, each of its type.
  return Object.fromEntries(nodes.map(read)) as T;
}

/** What keeps settings from being read, a line each. */
export function problemsOf<T>(schema: SchemaOf<T>, given: GivenValues): readonly string[] {
  const nodes: ReadonlyArray<Setting<unknown> | SchemaOf<unknown>> = Object.values(schema);
  return nodes.flatMap((node) => {
    if (!isSetting(node)) return problemsOf(node, given);
    try {
      node.read(given);
      return [];
    } catch (error) {
      if (error instanceof SettingProblem) return [error.message];
      throw error;
    }
  });
}

function isSetting(node: Setting<unknown> | SchemaOf<unknown>): node is Setting<unknown> {
  return 'read' in node && typeof node.read === 'function';
}
