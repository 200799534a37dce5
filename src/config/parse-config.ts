// The grammar of configuration files, which is RabbitMQ's (cuttlefish):
//
//   line    = [ key "=" value / "include" path ] [ "#" anything ]
//   key     = word *( "." word )              a word: letters, digits, _ and -; "\." is a dot within one
//   value   = "'" anything but "'" "'"  /  anything up to "#" or the end, without the blanks around it
//
// A double quote is a character like any other. What keys mean is not known here.

/** Octets: no line of sense is longer. */
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
    if (parsed !== null) lines.push(parsed);
    start = end + 1;
  }
  return lines;
}

function hasByteOrderMark(octets: Uint8Array): boolean {
  return octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parseLine(octets: Uint8Array, line: number): ConfigLine | null {
  const problem = (message: string): ConfigLine => ({ kind: 'problem', line, message });
  if (octets.length > LONGEST_LINE) return problem(`is longer than ${LONGEST_LINE} octets`);
  let text: string;
  try {
    text = decoder.decode(octets);
  } catch {
    return problem('is not text in UTF-8');
  }
  text = trimBlanks(text.endsWith('\r') ? text.slice(0, -1) : text);
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
): ConfigLine {
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
  const value = parseValue(trimBlanks(text.slice(equals + 1)));
  if ('problem' in value) return problem(value.problem);
  const plainWords = words.map((word) => word.replaceAll('\\.', '.'));
  return { kind: 'setting', line, words: plainWords, value: value.text };
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
