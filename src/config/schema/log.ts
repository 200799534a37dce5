// What is written about what happens, and where to.
import { resolve } from 'node:path';
import {
  LOG_CATEGORIES,
  type CategoryLevels,
  type LogCategory,
  type LogThreshold,
} from '../../runtime/log-categories.ts';
import type { LogSettings } from '../settings.ts';
import {
  combined,
  key,
  setting,
  type GivenValues,
  type Key,
  type SchemaOf,
  type Setting,
} from '../setting.ts';
import { AMOUNT, BOOLEAN, oneOf, PATH, parsed, wholeNumber, wordsFor } from '../value-types.ts';

/** RabbitMQ has more of them; each is taken for the nearest of ours. */
const LEVEL = wordsFor<LogThreshold>({
  error: 'error',
  warn: 'warn',
  warning: 'warn',
  info: 'info',
  notice: 'info',
  debug: 'debug',
  critical: 'error',
  alert: 'error',
  emergency: 'error',
  none: 'none',
});

const FORMAT = oneOf(['plaintext', 'json']);

const COMMON_LEVEL = key('log.level', LEVEL, {
  description: 'how much to log, wherever no other key says it: error, warn, info, debug or none',
  fallback: 'info',
  option: 'level',
});

/** The level of one output. */
function level(pattern: string, what: string): Setting<LogThreshold> {
  const own = key(pattern, LEVEL, { description: `how much to write to ${what}` });
  return combined([own, COMMON_LEVEL], (given) => {
    const common = given.one(COMMON_LEVEL);
    const particular = given.one(own);
    // An option is of more weight than a file, whichever key it is about.
    const isOverruled = (common?.rank ?? 0) > (particular?.rank ?? Infinity);
    return (isOverruled ? common?.value : (particular?.value ?? common?.value)) ?? 'info';
  });
}

const LOG_DIR = key('log.dir', PATH, {
  description: 'directory of log files',
  fallback: 'the working directory',
  variables: ['RABBITMQ_LOG_BASE'],
});
const LOG_FILE = key(
  'log.file',
  parsed('false, or the name of a file', (text) => (text === '' ? null : text)),
  {
    description: 'file to log to, in `log.dir` if it is relative; `false` for none',
    fallback: 'false',
  },
);
/** RABBITMQ_LOGS, which is both: `-` for the console alone, or a file. */
const LOGS = key(
  'log.output',
  parsed('- for standard output, or a file', (text) => (text === '' ? null : text)),
  {
    description: '`-`: to standard output and no file; other text: to that file too',
    variables: ['RABBITMQ_LOGS'],
  },
);

function logFile(given: GivenValues): string | null {
  const output = given.one(LOGS);
  const file = given.one(LOG_FILE);
  const said = output !== null && output.rank >= (file?.rank ?? 0) ? output : file;
  if (said === null || ['false', '-', '-stderr'].includes(said.value)) return null;
  return resolve(given.one(LOG_DIR)?.value ?? '.', said.value);
}

const CATEGORY_DESCRIPTIONS: Readonly<Record<LogCategory, string>> = {
  connection: 'how much to log of connections: openings, closings, logins, handshakes',
  channel: 'how much to log of errors on channels',
  queue: 'how much to log of what concerns one queue',
  default: 'how much to log of everything else',
};

const CATEGORY_KEYS: ReadonlyMap<LogCategory, Key<LogThreshold>> = new Map(
  LOG_CATEGORIES.map((name) => [
    name,
    key(`log.${name}.level`, LEVEL, {
      description: CATEGORY_DESCRIPTIONS[name],
      fallback: 'that of the output',
    }),
  ]),
);

function categories(given: GivenValues): CategoryLevels {
  const said = [...CATEGORY_KEYS].flatMap(([name, own]) => {
    const one = given.one(own);
    return one === null ? [] : [[name, one.value] as const];
  });
  return Object.fromEntries(said);
}

export const LOG: SchemaOf<LogSettings> = {
  console: {
    isOn: setting('log.console', BOOLEAN, true, { description: 'log to the console' }),
    level: level('log.console.level', 'the console'),
    format: setting('log.console.formatter', FORMAT, 'plaintext', {
      description: 'form of a line on the console',
    }),
    stream: setting('log.console.stdio', oneOf(['stdout', 'stderr']), 'stdout', {
      description: 'which output the console is',
    }),
    useColors: setting('log.console.use_colors', BOOLEAN, true, {
      description: 'colours, where the console is a terminal that has them',
    }),
  },
  file: {
    path: combined([LOG_DIR, LOG_FILE, LOGS], logFile),
    level: level('log.file.level', 'the file'),
    format: setting('log.file.formatter', FORMAT, 'plaintext', {
      description: 'form of a line in the file',
    }),
    rotationSize: setting('log.file.rotation.size', AMOUNT, 0, {
      description: 'begin a new file when it is so large; 0 for never',
      unit: 'octets',
    }),
    rotationCount: setting('log.file.rotation.count', wholeNumber(0, 1000), 10, {
      description: 'old files to keep',
    }),
    isCompressed: setting('log.file.rotation.compress', BOOLEAN, false, {
      description: 'compress old files (gzip)',
    }),
  },
  exchange: {
    isOn: setting('log.exchange', BOOLEAN, false, {
      description: 'publish to the exchange `amq.rabbitmq.log` too',
    }),
    level: level('log.exchange.level', 'that exchange'),
    format: setting('log.exchange.formatter', FORMAT, 'plaintext', {
      description: 'form of a message there',
    }),
  },
  categories: combined([...CATEGORY_KEYS.values()], categories),
};
