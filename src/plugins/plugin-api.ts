/**
 * What a plugin is, and all that it may use: nothing else of Leveret is meant for plugins. The management API is one.
 *
 *   export default definePlugin({
 *     name: 'hello',
 *     async setup({ http }) {
 *       const routes = await http.at({ name: 'hello', host: '127.0.0.1', port: 8080, tls: null });
 *       routes.get('/hello', (c) => c.text('Hello'));
 *     },
 *   });
 */
import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { AccessControl } from '../access/access-control.ts';
import type { ConnectionRegistry } from '../amqp/connection-registry.ts';
import type { Broker } from '../broker/broker.ts';
import type { BrokerDefinitions } from '../definitions/broker-definitions.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { CertificateFacts, TlsIdentity } from '../runtime/tls-identity.ts';

export type { AccessControl } from '../access/access-control.ts';
export { AccessError } from '../access/access-error.ts';
export type { Access, AuthenticatedUser, Peer, Resource } from '../access/authenticator.ts';
export { DisclosedRefusal } from '../access/disclosed-refusal.ts';
export { whenKnown, type Eventually } from '../access/eventually.ts';
export type {
  ConnectionRegistry,
  OpenChannel,
  OpenConnection,
  OpenConnectionState,
  OpenConsumer,
} from '../amqp/connection-registry.ts';
export { closeOf } from '../amqp/errors.ts';
export type { ListedBinding } from '../broker/binding-list.ts';
export type { Broker } from '../broker/broker.ts';
export type {
  BrokerEvent,
  BrokerEvents,
  EventFacts,
  EventListener,
  EventName,
} from '../broker/events.ts';
export { BrokerError } from '../broker/errors.ts';
export type { BrokerTotals } from '../broker/statistics/broker-totals.ts';
export type {
  ChannelCounters,
  ExchangeCounters,
  QueueCounters,
} from '../broker/statistics/counters.ts';
export type { MessageCounts, Rates } from '../broker/statistics/rates.ts';
export type { RatesByName } from '../broker/statistics/measured.ts';
export type { Sample, SampledRange } from '../broker/statistics/history.ts';
export { MESSAGE_SIZE_LIMITS } from '../broker/statistics/message-sizes.ts';
export type { QueueFacts } from '../broker/queue/queue-facts.ts';
export type { Consumer } from '../broker/queue/consumer.ts';
export { ParameterError } from '../broker/parameters.ts';
export { VirtualHostError } from '../broker/virtual-host-metadata.ts';
export type { VirtualHost } from '../broker/virtual-host.ts';
export {
  TableJsonError,
  tableFromJson,
  tableToJson,
  type Json,
  type JsonObject,
} from '../amqp/wire/field-table-json.ts';
export type { BrokerDefinitions } from '../definitions/broker-definitions.ts';
export { DefinitionsError } from '../definitions/definitions-error.ts';
export { Session, type GetMode } from '../amqp/session.ts';
export type { BasicProperties } from '../amqp/wire/generated/properties.ts';
export type { Exchange } from '../broker/exchange/exchange.ts';
export { bodyOf, propertiesOf } from '../broker/message.ts';
export type { DeclaredQueue } from '../broker/queue/declared-queue.ts';
export { readAuthorization } from '../access/http-authorization.ts';
export { parseJson } from '../runtime/parse-json.ts';
export { compilePattern, PatternError } from '../runtime/pattern.ts';
export { isoTime } from '../runtime/iso-time.ts';
export { LogFile } from '../runtime/log-file.ts';
export { countOpenFiles, type OpenFiles } from '../runtime/open-files.ts';
export { watchEventLoop, type EventLoopDelay, type EventLoopWatch } from '../runtime/event-loop.ts';
export { COMMIT_TIME_LIMITS } from '../store/commit-times.ts';
export type { JournalStats } from '../store/journal.ts';
export type { Runtime } from '../runtime/runtime.ts';
export type { TlsIdentity } from '../runtime/tls-identity.ts';

/** An ability that is added to a broker. */
export interface Plugin {
  /** Unique, in lower case, with hyphens. */
  readonly name: string;
  /** Called once, before anybody is served over HTTP. What it throws stops the start of the broker. */
  setup(context: PluginContext): Promise<void> | void;
}

export interface PluginContext {
  /** Virtual hosts, exchanges, queues, policies, parameters, alarms. */
  readonly broker: Broker;
  /** Users, permissions, and the check of both. */
  readonly access: AccessControl;
  /** Export and import of all of that. */
  readonly definitions: BrokerDefinitions;
  /** The connections that are open, with their channels and consumers. */
  readonly connections: ConnectionRegistry;
  readonly http: HttpHost;
  readonly services: ServiceHost;
  /** Clock, timers, randomness, and the log with the plugin's name on each line. */
  readonly runtime: Runtime;
  readonly about: About;
}

/** What there is of memory and disk, in octets. */
export interface Resources {
  readonly memoryUsed: number;
  readonly memoryLimit: number;
  /** Null where nothing is kept on disk, or the system does not tell. */
  readonly diskFree: number | null;
  readonly diskFreeLimit: number | null;
}

/** What the broker says of itself. */
export interface About {
  readonly version: string;
  /** As RabbitMQ names nodes: `leveret@host`. */
  readonly nodeName: string;
  /** Labels of this node, of the operator's choice. */
  readonly nodeTags: Readonly<Record<string, string>>;
  /** The version of RabbitMQ that it is like. */
  readonly rabbitVersion: string;
  /** In milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly resources: () => Resources;
  /** SASL mechanisms that clients are offered. */
  readonly authMechanisms: readonly string[];
  /** Where all is kept; null for memory only. */
  readonly dataDir: string | null;
  /** Names of those that are set up so far. */
  readonly plugins: () => readonly string[];
  /** Where clients are served. */
  readonly listeners: () => readonly ListenerFacts[];
  /** Of all listeners with TLS. */
  readonly certificates: () => readonly CertificateFacts[];
}

export interface ListenerFacts {
  /** `amqp`, `amqp/ssl`, `http`, ... */
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** Routes of one listener (https://hono.dev/docs/api/routing). */
export type HttpRoutes = Hono<{ Bindings: HttpBindings }>;

export interface HttpEndpoint {
  /** For the log and for lists of listeners, such as `http`. */
  readonly name: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls: TlsIdentity | null;
  readonly timeouts?: HttpTimeouts;
}

/** How long clients of a listener may take, in milliseconds. */
export interface HttpTimeouts {
  /** For a request. */
  readonly requestMs?: number;
  /** Between requests. */
  readonly idleMs?: number;
}

export interface HttpHost {
  /**
   * Where routes can be added while plugins are set up; it is listened on when all are. Plugins that name the same
   * address share it.
   */
  at(endpoint: HttpEndpoint): Promise<HttpRoutes>;
}

/** Something that goes on beside the serving of clients. */
export interface Service {
  readonly name: string;
  /** Called when clients can be served; an error is logged and the broker goes on without the service. */
  start(): Promise<void> | void;
  /** Called before the broker stops, the last started first. */
  stop(): Promise<void> | void;
}

export interface ServiceHost {
  add(service: Service): void;
}

/** Says that an object is a plugin: it gives it its type, and nothing more. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
