/** What a broker can be made with. All of it may be left out. */
import type { DefaultUser } from '../access/access-control.ts';
import type { OAuth2Options } from '../access/oauth2/oauth2-options.ts';
import type { HttpBackEndOptions } from '../access/http/http-back-end.ts';
import type { LdapBackEndOptions } from '../access/ldap/ldap-options.ts';
import type { PasswordRule } from '../access/password-rule.ts';
import type { VirtualHostUser } from '../access/virtual-host-users.ts';
import type { Limits } from '../amqp/limits.ts';
import type { SocketSettings } from '../amqp/listener.ts';
import type { MechanismOptions } from '../amqp/mechanisms.ts';
import type { WantedListener } from '../amqp/open-listeners.ts';
import type { ServerNames } from '../amqp/server-properties.ts';
import type { VirtualHostRules } from '../broker/broker.ts';
import type { DiskFreeLimit } from '../broker/disk-alarm.ts';
import type { MemoryWatermark } from '../broker/memory-alarm.ts';
import type { DefinitionFiles } from '../definitions/load-at-start.ts';
import type { CategoryLevels, LogThreshold } from '../runtime/log-categories.ts';
import type { ManagementSettings } from '../plugins/management/management-context.ts';
import type { ServerRules } from '../plugins/management/server.ts';
import type { HttpTimeouts, Plugin } from '../plugins/plugin-api.ts';
import type { Logger } from '../runtime/logger.ts';
import type { TlsSettings } from '../runtime/tls-identity.ts';

export interface CreateBrokerOptions extends VirtualHostRules {
  /** TCP port; 0, the default, takes a free one. */
  readonly port?: number;
  /** Address to listen on; 127.0.0.1 when left out. */
  readonly host?: string;
  /** Listens with TLS, too. */
  readonly tls?: TlsListenOptions;
  /** Where to listen, instead of `port`, `host` and `tls.port`: at several addresses, or none. */
  readonly listeners?: readonly WantedListener[];
  readonly sockets?: Partial<SocketSettings>;
  /** Told of everything that is read from clients of AMQP, in octets. */
  readonly onRead?: (octets: number) => void;
  /** RabbitMQ's HTTP API; none when left out. */
  readonly management?: ManagementListenOptions;
  /** Metrics for Prometheus; none when left out. */
  readonly prometheus?: PrometheusListenOptions;
  /** Further abilities. */
  readonly plugins?: readonly Plugin[];
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
  /** The log goes to the exchange `amq.rabbitmq.log` of the default virtual host too; not when left out. */
  readonly logExchange?: LogExchangeOptions;
  /** Limits that differ from RabbitMQ's defaults. */
  readonly limits?: Partial<Limits>;
  /** Free space in the data directory below which publishers wait; 50 MB when left out. */
  readonly diskFreeLimit?: DiskFreeLimit;
  /** What ready messages may take of memory, in octets, before queues keep them on disk only; 32 MiB when left out. */
  readonly memoryBudget?: number;
  /** Memory beyond which publishers wait (`connection.blocked`); 0.6 of the machine's when left out. */
  readonly memoryWatermark?: MemoryWatermark;
  /** What to take for the machine's memory, in octets; null, or left out: what the system says. */
  readonly totalMemory?: number | null;
  /** Labels that tools are told with this node. */
  readonly nodeTags?: Readonly<Record<string, string>>;
  /** How often rates are measured, in milliseconds; 5000 when left out. */
  readonly statisticsIntervalMs?: number;
  /** What clients are told of the broker's name. */
  readonly names?: ServerNames;
  readonly access?: AccessOptions;
  /** Definitions to import before clients are served. A broker with nothing stored gets no default user and virtual host then. */
  readonly loadDefinitions?: DefinitionFiles;
}

export interface LogExchangeOptions {
  /** `info` when left out. */
  readonly level?: LogThreshold;
  /** `plaintext` when left out; `json`: an object a message. */
  readonly format?: 'plaintext' | 'json';
  /** Levels of parts of the log. */
  readonly categories?: CategoryLevels;
}

/** Who may log in, and how. */
export interface AccessOptions extends MechanismOptions {
  /** The user that a broker begins with which has none yet; guest when left out, null for none. */
  readonly defaultUser?: Partial<DefaultUser> | null;
  /** Users that may log in from this machine only; guest when left out. */
  readonly loopbackUsers?: readonly string[];
  /**
   * RabbitMQ's name of how new passwords are hashed. When left out, or null: scrypt with a data directory, else as RabbitMQ
   * does.
   */
  readonly hashingAlgorithm?: string | null;
  readonly passwordRule?: PasswordRule | null;
  /** Users that each new virtual host gets whose name matches. */
  readonly virtualHostUsers?: readonly VirtualHostUser[];
  /** Who logs users in, one after the other until one accepts; the broker's own users when left out. */
  readonly backEnds?: readonly BackEndStep[];
  /** Of the back end `oauth2`. */
  readonly oauth2?: OAuth2Options;
  /** Of the back end `http`. */
  readonly http?: HttpBackEndOptions;
  /** Of the back end `ldap`. */
  readonly ldap?: LdapBackEndOptions;
  /** Of the back end `cache`. */
  readonly cache?: CacheOptions;
}

export interface CacheOptions {
  /** Whose answers are kept. */
  readonly backend: BackEndStep;
  /** How long; 15 seconds when left out. */
  readonly ttlMs?: number;
  /** Keep refusals, too. */
  readonly cacheRefusals?: boolean;
}

/** As in the setting `auth_backends`. */
export type BackEndName = 'internal' | 'http' | 'oauth2' | 'ldap' | 'cache';

/** One step of a login: who says that a user is who they say, and who says what they may do. */
export interface BackEndStep {
  readonly authn: BackEndName;
  readonly authz: BackEndName;
}

/** A certificate with its key, and what differs from the defaults: TLS 1.2 and 1.3, clients need no certificate. */
export interface TlsListenOptions extends Partial<TlsSettings> {
  readonly certFile: string;
  readonly keyFile: string;
  /** TCP port; 0, the default, takes a free one. */
  readonly port?: number;
}

/** Where the management API is served: without TLS, with it, or both. */
export interface ManagementListenOptions {
  /** 0 takes a free one; not without TLS when left out. */
  readonly port?: number;
  /** 127.0.0.1 when left out. */
  readonly host?: string;
  readonly tls?: TlsListenOptions & { readonly host?: string };
  /** In front of `/api`; none when left out. */
  readonly pathPrefix?: string;
  /** Origins of web pages that may use it (CORS); none when left out. */
  readonly allowOrigins?: readonly string[];
  /** How long a browser may rely on that, in seconds; 1800 when left out. */
  readonly corsMaxAge?: number;
  /** What is told. */
  readonly settings?: Partial<Omit<ManagementSettings, 'pathPrefix'>>;
  /** What is taken and sent. */
  readonly rules?: Partial<Omit<ServerRules, 'cors'>>;
  readonly timeouts?: HttpTimeouts;
  /** Directory for a log of all requests; none when left out, or null. */
  readonly accessLogDir?: string | null;
}

export interface PrometheusListenOptions {
  /** 0 takes a free one; not without TLS when left out. */
  readonly port?: number;
  /** 127.0.0.1 when left out. */
  readonly host?: string;
  readonly tls?: TlsListenOptions & { readonly host?: string };
  /** `/metrics` when left out. */
  readonly path?: string;
  /** Metrics of each queue, connection and channel in place of their sums. */
  readonly isPerObject?: boolean;
  /** Metrics are for users with the tag `monitoring` only. */
  readonly isAuthenticated?: boolean;
}
