// The settings as what `createBroker` takes. It imports nothing of the broker: main.ts sees that the shapes meet.
import type { CategoryLevels, LogThreshold } from '../runtime/log-categories.ts';
import type { DiskFreeLimit } from './disk-free-limit.ts';
import {
  managementOptions,
  prometheusOptions,
  type ManagementOptions,
  type PrometheusOptions,
} from './http-options.ts';
import type { MemoryWatermark } from './memory-watermark.ts';
import {
  accessOptions,
  virtualHostOptions,
  type AccessOptions,
  type VirtualHostOptions,
} from './rules-options.ts';
import type {
  DefinitionsSettings,
  Endpoint,
  LimitSettings,
  LogSettings,
  Settings,
  SyncRule,
} from './settings.ts';
import { tlsOptions, type Tls } from './tls-options.ts';

/** Of Node's timers: nearly 25 days. */
const LONGEST_TIMER_MS = 2_147_483_647;

interface Listener {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

export interface BrokerOptions extends VirtualHostOptions {
  readonly listeners: readonly Listener[];
  readonly tls?: Tls;
  readonly sockets: {
    readonly backlog: number;
    readonly noDelay: boolean;
    readonly keepAlive: boolean;
    readonly tlsHandshakeTimeoutMs: number;
    readonly isProxied: boolean;
  };
  readonly dataDir: string | null;
  readonly sync: SyncRule;
  readonly memoryBudget: number;
  readonly memoryWatermark: MemoryWatermark;
  readonly totalMemory: number | null;
  readonly diskFreeLimit: DiskFreeLimit;
  readonly limits: BrokerLimits;
  readonly access: AccessOptions;
  readonly loadDefinitions?: {
    readonly path?: string;
    readonly url?: string;
    readonly tls: DefinitionsSettings['tls'];
    readonly skipIfUnchanged: boolean;
    readonly hashingAlgorithm: DefinitionsSettings['hashingAlgorithm'];
  };
  readonly management?: ManagementOptions;
  readonly prometheus?: PrometheusOptions;
  readonly logExchange?: {
    readonly level: LogThreshold;
    readonly format: 'plaintext' | 'json';
    readonly categories: CategoryLevels;
  };
  readonly nodeTags: Readonly<Record<string, string>>;
  readonly statisticsIntervalMs: number;
  readonly names: {
    readonly clusterName: string | null;
    readonly product: string | null;
    readonly version: string | null;
  };
}

interface BrokerLimits {
  readonly connectionMax: number;
  readonly channelConsumerMax: number;
  readonly channelMax: number;
  readonly nodeChannelMax: number;
  readonly frameMax: number;
  readonly initialFrameMax: number;
  readonly messageSizeMax: number;
  readonly heartbeatSeconds: number;
  readonly handshakeTimeoutMs: number;
  readonly consumerTimeoutMs: number;
  readonly isConsumerTimeoutForAll: boolean;
  readonly hasGlobalPrefetch: boolean;
}

export function brokerOptions(settings: Settings): BrokerOptions {
  const { listeners, storage, memory, node } = settings;
  const { backlog, noDelay, keepAlive, tlsHandshakeTimeoutMs } = listeners;
  const { proxyProtocol: isProxied } = listeners;
  const { clusterName, productName: product, productVersion: version } = node;
  const tls = listeners.ssl.length === 0 ? null : tlsOptions(settings.sslOptions);
  return {
    listeners: [...listeners.tcp.map(asListener(false)), ...listeners.ssl.map(asListener(true))],
    ...(tls === null ? {} : { tls }),
    sockets: { backlog, noDelay, keepAlive, tlsHandshakeTimeoutMs, isProxied },
    dataDir: storage.dataDir,
    sync: storage.sync,
    memoryBudget: storage.queueMemoryBudget,
    memoryWatermark: memory.watermark,
    totalMemory: memory.total,
    diskFreeLimit: settings.diskFreeLimit,
    limits: limitOptions(settings.limits, settings),
    ...definitionFiles(settings.definitions),
    ...managementOptions(settings),
    ...prometheusOptions(settings),
    ...logExchange(settings.log),
    nodeTags: node.nodeTags,
    statisticsIntervalMs: node.collectStatisticsIntervalMs,
    names: { clusterName, product, version },
    access: accessOptions(settings),
    ...virtualHostOptions(settings),
  };
}

function logExchange({ exchange, categories }: LogSettings): Pick<BrokerOptions, 'logExchange'> {
  const { isOn, level, format } = exchange;
  return isOn ? { logExchange: { level, format, categories } } : {};
}

function definitionFiles({
  path,
  url,
  ...how
}: DefinitionsSettings): Pick<BrokerOptions, 'loadDefinitions'> {
  if (path === null && url === null) return {};
  const { tls, skipIfUnchanged, hashingAlgorithm } = how;
  return {
    loadDefinitions: {
      ...(path === null ? {} : { path }),
      ...(url === null ? {} : { url }),
      tls,
      skipIfUnchanged,
      hashingAlgorithm,
    },
  };
}

function asListener(isTls: boolean): (endpoint: Endpoint) => Listener {
  return ({ host, port }) => ({ host, port, isTls });
}

function limitOptions(limits: LimitSettings, { listeners, node }: Settings): BrokerLimits {
  const { consumerTimeoutMs } = limits;
  return {
    connectionMax: limits.connectionMax,
    channelConsumerMax: limits.consumerMaxPerChannel,
    channelMax: limits.channelMax,
    nodeChannelMax: limits.channelMaxPerNode,
    frameMax: limits.frameMax,
    initialFrameMax: limits.initialFrameMax,
    messageSizeMax: limits.maxMessageSize,
    heartbeatSeconds: limits.heartbeat,
    handshakeTimeoutMs: Math.min(listeners.handshakeTimeoutMs, LONGEST_TIMER_MS),
    consumerTimeoutMs: Number.isFinite(consumerTimeoutMs) ? consumerTimeoutMs : 0,
    isConsumerTimeoutForAll: limits.consumerTimeoutAppliesTo === 'all',
    hasGlobalPrefetch: node.deprecatedFeatures['global_qos'] ?? true,
  };
}
