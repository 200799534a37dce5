/** Headers: the binding's arguments are a pattern over the message's headers; `x-match` says how much must match. */
import { fieldValuesEqual, type FieldTable, type FieldValue } from '../../amqp/wire/field-table.ts';
import { fieldTypeName } from '../../amqp/wire/field-type-names.ts';
import { plainText } from '../equivalence.ts';
import type { Binding } from './binding.ts';
import type { BindingMatcher, ExchangeType } from './exchange-type.ts';

const X_MATCH = 'x-match';
const FORMS: ReadonlySet<string> = new Set(['all', 'any', 'all-with-x', 'any-with-x']);

/** A binding's arguments, read once. */
interface Pattern<D> {
  readonly destination: D;
  readonly isAny: boolean;
  readonly conditions: readonly (readonly [name: string, value: FieldValue])[];
}

class HeadersMatcher<D> implements BindingMatcher<D> {
  readonly needsHeaders = true;
  readonly #patterns = new Map<Binding<D>, Pattern<D>>();

  add(binding: Binding<D>): void {
    this.#patterns.set(binding, patternOf(binding));
  }

  remove(binding: Binding<D>): void {
    this.#patterns.delete(binding);
  }

  match(_routingKey: string, headers: FieldTable, destinations: Set<D>): void {
    for (const { isAny, conditions, destination } of this.#patterns.values()) {
      const isMet = ([name, expected]: readonly [string, FieldValue]): boolean =>
        meets(headers.get(name), expected);
      if (isAny ? conditions.some(isMet) : conditions.every(isMet)) destinations.add(destination);
    }
  }
}

function patternOf<D>(binding: Binding<D>): Pattern<D> {
  const form = formOf(binding.arguments.get(X_MATCH));
  const isWithX = form.endsWith('-with-x');
  const conditions = [...binding.arguments].filter(
    ([name]) => name !== X_MATCH && (isWithX || !name.startsWith('x-')),
  );
  return { destination: binding.destination, isAny: form.startsWith('any'), conditions };
}

/** The value of x-match; `all` when it is not given. */
function formOf(value: FieldValue | undefined): string {
  return value === undefined ? 'all' : plainText(value);
}

/** A void in the pattern asks only that the header is there. */
function meets(actual: FieldValue | undefined, expected: FieldValue): boolean {
  if (actual === undefined) return false;
  return expected.type === 'V' || fieldValuesEqual(actual, expected);
}

export const HEADERS: ExchangeType = {
  name: 'headers',
  createMatcher: <D>() => new HeadersMatcher<D>(),
  validateBinding(_bindingKey: string, args: FieldTable): string | null {
    const form = args.get(X_MATCH);
    if (form === undefined) return null;
    if (form.type !== 'S') {
      return `Invalid x-match field type ${fieldTypeName(form.type)} (value ${plainText(form)}); expected longstr`;
    }
    const text = formOf(form);
    if (FORMS.has(text)) return null;
    return `Invalid x-match field value <<"${text}">>; expected all, any, all-with-x, or any-with-x`;
  },
};
