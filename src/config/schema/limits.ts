// What clients may take, and what the machine has for them.
import { parseByteSize } from '../amounts.ts';
import type { DiskFreeLimit } from '../disk-free-limit.ts';
import { parseDiskFreeLimit } from '../disk-free-limit.ts';
import type { MemoryWatermark } from '../memory-watermark.ts';
import { parseMemoryWatermark } from '../memory-watermark.ts';
import type { LimitSettings, MemorySettings, StorageSettings } from '../settings.ts';
import {
  combined,
  key,
  record,
  setting,
  SettingProblem,
  type Given,
  type GivenValues,
  type Key,
  type SchemaOf,
  type Setting,
} from '../setting.ts';
import {
  AMOUNT,
  BOOLEAN,
  byteSize,
  limit,
  oneOf,
  parsed,
  DIRECTORY,
  ratio,
  wholeNumber,
} from '../value-types.ts';
import { resolve } from 'node:path';

/** In the directory where the command is started. */
const DEFAULT_DATA_DIR = 'leveret-data';

const DATA_DIR = key('data_dir', DIRECTORY, {
  description: 'directory that keeps what must survive a restart; made where it is missing',
  fallback: DEFAULT_DATA_DIR,
  option: 'directory',
});

const IN_MEMORY = key('in_memory', BOOLEAN, {
  description: 'keep nothing on disk: a restart forgets everything',
  fallback: 'false',
  option: null,
});

function dataDir(given: GivenValues): string | null {
  const directory = given.one(DATA_DIR);
  const inMemory = given.one(IN_MEMORY);
  if (inMemory?.value !== true) return directory?.value ?? resolve(DEFAULT_DATA_DIR);
  if (directory === null || directory.rank < inMemory.rank) return null;
  if (directory.rank > inMemory.rank) return directory.value;
  throw new SettingProblem(
    `${directory.place} and ${inMemory.place} contradict each other: give a directory, or keep all in memory`,
  );
}

export const STORAGE: SchemaOf<StorageSettings> = {
  dataDir: combined([DATA_DIR, IN_MEMORY], dataDir),
  sync: setting('sync', oneOf(['commit', 'never']), 'commit', {
    description:
      'when messages are forced to the disk: commit, before they are confirmed; never: faster, and a power cut may lose confirmed ones',
    option: 'when',
  }),
  queueMemoryBudget: setting('queue_memory_budget', AMOUNT, 32 * 1024 * 1024, {
    description: 'what ready messages may take of memory before queues keep them on disk only',
    fallback: '32MiB',
  }),
};

const WATERMARK = key(
  'memory_watermark',
  parsed(
    'a share of the memory such as 0.6, or an amount such as 2GB or 512MiB',
    parseMemoryWatermark,
  ),
  {
    description: "memory beyond which publishers wait: a share of the machine's, or an amount",
    shortFor: ['vm_memory_high_watermark.relative', 'vm_memory_high_watermark.absolute'],
    fallback: '0.6',
    option: 'amount',
  },
);
const RELATIVE_WATERMARK = key(
  'vm_memory_high_watermark.relative',
  ratio(1, 'a share of the memory such as 0.6, of at most 1'),
  { description: "memory beyond which publishers wait, as a share of the machine's" },
);
const ABSOLUTE_WATERMARK = key('vm_memory_high_watermark.absolute', AMOUNT, {
  description: 'the same as an amount, which counts where both are given',
  unit: 'octets',
});

function watermark(given: GivenValues): MemoryWatermark {
  const said = weightiest<MemoryWatermark>([
    given.one(WATERMARK),
    as(given.one(ABSOLUTE_WATERMARK), (octets) => ({ octets })),
    as(given.one(RELATIVE_WATERMARK), (share) => ({ share })),
  ]);
  return said?.value ?? { share: 0.6 };
}

function as<T, Other>(given: Given<T> | null, convert: (value: T) => Other): Given<Other> | null {
  return given === null ? null : { ...given, value: convert(given.value) };
}

/** The first of those that the weightiest source says. */
function weightiest<T>(all: readonly (Given<T> | null)[]): Given<T> | null {
  const given = all.filter((one) => one !== null);
  return given.toSorted((one, other) => other.rank - one.rank)[0] ?? null;
}

export const MEMORY: SchemaOf<MemorySettings> = {
  watermark: combined([WATERMARK, RELATIVE_WATERMARK, ABSOLUTE_WATERMARK], watermark),
  total: setting('total_memory_available_override_value', AMOUNT, null, {
    description: 'what to take for the memory of the machine, where the system tells it wrong',
    unit: 'octets',
  }),
};

