/** What a policy must be, and RabbitMQ's words for what is wrong with one. */
import { compilePattern, PatternError } from '../../runtime/pattern.ts';
import { formatPairs, formatTerm } from '../erlang-term.ts';
import { APPLY_TO } from './policy.ts';
import type { PolicyKeys } from './policy-keys.ts';

type Check = (value: unknown) => string | null;

/** @returns what is wrong with the value of a runtime parameter that shall be a policy, last field first as RabbitMQ does */
export function policyErrors(
  name: string,
  value: unknown,
  keys: PolicyKeys,
  isForOperators: boolean,
): readonly string[] {
  const fields: readonly (readonly [field: string, isMandatory: boolean, check: Check])[] = [
    ['priority', true, priorityError],
    ['pattern', true, patternError],
    ['apply-to', false, applyToError],
    ['definition', true, (definition) => definitionError(definition, keys, isForOperators)],
  ];
  return fieldErrors(name, value, fields);
}

/** The same for any value that is an object with these fields, and no others. */
export function fieldErrors(
  name: string,
  value: unknown,
  fields: readonly (readonly [field: string, isMandatory: boolean, check: Check])[],
): readonly string[] {
  if (!isObject(value)) return [`${name} not a list ${formatTerm(value)}`];
  const errors: string[] = [];
  const rest: Record<string, unknown> = { ...value };
  for (const [field, isMandatory, check] of fields) {
    if (!Object.hasOwn(rest, field)) {
      if (isMandatory) errors.unshift(`Key "${field}" not found in ${name}`);
      continue;
    }
    const error = check(rest[field]);
    if (error !== null) errors.unshift(error);
    delete rest[field];
  }
  if (Object.keys(rest).length === 0) return errors;
  return [`Unrecognised terms ${formatPairs(rest)} in ${name}`, ...errors];
}

function priorityError(value: unknown): string | null {
  if (typeof value === 'number') return null;
  return `priority should be a number, actually was ${formatTerm(value)}`;
}

function patternError(value: unknown): string | null {
  if (typeof value !== 'string') return `pattern should be a binary but was ${formatTerm(value)}`;
  try {
    compilePattern(value);
    return null;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const reason = `{${JSON.stringify(error.message)},${error.position}}`;
    return `pattern should be regular expression but is invalid: ${reason}`;
  }
}

function applyToError(value: unknown): string | null {
  if (typeof value === 'string' && APPLY_TO.has(value)) return null;
  const shown = typeof value === 'string' ? value : formatTerm(value);
  // With two spaces, as RabbitMQ has it.
  return (
    `apply-to '${shown}' unrecognised; should be one of: 'queues', 'classic_queues',  ` +
    "'quorum_queues', 'streams', 'exchanges', or 'all'"
  );
}

function definitionError(value: unknown, keys: PolicyKeys, isForOperators: boolean): string | null {
  if (Array.isArray(value) && value.length === 0) return 'no policy provided';
  if (!isObject(value)) {
    const validator = isForOperators ? 'operator_policy_validator' : 'policy_validator';
    return `parse error while reading policy definition: ${formatTerm(value)}. Validator: ${validator}.`;
  }
  if (Object.keys(value).length === 0) return 'no policy provided';
  return keys.errorOf(value, isForOperators);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
