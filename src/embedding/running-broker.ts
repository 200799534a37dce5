/** A broker with everything that belongs to it, put together, and taken apart in order. */
import { AccessControl, DEFAULT_USER, type DefaultUser } from '../access/access-control.ts';
import { RABBITMQ_HASHING, SCRYPT } from '../access/password-hashing.ts';
import { VirtualHostUsers } from '../access/virtual-host-users.ts';
import { DEFAULT_LIMITS } from '../amqp/limits.ts';
import { AmqpListener } from '../amqp/listener.ts';
import { saslMechanisms } from '../amqp/mechanisms.ts';
import { openListeners, type OpenListener } from '../amqp/open-listeners.ts';
import { BlockPool } from '../amqp/output-buffer.ts';
import { serverProperties } from '../amqp/server-properties.ts';
import { Broker } from '../broker/broker.ts';
import { DEFAULT_DISK_FREE_LIMIT, DiskAlarm } from '../broker/disk-alarm.ts';
import type { LogExchange } from '../broker/log-exchange.ts';
import { DEFAULT_MEMORY_WATERMARK, MemoryAlarm } from '../broker/memory-alarm.ts';
import { DEFAULT_MEMORY_BUDGET } from '../broker/memory-budget.ts';
import { BrokerDefinitions } from '../definitions/broker-definitions.ts';
import type { DefinitionFiles } from '../definitions/load-at-start.ts';
import { PluginHost } from '../plugin-host/plugin-host.ts';
import type { ListenerFacts } from '../plugins/plugin-api.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { createSystemRuntime } from '../runtime/system-runtime.ts';
import { DEFAULT_TLS, TlsIdentity } from '../runtime/tls-identity.ts';
import { RABBITMQ_VERSION, VERSION } from '../version.ts';
import { tellAccessChanges } from './access-events.ts';
import { loadBackEnds } from './back-ends.ts';
import type { CreateBrokerOptions } from './broker-options.ts';
import { loadPlugins } from './load-plugins.ts';
import { openBrokerLog } from './log-exchange.ts';
import { openStore, type Store } from './open-store.ts';

export class RunningBroker {
  readonly broker: Broker;
  readonly access: AccessControl;
  readonly amqp: AmqpListener;
  readonly memoryAlarm: MemoryAlarm;
  readonly diskAlarm: DiskAlarm | null;
  readonly definitions: BrokerDefinitions;
  readonly plugins: PluginHost;
  /** Those of AMQP, in the order in which they were asked for. */
  openListeners: readonly OpenListener[] = [];
  readonly #blocks: BlockPool = new BlockPool();
  #logExchange: LogExchange | null = null;
  #closing: Promise<void> | null = null;

  private constructor(parts: {
    readonly broker: Broker;
    readonly access: AccessControl;
    readonly diskAlarm: DiskAlarm | null;
    readonly options: CreateBrokerOptions;
    readonly runtime: Runtime;
  }) {
    const { broker, access, diskAlarm, options, runtime } = parts;
    this.broker = broker;
    this.access = access;
    this.diskAlarm = diskAlarm;
    this.amqp = new AmqpListener({
      broker,
      access,
      mechanisms: saslMechanisms(options.access ?? {}),
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      pool: this.#blocks,
      serverProperties: serverProperties(VERSION, broker.nodeName, options.names),
      ...(options.onRead === undefined ? {} : { onRead: options.onRead }),
    });
    tellAccessChanges(access, broker.events);
    broker.rates.addSource(() => this.amqp.registry.counters());
    const watermark = options.memoryWatermark ?? DEFAULT_MEMORY_WATERMARK;
    this.memoryAlarm = new MemoryAlarm(broker.alarms, runtime, watermark);
    this.definitions = new BrokerDefinitions(broker, access, {
      productName: 'Leveret',
      productVersion: VERSION,
      rabbitVersion: RABBITMQ_VERSION,
    });
    this.plugins = new PluginHost({
      broker,
      definitions: this.definitions,
      access,
      connections: this.amqp.registry,
      runtime,
      about: {
        version: VERSION,
        nodeName: broker.nodeName,
        nodeTags: options.nodeTags ?? {},
        rabbitVersion: RABBITMQ_VERSION,
        startedAtMs: runtime.clock.nowMs(),
        authMechanisms: options.access?.mechanisms ?? ['PLAIN', 'AMQPLAIN'],
        dataDir: options.dataDir ?? null,
        resources: () => ({
          memoryUsed: runtime.memory.residentOctets(),
          memoryLimit: this.memoryAlarm.limitOctets,
          diskFree: diskAlarm?.freeOctets ?? null,
          diskFreeLimit: diskAlarm?.limitOctets ?? null,
        }),
      },
      listeners: () => this.openListeners.map(listenerFacts),
      certificates: () => this.amqp.certificates,
    });
  }