const FREE_LIMIT = key(
  'disk_free_limit',
  parsed(
    'an amount such as 50MB or 2GiB, or a multiple of the memory such as 1.5',
    parseDiskFreeLimit,
  ),
  {
    description:
      'free disk space below which publishers wait: an amount, or a multiple of the memory',
    shortFor: ['disk_free_limit.absolute', 'disk_free_limit.relative'],
    fallback: '50MB',
    option: 'amount',
  },
);
const ABSOLUTE_FREE_LIMIT = key('disk_free_limit.absolute', AMOUNT, {
  description: 'free disk space below which publishers wait',
  unit: 'octets',
});
const RELATIVE_FREE_LIMIT = key(
  'disk_free_limit.relative',
  ratio(1000, 'a multiple of the memory such as 1.5'),
  { description: 'the same as a multiple of the memory; the amount counts where both are given' },
);

const FREE_LIMIT_KEYS: readonly Key<unknown>[] = [
  FREE_LIMIT,
  ABSOLUTE_FREE_LIMIT,
  RELATIVE_FREE_LIMIT,
];

export const DISK_FREE_LIMIT: Setting<DiskFreeLimit> = combined(FREE_LIMIT_KEYS, (given) => {
  const said = weightiest<DiskFreeLimit>([
    given.one(FREE_LIMIT),
    as(given.one(ABSOLUTE_FREE_LIMIT), (octets) => ({ octets })),
    as(given.one(RELATIVE_FREE_LIMIT), (share) => ({ share })),
  ]);
  return said?.value ?? { octets: 50_000_000 };
});

const FRAME_SIZE = parsed(
  '0 or a size of at least 4096 octets, such as 131072 or 128KB',
  (text) => {
    const size = parseByteSize(text);
    return size === null || (size !== 0 && size < 4096) || size > 2_147_483_647 ? null : size;
  },
);

const UNLIMITED = Number.POSITIVE_INFINITY;

export const LIMITS: SchemaOf<LimitSettings> = {
  heartbeat: setting('heartbeat', wholeNumber(0, 65_535), 60, {
    description: 'heartbeat that the broker proposes to clients; 0 for none',
    unit: 'seconds',
  }),
  frameMax: setting('frame_max', FRAME_SIZE, 131_072, {
    description: 'largest frame; 0 for no limit',
    unit: 'octets',
  }),
  initialFrameMax: setting('initial_frame_max', byteSize(4096, 131_072), 8192, {
    description: 'largest frame before the negotiation',
    unit: 'octets',
  }),
  channelMax: setting('channel_max', wholeNumber(0, 65_535), 2047, {
    description: 'channels of a connection; 0 for no limit',
    aliases: ['max_channels_per_connection'],
  }),
  channelMaxPerNode: setting('channel_max_per_node', limit(1), UNLIMITED, {
    description: 'channels of all connections together',
  }),
  connectionMax: setting('connection_max', limit(0), UNLIMITED, {
    description: 'connections at a time',
    aliases: ['max_connections'],
  }),
  maxMessageSize: setting('max_message_size', byteSize(1, 536_870_912), 16_777_216, {
    description: 'largest body of a message',
    unit: 'octets',
  }),
  consumerTimeoutMs: setting('consumer_timeout', limit(1), 1_800_000, {
    description: 'how long a consumer may hold a message without settling it',
    unit: 'milliseconds',
  }),
  consumerTimeoutAppliesTo: setting(
    'consumer_timeout_applies_to',
    oneOf(['quorum', 'all']),
    'quorum',
    {
      description:
        '`quorum`: to quorum queues, and the consumer is cancelled. `all`: to all queues, and the channel is closed, as RabbitMQ did before 4.3',
    },
  ),
  consumerMaxPerChannel: setting('consumer_max_per_channel', limit(1), UNLIMITED, {
    description: 'consumers of a channel',
  }),
  vhostMax: setting('vhost_max', limit(0), UNLIMITED, { description: 'virtual hosts' }),
  clusterQueueLimit: setting('cluster_queue_limit', limit(1), UNLIMITED, {
    description: 'queues and streams of all virtual hosts together',
  }),
  clusterExchangeLimit: setting('cluster_exchange_limit', limit(1), UNLIMITED, {
    description: 'exchanges of all virtual hosts together',
  }),
  runtimeParameters: record('runtime_parameters.limits.$component', wholeNumber(0), {
    description: 'parameters of that component, such as `shovel`',
  }),
};
