/** What the server says of itself in connection.start, and what it reads of a client's own properties. */
import { tableToJson, type JsonObject } from './wire/field-table-json.ts';
import { fromPlain, type FieldTable, type FieldValue } from './wire/field-table.ts';

/** The extensions of AMQP 0-9-1 that clients look for (RabbitMQ's names). */
const CAPABILITIES = {
  publisher_confirms: true,
  exchange_exchange_bindings: true,
  'basic.nack': true,
  consumer_cancel_notify: true,
  'connection.blocked': true,
  consumer_priorities: true,
  per_consumer_qos: true,
  direct_reply_to: true,
  authentication_failure_close: true,
} as const;

/** What an operator has clients told; null for what they are told otherwise. */
export interface ServerNames {
  readonly clusterName: string | null;
  readonly product: string | null;
  readonly version: string | null;
}

/**
 * @param version the version of Leveret, as X.Y.Z: some clients parse it
 * @param nodeName what the cluster is called where nobody has named it
 */
export function serverProperties(
  version: string,
  nodeName: string,
  names?: ServerNames,
): FieldTable {
  return fromPlain({
    capabilities: CAPABILITIES,
    cluster_name: names?.clusterName ?? nodeName,
    copyright: 'Copyright (c) 2026 the Leveret contributors',
    information: 'Licensed under the Apache License 2.0',
    platform: `Node.js ${process.versions.node}`,
    product: names?.product ?? 'Leveret',
    version: names?.version ?? version,
  });
}

/** What the broker takes from connection.start-ok. */
export interface ClientProperties {
  /** The name that the program gave its connection; empty when it gave none. */
  readonly connectionName: string;
  readonly product: string;
  readonly version: string;
  /** All that it says of itself. */
  readonly properties: JsonObject;
  /** The client can be sent basic.cancel. */
  readonly wantsCancelNotification: boolean;
  /** The client can be sent connection.blocked and connection.unblocked. */
  readonly wantsBlockedNotification: boolean;
  /** The client wants a connection.close when its login is refused. */
  readonly wantsAuthenticationFailureClose: boolean;
}

export function readClientProperties(properties: FieldTable): ClientProperties {
  const capabilities = properties.get('capabilities');
  const has = (name: string): boolean =>
    capabilities?.type === 'F' && capabilities.value.get(name)?.value === true;
  return {
    connectionName: textOf(properties.get('connection_name')),
    product: textOf(properties.get('product')),
    version: textOf(properties.get('version')),
    properties: tableToJson(properties),
    wantsCancelNotification: has('consumer_cancel_notify'),
    wantsBlockedNotification: has('connection.blocked'),
    wantsAuthenticationFailureClose: has('authentication_failure_close'),
  };
}

function textOf(value: FieldValue | undefined): string {
  return value?.type === 'S' ? value.value.toString() : '';
}
