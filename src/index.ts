/**
 * Leveret as a library: a broker inside a Node process. For programs that bring their own broker, and for tests of code
 * that is written for RabbitMQ: each broker starts empty, on a free port, and leaves nothing behind, unless it is given
 * a directory to keep things in.
 *
 *   const broker = await createBroker();
 *   const connection = await amqplib.connect(broker.url);
 *   ...
 *   await broker.close();
 */
import { DefaultUserAuthenticator } from './access/default-user.ts';
import { DEFAULT_LIMITS, type Limits } from './amqp/limits.ts';
import { AmqpListener } from './amqp/listener.ts';
import { BlockPool } from './amqp/output-buffer.ts';
import { serverProperties } from './amqp/server-properties.ts';
import { Broker, type VirtualHostRules } from './broker/broker.ts';
import { viewOf, type BrowsedView } from './broker/browse.ts';
import { DEFAULT_MEMORY_BUDGET } from './broker/memory-budget.ts';
import type { DiskError } from './runtime/disk.ts';
import { DEFAULT_DISK_FREE_LIMIT, DiskAlarm, type DiskFreeLimit } from './broker/disk-alarm.ts';
import type { Logger } from './runtime/logger.ts';
import type { Runtime } from './runtime/runtime.ts';
import { createSystemRuntime } from './runtime/system-runtime.ts';
import type { DefinitionStore } from './store/definition-store.ts';
import type { Journal } from './store/journal.ts';
import { MemoryDefinitionStore } from './store/memory/memory-definition-store.ts';
import { MemoryJournal } from './store/memory/memory-journal.ts';
import {
  DEFAULT_MEMORY_WATERMARK,
  MemoryAlarm,
  type MemoryWatermark,
} from './broker/memory-alarm.ts';
import { VERSION } from './version.ts';

export type { BrowsedView } from './broker/browse.ts';
export type { VirtualHostRules } from './broker/broker.ts';
export type { DiskFreeLimit } from './broker/disk-alarm.ts';
export type { MemoryWatermark } from './broker/memory-alarm.ts';
export type { Logger } from './runtime/logger.ts';
export type { Limits } from './amqp/limits.ts';
export { DataDirectoryError } from './store/local/data-directory-error.ts';
export { VERSION } from './version.ts';

export interface CreateBrokerOptions extends VirtualHostRules {
  /** TCP port; 0, the default, takes a free one. */
  readonly port?: number;
  /** Address to listen on; 127.0.0.1 when left out. */
  readonly host?: string;
  /**
   * Directory that keeps what must survive, made where it is missing; one broker at a time can have it. When left out,
   * or null, all is kept in memory.
   */
  readonly dataDir?: string | null;
  /**
   * `commit`, the default: messages are confirmed once they are on the disk. `never`: once they are written, which is
   * faster; they survive the end of the process, but not a power cut.
   */
  readonly sync?: 'commit' | 'never';
  /** Where the broker tells what it does; silent when left out. */
  readonly log?: Logger;
  /** Limits that differ from RabbitMQ's defaults. */
  readonly limits?: Partial<Limits>;
  /** Free space in the data directory below which publishers wait; 50 MB when left out. */
  readonly diskFreeLimit?: DiskFreeLimit;
  /** What ready messages may take of memory, in octets, before queues keep them on disk only; 32 MiB when left out. */
  readonly memoryBudget?: number;
  /** Memory beyond which publishers wait (`connection.blocked`); 0.6 of the machine's when left out. */
  readonly memoryWatermark?: MemoryWatermark;
}

export interface BrowseOptions {
  /** `/` when left out. */
  readonly vhost?: string;
  /** The first position to look at; 0 when left out. */
  readonly from?: number;
  /** How many messages at most; 100 when left out. */
  readonly limit?: number;
}

