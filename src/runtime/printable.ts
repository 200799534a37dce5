// Makes text that others chose (peers, environment, command line) safe to show on one line of a log
// or terminal. It does not decide what is shown.

/** Controls, line separators, lone surrogates and invisible marks such as direction overrides. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const NEEDS_QUOTES = /[\s"=\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A peer may send 128 KiB in one field; nobody reads more than this of it in a log. */
const LONGEST_SHOWN_CHARACTERS = 2048;

/** The text with unprintable characters as `\n`, `\u{1b}` and so on, cut after 2,048 characters. */
export function escapeUnprintable(text: string): string {
  const shown =
    text.length > LONGEST_SHOWN_CHARACTERS ? `${text.slice(0, LONGEST_SHOWN_CHARACTERS)}...` : text;
  return shown.replace(
    UNPRINTABLE,
    (character) =>
      SHORT_ESCAPES[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** The text in double quotes, with quotes and backslashes in it escaped. */
export function quote(text: string): string {
  return `"${escapeUnprintable(text.replaceAll('\\', '\\\\').replaceAll('"', '\\"'))}"`;
}

/** The text as it is where that is unambiguous after `key=`, quoted otherwise. */
export function quoteIfNeeded(text: string): string {
  return text === '' || NEEDS_QUOTES.test(text) ? quote(text) : escapeUnprintable(text);
}

/** The user information of a URI; the name stays, the password goes. */
const URI_PASSWORD = /(:\/\/[^\s/:@]*):[^\s/@]+@/gu;

/** The text with `[secret]` for passwords in URIs. */
export function withoutPassword(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(URI_PASSWORD, '$1:[secret]@');
}
