/** What was given on the command line to one command: its arguments and options by name, checked when they are asked for. */
import { dataError, usageError } from './control-error.ts';

/** Values as commander has them. */
type Value = string | boolean | readonly string[] | undefined;

export class Given {
  readonly #values: Readonly<Record<string, Value>>;

  /** @param values names in camel case */
  constructor(values: Readonly<Record<string, Value>>) {
    this.#values = values;
  }

  /** Empty where it was not given. */
  text(name: string): string {
    return this.optional(name) ?? '';
  }

  optional(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#values[name];
    return typeof value === 'object' ? value : [];
  }

  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** @throws ControlError for what is no whole number */
  integer(name: string, fallback: number): number {
    const text = this.optional(name);
    if (text === undefined) return fallback;
    if (/^-?\d{1,15}$/u.test(text)) return Number(text);
    throw usageError(`bad value "${text}" for ${name}: expected a whole number`);
  }

  /** @throws ControlError for what is neither true nor false */
  boolean(name: string, fallback: boolean): boolean {
    const text = this.optional(name);
    if (text === undefined) return fallback;
    if (text === 'true' || text === 'false') return text === 'true';
    throw usageError(`bad value "${text}" for ${name}: expected true or false`);
  }

  /** @throws ControlError for what is no JSON */
  json(name: string): unknown {
    return parseJson(this.text(name), name);
  }

  /** An object in JSON. @throws ControlError for anything else */
  jsonObject(name: string): Readonly<Record<string, unknown>> {
    const value = this.json(name);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
    throw dataError(`${name} must be a JSON object, like '{"max-length": 1000}'`);
  }

  /** Pairs like `x-max-length=10`, of which numbers and booleans are taken as such. @throws ControlError */
  pairs(name: string): Readonly<Record<string, string | number | boolean>> {
    return Object.fromEntries(
      this.list(name).map((pair) => {
        const [, key, value = ''] = /^([^=]+)=(.*)$/su.exec(pair) ?? [];
        if (key === undefined) {
          throw usageError(`bad value "${pair}" for --${name}: expected name=value`);
        }
        return [key, scalarOf(value)];
      }),
    );
  }
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The message itself quotes from the text, which may have a password in it.
    const [place = ''] = / at position \d+/u.exec((error as Error).message) ?? [];
    throw dataError(
      `${name} is not JSON${place}: put it in single quotes, like '{"max-length": 1000}'`,
    );
  }
}

function scalarOf(text: string): string | number | boolean {
  if (/^-?\d{1,15}$/u.test(text)) return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}
