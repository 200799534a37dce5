// The types of values: how text becomes one, and in which words a wrong one is told.
import { resolve } from 'node:path';
import * as v from 'valibot';
import { parseAmount, parseByteSize, parseDuration } from './amounts.ts';

export interface ValueType<T> {
  /** What a good value is, in words that follow "expected". */
  readonly expected: string;
  readonly schema: v.GenericSchema<string, T>;
  readonly isSecret: boolean;
  /** The value is a path, of what has to be there: a file that can be read, or anything. */
  readonly mustBe: 'file' | 'there' | null;
}

function type<T>(expected: string, schema: v.GenericSchema<string, T>): ValueType<T> {
  return { expected, schema, isSecret: false, mustBe: null };
}

/** A type from a function that knows good text, and gives null for other. */
export function parsed<T extends string | number | object>(
  expected: string,
  parse: (text: string) => T | null,
): ValueType<T> {
  const schema = v.pipe(
    v.string(),
    v.transform(parse),
    v.custom<T>((value) => value !== null),
  );
  return type(expected, schema);
}

export const TEXT: ValueType<string> = type('text', v.pipe(v.string(), v.maxLength(8192)));

/** Over several lines, perhaps. */
export const LONG_TEXT: ValueType<string> = type(
  'text',
  v.pipe(v.string(), v.nonEmpty(), v.maxLength(65_536)),
);

export const NAME: ValueType<string> = type(
  'a name of 1 to 255 octets',
  v.pipe(v.string(), v.nonEmpty(), v.maxBytes(255)),
);

/** RabbitMQ decrypts such values with a passphrase; what is encrypted must not be taken for the secret itself. */
export const SECRET: ValueType<string> = {
  ...type(
    'text that is not encrypted (encrypted: values cannot be read)',
    v.pipe(
      v.string(),
      v.maxLength(8192),
      v.check((text) => !text.startsWith('encrypted:')),
    ),
  ),
  isSecret: true,
};

/** Not looked at beyond that: what it means is for who uses it. */
export const PATTERN: ValueType<string> = type(
  'a regular expression',
  v.pipe(v.string(), v.maxLength(8192)),
);

const TRUTH = ['true', 'on', '1'];

export const BOOLEAN: ValueType<boolean> = type(
  'true or false',
  v.pipe(
    v.string(),
    v.picklist([...TRUTH, 'false', 'off', '0']),
    v.transform((text) => TRUTH.includes(text)),
  ),
);

export function oneOf<const T extends string>(values: readonly T[]): ValueType<T> {
  return type(oneOfText(values), v.pipe(v.string(), v.picklist(values)));
}

/** Words that stand for values, several perhaps for the same. */
export function wordsFor<const T extends string>(words: Readonly<Record<string, T>>): ValueType<T> {
  const names = Object.keys(words);
  return parsed(oneOfText(names), (text) => (names.includes(text) ? (words[text] ?? null) : null));
}

function oneOfText(values: readonly string[]): string {
  return values.length < 3 ? values.join(' or ') : `one of ${values.join(', ')}`;
}

export function wholeNumber(
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): ValueType<number> {
  const expected =
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${least}`
      : `a whole number from ${least} to ${most}`;
  return type(
    expected,
    v.pipe(
      v.string(),
      v.regex(/^-?\d{1,16}$/u),
      v.transform(Number),
      v.minValue(least),
      v.maxValue(most),
    ),
  );
}

/** A whole number, or `infinity` for no limit. */
export function limit(least: number): ValueType<number> {
  const number = wholeNumber(least);
  return type(
    `${number.expected}, or infinity`,
    v.union([
      v.pipe(
        v.literal('infinity'),
        v.transform(() => Number.POSITIVE_INFINITY),
      ),
      number.schema,
    ]),
  );
}

/** A share or a multiple of something, above 0. */
export function ratio(most: number, expected: string): ValueType<number> {
  return parsed(expected, (text) => {
    const value = /^(?:\d{1,6}(?:\.\d{1,15})?|\.\d{1,15})$/u.test(text) ? Number(text) : 0;
    return value > 0 && value <= most ? value : null;
  });
}

/** In octets. */
export const AMOUNT: ValueType<number> = parsed(
  'an amount such as 1000000, 512MiB or 2GB',
  parseAmount,
);

export function byteSize(least: number, most: number): ValueType<number> {
  return parsed(`a size from ${least} to ${most} octets, such as 131072 or 128KB`, (text) => {
    const value = parseByteSize(text);
    return value === null || value < least || value > most ? null : value;
  });
}

/** In milliseconds. */
export const DURATION: ValueType<number> = parsed(
  'a duration in milliseconds, or with a unit such as 10s, 5m, 2h or 1d',
  parseDuration,
);

export const PORT: ValueType<number> = wholeNumber(0, 65_535);

/** Host names as RFC 1123 has them; the last label holds a letter, so `1.2.3` is not one. */
const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)*(?=[a-z\d-]*[a-z])[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/iu;

const ADDRESS_SCHEMA = v.union([
  v.pipe(v.string(), v.ip()),
  v.pipe(v.string(), v.regex(HOST_NAME)),
]);

export const ADDRESS: ValueType<string> = type('an IP address or a host name', ADDRESS_SCHEMA);

/** Null for every interface, as a port alone means in RabbitMQ's files. */
export interface HostAndPort {
  readonly host: string | null;
  readonly port: number;
}

export const ENDPOINT: ValueType<HostAndPort> = parsed(
  'a port, or an address and a port such as 127.0.0.1:5672 or [::1]:5672',
  (text) => {
    const [, host = '', digits = ''] = /^(?:(.+):)?(\d{1,5})$/u.exec(text) ?? [];
    if (digits === '' || Number(digits) > 65_535) return null;
    if (host === '') return { host: null, port: Number(digits) };
    const bare = /^\[(.+)\]$/u.exec(host)?.[1] ?? host;
    return v.is(ADDRESS_SCHEMA, bare) ? { host: bare, port: Number(digits) } : null;
  },
);

/** A path; relative ones count from the directory where the command is started. */
export const PATH: ValueType<string> = type(
  'a path',
  v.pipe(
    v.string(),
    v.nonEmpty(),
    v.transform((path) => resolve(path)),
  ),
);

/** Looked at when everything else is known. */
export const DIRECTORY: ValueType<string> = {
  ...PATH,
  expected: 'a directory that this user can read and write',
};

export const FILE: ValueType<string> = {
  ...PATH,
  expected: 'a file that this user can read',
  mustBe: 'file',
};

export const FILE_OR_DIRECTORY: ValueType<string> = {
  ...PATH,
  expected: 'a file or directory that is there',
  mustBe: 'there',
};

export const URL_TEXT: ValueType<string> = parsed(
  'a URL that begins with http:// or https://',
  (text) => (/^https?:\/\//iu.test(text) && URL.canParse(text) ? text : null),
);

export const HTTPS_URL: ValueType<string> = parsed('a URL that begins with https://', (text) =>
  /^https:\/\//iu.test(text) && URL.canParse(text) ? text : null,
);

/** Words with spaces or commas between them. */
export const WORDS: ValueType<readonly string[]> = parsed(
  'words with spaces between them',
  (text) => text.split(/[\s,]+/u).filter((word) => word !== ''),
);

/** For keys that switch a family off: `listeners.tcp = none`. */
export const NONE: ValueType<'none'> = type('none', v.pipe(v.string(), v.literal('none')));