  /** Recovers what is stored, then listens. @throws as createBroker */
  static async start(options: CreateBrokerOptions): Promise<RunningBroker> {
    const { totalMemory = null } = options;
    const { log, exchange: logExchange } = await openBrokerLog(options);
    const runtime = createSystemRuntime({ log, totalMemory });
    let diskAlarm: DiskAlarm | null = null;
    const store = await openStore(options, runtime, (error) => {
      if (error === null) diskAlarm?.writeSucceeded();
      else diskAlarm?.writeFailed();
    });
    const { broker, access } = await recover(store, runtime, options).catch(
      async (error: unknown) => {
        await store.journal.close();
        await store.definitions.close();
        throw error;
      },
    );
    if (typeof options.dataDir === 'string') {
      const limit = options.diskFreeLimit ?? DEFAULT_DISK_FREE_LIMIT;
      diskAlarm = new DiskAlarm(broker.alarms, runtime, options.dataDir, limit);
    }
    const running = new RunningBroker({ broker, access, diskAlarm, options, runtime });
    const { loadDefinitions: files } = options;
    try {
      if (files !== undefined) await running.#loadDefinitions(files);
      logExchange?.attach(broker, (defaultUserOf(options) ?? DEFAULT_USER).vhost);
      running.#logExchange = logExchange;
      await running.#serve(options);
      return running;
    } catch (error) {
      await running.close();
      throw error;
    }
  }

  async #loadDefinitions(files: DefinitionFiles): Promise<void> {
    // Loaded by brokers that use it only: it brings an HTTP client.
    const { loadAtStart } = await import('../definitions/load-at-start.ts');
    await loadAtStart(files, this.definitions, this.broker, this.broker.runtime.log);
  }

  /** Clients of AMQP first: they do not wait for plugins. */
  async #serve(options: CreateBrokerOptions): Promise<void> {
    const { port = 0, host = '127.0.0.1', tls, listeners, sockets = {} } = options;
    const identity =
      tls === undefined ? null : new TlsIdentity({ ...DEFAULT_TLS, password: null, ...tls });
    const usual = [{ port, host, isTls: false }];
    if (tls !== undefined) usual.push({ port: tls.port ?? 0, host, isTls: true });
    this.openListeners = await openListeners(this.amqp, listeners ?? usual, identity, sockets);
    await loadPlugins(this.plugins, options);
  }

  /** Nothing happens: what is not needed next leaves memory. False when there was nothing. */
  rest(): boolean {
    const isAnyWritten = this.broker.rest();
    return this.#blocks.rest() || isAnyWritten;
  }

  async close(): Promise<void> {
    this.memoryAlarm.close();
    this.diskAlarm?.close();
    this.#closing ??= this.#closeAll();
    await this.#closing;
  }

  async #closeAll(): Promise<void> {
    this.#logExchange?.detach();
    await this.plugins.stop();
    await this.amqp.close();
    await this.access.close();
    await this.broker.close();
  }
}

async function recover(
  store: Store,
  runtime: Runtime,
  options: CreateBrokerOptions,
): Promise<{ broker: Broker; access: AccessControl }> {
  const { memoryBudget = DEFAULT_MEMORY_BUDGET } = options;
  const defaultUser = defaultUserOf(options);
  // As RabbitMQ: what is imported takes the place of the defaults.
  const isFurnished = options.loadDefinitions !== undefined;
  const defaultVirtualHost = isFurnished ? null : (defaultUser ?? DEFAULT_USER).vhost;
  const broker = new Broker({ defaultVirtualHost, ...options, runtime, ...store, memoryBudget });
  const { definitions } = store;
  const { access: accessOptions = {} } = options;
  const chainOf = await loadBackEnds(accessOptions);
  const access = new AccessControl({
    definitions,
    runtime,
    ...accessOptions,
    hashingAlgorithm: accessOptions.hashingAlgorithm ?? usualHashing(options),
    backEnds: (internal) => chainOf({ options: accessOptions, runtime, internal }),
  });
  await access.recover(isFurnished ? null : defaultUser);
  const users = await VirtualHostUsers.prepare(access, options.access?.virtualHostUsers ?? []);
  broker.virtualHosts.onCreated((name) => users.addTo(name));
  broker.virtualHosts.onDeleted((name) => void access.deleteVirtualHost(name));
  broker.recover();
  return { broker, access };
}

/** Passwords that no file ever has are not worth scrypt's 50 ms: brokers in memory come and go with tests. */
function usualHashing({ dataDir = null }: CreateBrokerOptions): string {
  return dataDir === null ? RABBITMQ_HASHING : SCRYPT;
}

/** Null for none. */
export function defaultUserOf({ access }: CreateBrokerOptions): DefaultUser | null {
  return access?.defaultUser === null ? null : { ...DEFAULT_USER, ...access?.defaultUser };
}

function listenerFacts({ host, port, isTls }: OpenListener): ListenerFacts {
  return { protocol: isTls ? 'amqp/ssl' : 'amqp', address: host, port };
}