/** A running broker. */
export interface EmbeddedBroker extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** What to connect to: `amqp://guest:guest@127.0.0.1:PORT`. */
  readonly url: string;
  /**
   * The messages of a queue from a position on, whoever holds them: looked at, not consumed. To read on, ask from the
   * position after the last.
   *
   * @throws Error when there is no such queue
   */
  browse(queue: string, options?: BrowseOptions): readonly BrowsedView[];
  /** Takes effect at once. `{ octets: 0 }` lets everybody who publishes wait: for tests of how a program bears that. */
  setMemoryWatermark(watermark: MemoryWatermark): void;
  /** Closes all connections (320), frees the port and the data directory, forgets what is in memory. Calling it again does nothing more. */
  close(): Promise<void>;
}

/**
 * Starts a broker, which is ready for clients when the promise resolves.
 *
 * @throws DataDirectoryError when the data directory is in use, damaged, of a newer version or out of reach
 * @throws Error for `virtualHostDefaults` that policies and limits could not be
 * @throws the system's error (`code` EADDRINUSE, EACCES, ...) when the port cannot be had
 */
export async function createBroker(options: CreateBrokerOptions = {}): Promise<EmbeddedBroker> {
  const runtime = createSystemRuntime(options.log === undefined ? {} : { log: options.log });
  let diskAlarm: DiskAlarm | null = null;
  const store = await openStore(options, runtime, (error) => {
    if (error === null) diskAlarm?.writeSucceeded();
    else diskAlarm?.writeFailed();
  });
  const broker = await recoverBroker(options, runtime, store);
  if (typeof options.dataDir === 'string') {
    const limit = options.diskFreeLimit ?? DEFAULT_DISK_FREE_LIMIT;
    diskAlarm = new DiskAlarm(broker.alarms, runtime, options.dataDir, limit);
  }
  const listener = new AmqpListener({
    broker,
    authenticator: new DefaultUserAuthenticator(),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    pool: new BlockPool(),
    serverProperties: serverProperties(VERSION),
  });
  const memoryAlarm = new MemoryAlarm(
    broker.alarms,
    runtime,
    options.memoryWatermark ?? DEFAULT_MEMORY_WATERMARK,
  );
  const host = options.host ?? '127.0.0.1';
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    memoryAlarm.close();
    diskAlarm?.close();
    closing ??= listener.close().then(() => broker.close());
    return closing;
  };
  const { address, port } = await listener
    .listen({ port: options.port ?? 0, host })
    .catch(async (error: unknown) => {
      await close();
      throw error;
    });
  const urlHost = address.includes(':') ? `[${address}]` : address;
  return {
    host: address,
    port,
    url: `amqp://guest:guest@${urlHost}:${port}`,
    browse: (queue, { vhost = '/', from = 0, limit = 100 } = {}) => {
      const found = broker.findVirtualHost(vhost)?.queues.find(queue);
      if (found === undefined) throw new Error(`there is no queue '${queue}' in vhost '${vhost}'`);
      return found.browse(from, limit).map(viewOf);
    },
    setMemoryWatermark: (watermark) => memoryAlarm.setWatermark(watermark),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function recoverBroker(
  options: CreateBrokerOptions,
  runtime: Runtime,
  store: { readonly definitions: DefinitionStore; readonly journal: Journal },
): Promise<Broker> {
  const { memoryBudget = DEFAULT_MEMORY_BUDGET } = options;
  try {
    const broker = new Broker({ ...options, runtime, ...store, memoryBudget });
    broker.recover();
    return broker;
  } catch (error) {
    await store.journal.close();
    await store.definitions.close();
    throw error;
  }
}

/** SQLite and the journal on disk are loaded by who keeps something only. */
async function openStore(
  { dataDir: path = null, sync = 'commit' }: CreateBrokerOptions,
  runtime: Runtime,
  onTrouble: (error: DiskError | null) => void,
): Promise<{ definitions: DefinitionStore; journal: Journal }> {
  if (path === null) {
    return { definitions: new MemoryDefinitionStore(), journal: new MemoryJournal() };
  }
  const { openLocalStore } = await import('./store/local/open-local-store.ts');
  return openLocalStore({ path, ...runtime, isSynced: sync === 'commit', onTrouble });
}
