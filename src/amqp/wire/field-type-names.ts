/** How RabbitMQ's reply texts name the types of fields. */
import type { FieldValue } from './field-value.ts';

/** Erlang's names of the field types, as they appear in RabbitMQ's reply texts. */
const TYPE_NAMES: Readonly<Record<FieldValue['type'], string>> = {
  t: 'bool',
  b: 'byte',
  B: 'unsignedbyte',
  s: 'short',
  u: 'unsignedshort',
  I: 'signedint',
  i: 'unsignedint',
  l: 'long',
  T: 'timestamp',
  f: 'float',
  d: 'double',
  D: 'decimal',
  S: 'longstr',
  x: 'binary',
  A: 'array',
  F: 'table',
  V: 'void',
};

/** `signedint` for type `I`, and so on. */
export function fieldTypeName(type: FieldValue['type']): string {
  return TYPE_NAMES[type];
}
