/** Is a second declaration the same as the first? The comparison and its reply texts, as RabbitMQ has them. */
import type { FieldTable, FieldValue } from '../amqp/wire/field-table.ts';
import { fieldTypeName } from '../amqp/wire/field-type-names.ts';
import { BrokerError } from './errors.ts';

/** The types of fields that hold integers, whatever their width. */
export const INTEGER_TYPES: ReadonlySet<string> = new Set(['b', 'B', 's', 'u', 'I', 'i', 'l']);

/**
 * A property (durable, auto_delete, ...) must be what it was.
 *
 * @param entity the entity as it is named in texts: `queue 'q' in vhost '/'`
 * @throws BrokerError PRECONDITION_FAILED
 */
export function assertSameProperty(
  entity: string,
  property: string,
  current: boolean | string,
  received: boolean | string,
): void {
  if (current !== received) fail(entity, property, `'${received}'`, `'${current}'`);
}

/**
 * An argument must be what it was: integers compare by value across widths, everything else by type and value.
 *
 * @throws BrokerError PRECONDITION_FAILED
 */
export function assertSameArgument(
  entity: string,
  name: string,
  currentArguments: FieldTable,
  receivedArguments: FieldTable,
): void {
  const current = currentArguments.get(name);
  const received = receivedArguments.get(name);
  if (current === undefined && received === undefined) return;
  if (current === undefined || received === undefined) {
    fail(entity, name, describe(received), describe(current));
  }
  if (isSameClass(current, received) && plainText(current) === plainText(received)) return;
  fail(entity, name, `'${plainText(received)}'`, `'${plainText(current)}'`);
}

function isSameClass(a: FieldValue, b: FieldValue): boolean {
  return a.type === b.type || (INTEGER_TYPES.has(a.type) && INTEGER_TYPES.has(b.type));
}

/** The value as text; equal texts of one class are equal values. */
export function plainText(value: FieldValue): string {
  switch (value.type) {
    case 'F':
      return canonicalTable(value.value);
    case 'A':
      return `[${value.value.map((item) => `${item.type}:${plainText(item)}`).join(',')}]`;
    case 'D':
      return `${value.value.unscaled}e-${value.value.scale}`;
    case 'S':
    case 'x':
      return typeof value.value === 'string' ? value.value : value.value.toString('latin1');
    default:
      return String(value.value);
  }
}

/** A text that is equal for tables that are equal whatever the order of their keys. */
export function canonicalTable(table: FieldTable): string {
  if (table.size === 0) return '';
  const names = [...table.keys()].sort();
  return JSON.stringify(
    names.map((name) => {
      const value = table.get(name);
      return value === undefined ? [name] : [name, value.type, plainText(value)];
    }),
  );
}

function describe(value: FieldValue | undefined): string {
  if (value === undefined) return 'none';
  return `the value '${plainText(value)}' of type '${fieldTypeName(value.type)}'`;
}

function fail(entity: string, property: string, received: string, current: string): never {
  throw new BrokerError(
    'PRECONDITION_FAILED',
    `inequivalent arg '${property}' for ${entity}: received ${received} but current is ${current}`,
  );
}
