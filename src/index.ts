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
import { Broker } from './broker/broker.ts';
import type { Logger } from './runtime/logger.ts';
import type { Runtime } from './runtime/runtime.ts';
import { createSystemRuntime } from './runtime/system-runtime.ts';
import type { DefinitionStore } from './store/definition-store.ts';
import { MemoryDefinitionStore } from './store/memory/memory-definition-store.ts';
import { MemoryJournal } from './store/memory/memory-journal.ts';
import {
  DEFAULT_MEMORY_WATERMARK,
  MemoryAlarm,
  type MemoryWatermark,
} from './broker/memory-alarm.ts';
import { VERSION } from './version.ts';

export type { MemoryWatermark } from './broker/memory-alarm.ts';
export type { Logger } from './runtime/logger.ts';
export type { Limits } from './amqp/limits.ts';
export { DataDirectoryError } from './store/local/data-directory-error.ts';
export { VERSION } from './version.ts';

export interface CreateBrokerOptions {
  /** TCP port; 0, the default, takes a free one. */
  readonly port?: number;
  /** Address to listen on; 127.0.0.1 when left out. */
  readonly host?: string;
  /**
   * Directory that keeps what must survive, made where it is missing; one broker at a time can have it. When left out,
   * or null, all is kept in memory.
   */
  readonly dataDir?: string | null;
  /** Where the broker tells what it does; silent when left out. */
  readonly log?: Logger;
  /** Limits that differ from RabbitMQ's defaults. */
  readonly limits?: Partial<Limits>;
  /** Memory beyond which publishers wait (`connection.blocked`); 0.6 of the machine's when left out. */
  readonly memoryWatermark?: MemoryWatermark;
}

/** A running broker. */
export interface EmbeddedBroker extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** What to connect to: `amqp://guest:guest@127.0.0.1:PORT`. */
  readonly url: string;
  /** Takes effect at once. `{ octets: 0 }` lets everybody who publishes wait: for tests of how a program bears that. */
  setMemoryWatermark(watermark: MemoryWatermark): void;
  /** Closes all connections (320), frees the port and the data directory, forgets what is in memory. Calling it again does nothing more. */
  close(): Promise<void>;
}

/**
 * Starts a broker, which is ready for clients when the promise resolves.
 *
 * @throws DataDirectoryError when the data directory is in use, damaged, of a newer version or out of reach
 * @throws the system's error (`code` EADDRINUSE, EACCES, ...) when the port cannot be had
 */
export async function createBroker(options: CreateBrokerOptions = {}): Promise<EmbeddedBroker> {
  const runtime = createSystemRuntime(options.log === undefined ? {} : { log: options.log });
  const definitions = await openDefinitions(options.dataDir ?? null, runtime);
  const broker = new Broker({ runtime, journal: new MemoryJournal(), definitions });
  broker.recover();
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
    setMemoryWatermark: (watermark) => memoryAlarm.setWatermark(watermark),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** SQLite is loaded by who keeps something only. */
async function openDefinitions(path: string | null, runtime: Runtime): Promise<DefinitionStore> {
  if (path === null) return new MemoryDefinitionStore();
  const { openDataDirectory } = await import('./store/local/data-directory.ts');
  return openDataDirectory({ path, ...runtime }).definitions;
}
