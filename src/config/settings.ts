// What the broker is told: every setting with its final value, nested by subject. The keys that it comes from, their defaults
// and descriptions are in schema/; load-settings.ts makes one of these from options, variables and files.
import type { CategoryLevels, LogThreshold } from '../runtime/log-categories.ts';
import type {
  AnonymousLogin,
  AuthBackendStep,
  AuthCacheSettings,
  HttpAuthSettings,
  LdapSettings,
  OAuth2Settings,
} from './auth-settings.ts';
import type { DiskFreeLimit } from './disk-free-limit.ts';
import type { MemoryWatermark } from './memory-watermark.ts';
import type { ManagementSettings, PrometheusSettings } from './plugin-settings.ts';
import type { TlsClientSettings, TlsServerSettings } from './tls-settings.ts';

export interface Settings {
  readonly listeners: ListenerSettings;
  /** For the AMQP listeners; `management.ssl` and `prometheus.ssl` have their own. */
  readonly sslOptions: TlsServerSettings;
  readonly storage: StorageSettings;
  readonly memory: MemorySettings;
  readonly diskFreeLimit: DiskFreeLimit;
  readonly limits: LimitSettings;
  readonly log: LogSettings;
  readonly access: AccessSettings;
  readonly auth: AuthSettings;
  readonly definitions: DefinitionsSettings;
  readonly defaults: DefaultsSettings;
  readonly node: NodeSettings;
  readonly management: ManagementSettings;
  readonly prometheus: PrometheusSettings;
  /** By name, what was said of it: a plugin that is not named is on. */
  readonly plugins: Readonly<Record<string, boolean>>;
}

/** Where a listener listens. */
export interface Endpoint {
  /** The last part of its key: `default` in `listeners.tcp.default`. */
  readonly name: string;
  /** An address or a host name; `::` is every interface, IPv4 included. */
  readonly host: string;
  /** 0 lets the system choose a free one. */
  readonly port: number;
}

export interface ListenerSettings {
  /** Empty: nobody connects without TLS. */
  readonly tcp: readonly Endpoint[];
  readonly ssl: readonly Endpoint[];
  /** Connections that the system accepts before the broker takes them. */
  readonly backlog: number;
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  /** Every connection begins with a PROXY header (version 1 or 2). */
  readonly proxyProtocol: boolean;
  /** From accept until connection.open-ok, in milliseconds; infinite for no limit. */
  readonly handshakeTimeoutMs: number;
  readonly tlsHandshakeTimeoutMs: number;
}

/** `commit`: what is confirmed is on the disk. `never`: the system writes it there when it likes. */
export type SyncRule = 'commit' | 'never';

export interface StorageSettings {
  /** Absolute path of the directory that keeps what must survive; null keeps all in memory. */
  readonly dataDir: string | null;
  readonly sync: SyncRule;
  /** What ready messages may take of memory, in octets, before queues keep them on disk only. */
  readonly queueMemoryBudget: number;
}

export interface MemorySettings {
  readonly watermark: MemoryWatermark;
  /** What to take for the memory of the machine, in octets; null asks the system. */
  readonly total: number | null;
}

/** Infinity for no limit where the comment does not say otherwise. */
export interface LimitSettings {
  /** In seconds; 0 for none. */
  readonly heartbeat: number;
  /** In octets; 0 for no limit. */
  readonly frameMax: number;
  /** Before the negotiation, in octets. */
  readonly initialFrameMax: number;
  /** Of a connection; 0 for no limit. */
  readonly channelMax: number;
  readonly channelMaxPerNode: number;
  readonly connectionMax: number;
  /** In octets. */
  readonly maxMessageSize: number;
  /** In milliseconds. */
  readonly consumerTimeoutMs: number;
  /** `quorum`: as RabbitMQ 4.3. `all`: for all types of queues, and it closes the channel, as RabbitMQ did before. */
  readonly consumerTimeoutAppliesTo: 'quorum' | 'all';
  readonly consumerMaxPerChannel: number;
  readonly vhostMax: number;
  readonly clusterQueueLimit: number;
  readonly clusterExchangeLimit: number;
  /** How many parameters of a component there may be, by component. */
  readonly runtimeParameters: Readonly<Record<string, number>>;
}

export type LogFormat = 'plaintext' | 'json';

