// Every setting of the broker: its names, what it accepts, its default. The command's options, the
// environment variables and their documentation all come from this table; load-settings.ts reads it.
import { resolve } from 'node:path';
import * as v from 'valibot';
import { LOG_LEVELS } from '../runtime/logger.ts';
import type { LogLevel } from '../runtime/logger.ts';
import { parseDiskFreeLimit, type DiskFreeLimit } from './disk-free-limit.ts';
import { parseMemoryWatermark, type MemoryWatermark } from './memory-watermark.ts';

export interface Settings {
  /** TCP port of the AMQP listener; 0 lets the system choose a free one. */
  readonly port: number;
  /** Address or host name that the listener binds to. */
  readonly bind: string;
  /** Absolute path of the directory that keeps what must survive; null keeps all in memory. */
  readonly dataDir: string | null;
  /** Nothing is kept on disk, and `dataDir` is null. */
  readonly inMemory: boolean;
  readonly memoryWatermark: MemoryWatermark;
  readonly diskFreeLimit: DiskFreeLimit;
  readonly sync: SyncRule;
  readonly logLevel: LogLevel;
}

/** `commit`: what is confirmed is on the disk. `never`: the system writes it there when it likes. */
export type SyncRule = (typeof SYNC_RULES)[number];

const SYNC_RULES = ['commit', 'never'] as const;

/** One setting, as the command line and the environment see it. Both give text. */
export interface Setting<T> {
  readonly flag: string;
  /** What stands for the value in the help; null for a flag that has none and means `true`. */
  readonly placeholder: string | null;
  readonly variable: string;
  readonly description: string;
  readonly defaultValue: T;
  /** The default as one would write it; empty for none. */
  readonly defaultText: string;
  /** What a good value is, in words that follow "expected". */
  readonly expected: string;
  readonly schema: v.GenericSchema<string, T>;
}

const PORT = v.pipe(v.string(), v.regex(/^\d{1,5}$/u), v.transform(Number), v.maxValue(65_535));

/** Host names as RFC 1123 has them; the last label holds a letter, so `1.2.3` is not one. */
const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)*(?=[a-z\d-]*[a-z])[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/iu;

const BIND = v.union([v.pipe(v.string(), v.ip()), v.pipe(v.string(), v.regex(HOST_NAME))]);

/** In the directory where the command is started. */
const DEFAULT_DATA_DIR = 'leveret-data';

const DATA_DIR = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.transform((path) => resolve(path)),
);

const IN_MEMORY = v.pipe(
  v.string(),
  v.picklist(['true', 'false', '1', '0']),
  v.transform((text) => text === 'true' || text === '1'),
);

const MEMORY_WATERMARK = v.pipe(
  v.string(),
  v.transform(parseMemoryWatermark),
  v.custom<MemoryWatermark>((watermark) => watermark !== null),
);

const DISK_FREE_LIMIT = v.pipe(
  v.string(),
  v.transform(parseDiskFreeLimit),
  v.custom<DiskFreeLimit>((limit) => limit !== null),
);

export const SETTINGS: { readonly [Name in keyof Settings]: Setting<Settings[Name]> } = {
  port: {
    flag: '--port',
    placeholder: 'number',
    variable: 'LEVERET_PORT',
    description: 'TCP port for AMQP clients; 0 takes a free one',
    defaultValue: 5672,
    defaultText: '5672',
    expected: 'a whole number from 0 to 65535',
    schema: PORT,
  },
  bind: {
    flag: '--bind',
    placeholder: 'address',
    variable: 'LEVERET_BIND',
    description: 'address to listen on; 0.0.0.0 or :: for every interface',
    defaultValue: '127.0.0.1',
    defaultText: '127.0.0.1',
    expected: 'an IP address or a host name',
    schema: BIND,
  },
  dataDir: {
    flag: '--data-dir',
    placeholder: 'directory',
    variable: 'LEVERET_DATA_DIR',
    description: 'directory that keeps what must survive a restart; made where it is missing',
    defaultValue: resolve(DEFAULT_DATA_DIR),
    defaultText: DEFAULT_DATA_DIR,
    expected: 'a directory that this user can read and write',
    schema: DATA_DIR,
  },
  inMemory: {
    flag: '--in-memory',
    placeholder: null,
    variable: 'LEVERET_IN_MEMORY',
    description: 'keep nothing on disk: a restart forgets everything',
    defaultValue: false,
    defaultText: '',
    expected: 'true or false',
    schema: IN_MEMORY,
  },
  memoryWatermark: {
    flag: '--memory-watermark',
    placeholder: 'amount',
    variable: 'LEVERET_MEMORY_WATERMARK',
    description: "memory beyond which publishers wait: a share of the machine's, or an amount",
    defaultValue: { share: 0.6 },
    defaultText: '0.6',
    expected: 'a share of the memory such as 0.6, or an amount such as 2GB or 512MiB',
    schema: MEMORY_WATERMARK,
  },
  diskFreeLimit: {
    flag: '--disk-free-limit',
    placeholder: 'amount',
    variable: 'LEVERET_DISK_FREE_LIMIT',
    description:
      'free disk space below which publishers wait: an amount, or a multiple of the memory',
    defaultValue: { octets: 50_000_000 },
    defaultText: '50MB',
    expected: 'an amount such as 50MB or 2GiB, or a multiple of the memory such as 1.5',
    schema: DISK_FREE_LIMIT,
  },
  sync: {
    flag: '--sync',
    placeholder: 'when',
    variable: 'LEVERET_SYNC',
    description:
      'when messages are forced to the disk: commit, before they are confirmed; never: faster, and a power cut may lose confirmed ones',
    defaultValue: 'commit',
    defaultText: 'commit',
    expected: 'commit or never',
    schema: v.pipe(v.string(), v.picklist(SYNC_RULES)),
  },
  logLevel: {
    flag: '--log-level',
    placeholder: 'level',
    variable: 'LEVERET_LOG_LEVEL',
    description: `how much to log: ${LOG_LEVELS.join(', ')}`,
    defaultValue: 'info',
    defaultText: 'info',
    expected: `one of ${LOG_LEVELS.join(', ')}`,
    schema: v.pipe(v.string(), v.picklist(LOG_LEVELS)),
  },
};
