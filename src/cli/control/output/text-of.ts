/** Values of the API as text, the way RabbitMQ's command line writes them, safe to show on a terminal. */

/** Controls, line separators, lone surrogates and invisible marks such as direction overrides. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Names are chosen by clients: a tab in one must not look like a column, nor an escape sequence reach the terminal. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) =>
      SHORT_ESCAPES[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Nothing for what is missing, `[a, b]` for lists, `[{"key",value}]` for tables. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) {
    const isPlain = value.every((item) => typeof item === 'string');
    return isPlain ? `[${value.map(textOf).join(', ')}]` : term(value);
  }
  return typeof value === 'object' ? term(value) : JSON.stringify(value);
}

/** A value within a table: strings have quotes. */
function term(value: unknown): string {
  if (value === null || value === undefined) return 'undefined';
  if (typeof value === 'string') return `"${printable(value.replaceAll(/["\\]/gu, '\\$&'))}"`;
  if (Array.isArray(value)) return `[${value.map(term).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, item]) => `{${term(key)},${term(item)}}`);
  return `[${pairs.join(',')}]`;
}
