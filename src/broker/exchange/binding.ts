/** A binding as a matcher sees it: what has to match, and where it leads. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';

export interface Binding<D> {
  /** A byte string: the pattern that routing keys are matched against. */
  readonly bindingKey: string;
  readonly arguments: FieldTable;
  readonly destination: D;
}
