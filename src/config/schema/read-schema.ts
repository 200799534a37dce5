// Walks over a schema: its keys, and the settings that it reads of what was said.
import {
  SettingProblem,
  type GivenValues,
  type Key,
  type SchemaOf,
  type Setting,
} from '../setting.ts';

/** A schema, whatever its settings are. */
interface AnySchema {
  readonly [name: string]: Setting<unknown> | AnySchema;
}

/** Each key once, in the order of the schema. */
export function keysOf<T>(schema: SchemaOf<T>): readonly Key<unknown>[] {
  return [...new Set(settingsOf(schema as AnySchema).flatMap(({ keys }) => keys))];
}

/** @throws SettingProblem */
export function readAll<T>(schema: SchemaOf<T>, given: GivenValues): T {
  // The schema has just the fields of T, each of its type.
  return readTree(schema, given) as T;
}

/** What keeps settings from being read, a line each. */
export function problemsOf<T>(schema: SchemaOf<T>, given: GivenValues): readonly string[] {
  return settingsOf(schema as AnySchema).flatMap((setting) => {
    try {
      setting.read(given);
      return [];
    } catch (error) {
      if (error instanceof SettingProblem) return [error.message];
      throw error;
    }
  });
}

function readTree(schema: AnySchema, given: GivenValues): unknown {
  const entries = Object.entries(schema).map(([name, node]) => [
    name,
    isSetting(node) ? node.read(given) : readTree(node, given),
  ]);
  return Object.fromEntries(entries);
}

function settingsOf(schema: AnySchema): readonly Setting<unknown>[] {
  return Object.values(schema).flatMap((node) => (isSetting(node) ? [node] : settingsOf(node)));
}

function isSetting(node: Setting<unknown> | AnySchema): node is Setting<unknown> {
  return typeof node['read'] === 'function';
}