export interface LogSettings {
  readonly console: {
    readonly isOn: boolean;
    readonly level: LogThreshold;
    readonly format: LogFormat;
    readonly stream: 'stdout' | 'stderr';
    /** Colours where the terminal has them. */
    readonly useColors: boolean;
  };
  readonly file: {
    /** Absolute; null for no file. */
    readonly path: string | null;
    readonly level: LogThreshold;
    readonly format: LogFormat;
    /** In octets; 0 for no rotation. */
    readonly rotationSize: number;
    /** Old files that are kept. */
    readonly rotationCount: number;
    readonly isCompressed: boolean;
  };
  /** Messages go to the exchange amq.rabbitmq.log too. */
  readonly exchange: {
    readonly isOn: boolean;
    readonly level: LogThreshold;
    readonly format: LogFormat;
  };
  /** Levels of categories that are not those of the output. */
  readonly categories: CategoryLevels;
}

export interface AccessSettings {
  /** The user, virtual host and permissions that a broker with nothing stored begins with. */
  readonly defaultUser: string;
  readonly defaultPass: string;
  readonly defaultVhost: string;
  readonly defaultUserTags: readonly string[];
  /** Regular expressions. */
  readonly defaultPermissions: {
    readonly configure: string;
    readonly read: string;
    readonly write: string;
  };
  /** Users who may connect from this machine only. */
  readonly loopbackUsers: readonly string[];
  /** RabbitMQ's name of it, or `leveret_password_hashing_scrypt`; null for the broker's own choice. */
  readonly passwordHashing: string | null;
  /** What a new password must be like. */
  readonly credentialValidator: {
    readonly backend: 'accept_everything' | 'min_password_length' | 'password_regexp';
    readonly minLength: number;
    readonly regexp: string;
  };
}

export interface AuthSettings {
  readonly backends: readonly AuthBackendStep[];
  /** SASL, in the order in which they are offered. */
  readonly mechanisms: readonly string[];
  readonly anonymous: AnonymousLogin | null;
  /** Which part of a client's certificate names the user (EXTERNAL). */
  readonly certificateLogin: {
    readonly from: 'distinguished_name' | 'common_name' | 'subject_alternative_name';
    readonly sanType: 'dns' | 'ip' | 'email' | 'uri';
    readonly sanIndex: number;
  };
  readonly http: HttpAuthSettings;
  readonly oauth2: OAuth2Settings;
  readonly ldap: LdapSettings;
  readonly cache: AuthCacheSettings;
}

export interface DefinitionsSettings {
  /** A file or a directory of files; null for none. */
  readonly path: string | null;
  readonly importBackend: 'local_filesystem' | 'https';
  readonly url: string | null;
  readonly skipIfUnchanged: boolean;
  readonly hashingAlgorithm: 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
  readonly tls: TlsClientSettings;
}

export interface DefaultsSettings {
  /** Of queues that do not say; a virtual host may have its own. */
  readonly queueType: 'classic' | 'quorum' | 'stream';
  /** For virtual hosts whose names match, when they are made. */
  readonly vhostLimits: readonly DefaultVhostLimits[];
  readonly operatorPolicies: readonly DefaultOperatorPolicy[];
  /** Users made in each new virtual host whose name matches. */
  readonly users: readonly DefaultVhostUser[];
}

export interface DefaultVhostLimits {
  readonly name: string;
  /** A regular expression. */
  readonly pattern: string;
  /** -1 for no limit. */
  readonly maxConnections: number;
  readonly maxQueues: number;
}

export interface DefaultOperatorPolicy {
  readonly name: string;
  readonly vhostPattern: string;
  readonly queuePattern: string;
  readonly applyTo: string;
  /** With the keys of a policy's definition: `max-length`, `message-ttl`, ... */
  readonly definition: Readonly<Record<string, number>>;
}

export interface DefaultVhostUser {
  readonly name: string;
  readonly vhostPattern: string;
  readonly password: string | null;
  readonly tags: readonly string[];
  readonly configure: string;
  readonly read: string;
  readonly write: string;
}

export interface NodeSettings {
  /** As RabbitMQ names nodes: `leveret@host`; null for the one that the broker chooses. */
  readonly name: string | null;
  /** Null for the one that the broker chooses. */
  readonly clusterName: string | null;
  readonly clusterTags: Readonly<Record<string, string>>;
  readonly nodeTags: Readonly<Record<string, string>>;
  /** How often statistics are gathered, in milliseconds. */
  readonly collectStatisticsIntervalMs: number;
  /** By feature, whether it may be used; absent: as the broker does by default. */
  readonly deprecatedFeatures: Readonly<Record<string, boolean>>;
  /** What is set on messages that come in, and whether what is there is overwritten; null: it is not set. */
  readonly interceptors: {
    readonly timestamp: boolean | null;
    readonly routingNode: boolean | null;
  };
  /** What clients are told of the product; null for its own. */
  readonly productName: string | null;
  readonly productVersion: string | null;
}
