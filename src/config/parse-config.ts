// The grammar of configuration files, which is RabbitMQ's (cuttlefish):
//
//   line    = [ key "=" value / "include" path ] [ "#" anything ]
//   key     = word *( "." word )              a word: letters, digits, _ and -; "\." is a dot within one
//   value   = "'''" anything but "'''", over lines "'''", without the white space around it
//           / "'" anything but "'" "'"  /  anything up to "#" or the end, without the blanks around it
//
// A double quote is a character like any other. What keys mean is not known here.

/** Octets: no line of sense is longer, and no value of several lines. */
const LONGEST_LINE = 65_536;
const LONGEST_KEY = 1024;

export type ConfigLine =
  | {
      readonly kind: 'setting';
      readonly line: number;
      readonly words: readonly string[];
      readonly value: string;
    }
  | { readonly kind: 'include'; readonly line: number; readonly path: string }
  | { readonly kind: 'problem'; readonly line: number; readonly message: string };

/** Around a value of several lines. */
const TRIPLE_QUOTE = "'''";

const KEY = /^(?:\\\.|[\w-])+(?:\.(?:\\\.|[\w-])+)*$/u;
const INCLUDE = /^include[ \t]+([\w./*-]+)[ \t]*(?:#.*)?$/u;
/** All but the tab. */
// oxlint-disable-next-line no-control-regex -- that is what it is for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/u;

/**
 * What the file says, line by line; empty lines and comments are left out. Text of the file is told in no message, since any
 * of it may be secret, but for keys.
 */
export function parseConfig(octets: Uint8Array): readonly ConfigLine[] {
  const lines: ConfigLine[] = [];
  let start = hasByteOrderMark(octets) ? 3 : 0;
  for (let line = 1; start < octets.length; line += 1) {
    const newline = octets.indexOf(0x0a, start);
    const end = newline === -1 ? octets.length : newline;
    const parsed = parseLine(octets.subarray(start, end), line);
    start = end + 1;
    if (parsed?.kind !== 'open') {
      if (parsed !== null) lines.push(parsed);
      continue;
    }
    const rest = parseLines(octets, start, parsed);
    lines.push(rest.parsed);
    start = rest.start;
    line = rest.line;
  }
  return lines;
}

/** The first line of a value that goes on. */
interface OpenSetting {
  readonly kind: 'open';
  readonly line: number;
  readonly words: readonly string[];
  readonly value: string;
}

/** The lines up to the end of a value, and where it goes on after them. */
function parseLines(
  octets: Uint8Array,
  first: number,
  { line: firstLine, words, value }: OpenSetting,
): { readonly parsed: ConfigLine; readonly start: number; readonly line: number } {
  const texts = [value];
  let start = first;
  let line = firstLine;
  const end = (parsed: ConfigLine): ReturnType<typeof parseLines> => ({ parsed, start, line });
  const problem = (message: string): ReturnType<typeof parseLines> =>
    end({ kind: 'problem', line: firstLine, message });
  while (start < octets.length) {
    const newline = octets.indexOf(0x0a, start);
    const stop = newline === -1 ? octets.length : newline;
    const text = decodeLine(octets.subarray(start, stop));
    start = stop + 1;
    line += 1;
    if (start - first > LONGEST_LINE) return problem(`is longer than ${LONGEST_LINE} octets`);
    if (text === null) return problem('is not text in UTF-8');
    if (CONTROL.test(text)) return problem('has a control character in it');
    const closing = text.indexOf(TRIPLE_QUOTE);
    texts.push(closing === -1 ? text : text.slice(0, closing));
    if (closing === -1) continue;
    const rest = trimBlanks(text.slice(closing + TRIPLE_QUOTE.length));
    if (rest !== '' && !rest.startsWith('#')) return problem('goes on after the closing quotes');
    return end({ kind: 'setting', line: firstLine, words, value: texts.join('\n').trim() });
  }
  return problem("has a value that begins with ''' and lacks its end");
}

function hasByteOrderMark(octets: Uint8Array): boolean {
  return octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Null for what is no text. */
function decodeLine(octets: Uint8Array): string | null {
  try {
    const text = decoder.decode(octets);
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  } catch {
    return null;
  }
}

function parseLine(octets: Uint8Array, line: number): ConfigLine | OpenSetting | null {
  const problem = (message: string): ConfigLine => ({ kind: 'problem', line, message });
  if (octets.length > LONGEST_LINE) return problem(`is longer than ${LONGEST_LINE} octets`);
  const decoded = decodeLine(octets);
  if (decoded === null) return problem('is not text in UTF-8');
  const text = trimBlanks(decoded);
  if (CONTROL.test(text)) return problem('has a control character in it');
  if (text === '' || text.startsWith('#')) return null;
  const [, path] = INCLUDE.exec(text) ?? [];
  if (path !== undefined) return { kind: 'include', line, path };
  return parseSetting(text, line, problem);
}

function parseSetting(
  text: string,
  line: number,
  problem: (message: string) => ConfigLine,
): ConfigLine | OpenSetting {
  const equals = text.indexOf('=');
  if (equals === -1) return problem('has no "=": expected key = value');
  const key = trimBlanks(text.slice(0, equals));
  if (key === '') return problem('has no key: expected key = value');
  if (key.length > LONGEST_KEY) return problem(`has a key of more than ${LONGEST_KEY} characters`);
  if (!KEY.test(key)) {
    return problem(
      'has a key with other than letters, digits, ".", "_" and "-": expected key = value',
    );
  }
  const words = key.match(/(?:\\\.|[\w-])+/gu) ?? [];
  const plainWords = words.map((word) => word.replaceAll('\\.', '.'));
  const written = trimBlanks(text.slice(equals + 1));
  const inner = written.startsWith(TRIPLE_QUOTE) ? written.slice(TRIPLE_QUOTE.length) : null;
  if (inner !== null && !inner.includes(TRIPLE_QUOTE)) {
    return { kind: 'open', line, words: plainWords, value: inner };
  }
  const value = inner === null ? parseValue(written) : parseTripleQuoted(inner);
  if ('problem' in value) return problem(value.problem);
  return { kind: 'setting', line, words: plainWords, value: value.text };
}

/** On one line. @param text - after the opening quotes */
function parseTripleQuoted(text: string): { readonly text: string } | { readonly problem: string } {
  const end = text.indexOf(TRIPLE_QUOTE);
  const rest = trimBlanks(text.slice(end + TRIPLE_QUOTE.length));
  if (rest !== '' && !rest.startsWith('#')) return { problem: 'goes on after the closing quotes' };
  return { text: trimBlanks(text.slice(0, end)) };
}

function parseValue(text: string): { readonly text: string } | { readonly problem: string } {
  if (!text.startsWith("'")) {
    const comment = text.indexOf('#');
    const value = trimBlanks(comment === -1 ? text : text.slice(0, comment));
    return value === '' ? { problem: "has no value: '' is an empty one" } : { text: value };
  }
  const end = text.indexOf("'", 1);
  if (end === -1) return { problem: 'has a value that begins with a quote and lacks its end' };
  const rest = trimBlanks(text.slice(end + 1));
  if (rest !== '' && !rest.startsWith('#')) return { problem: 'goes on after the closing quote' };
  return { text: text.slice(1, end) };
}

/** Spaces and tabs only: other white space belongs to the text. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
