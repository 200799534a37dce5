/** What the connections of a listener have in common. */
import type { AccessControl } from '../access/access-control.ts';
import type { SaslMechanism } from '../access/sasl.ts';
import type { Broker } from '../broker/broker.ts';
import type { ConnectionRegistry } from './connection-registry.ts';
import type { Limits } from './limits.ts';
import type { BlockPool } from './output-buffer.ts';
import type { FieldTable } from './wire/field-table.ts';

/** What all connections of a listener share. */
export interface ConnectionOptions {
  readonly broker: Broker;
  readonly access: AccessControl;
  /** How clients may log in; PLAIN and AMQPLAIN when left out. */
  readonly mechanisms?: readonly SaslMechanism[];
  readonly limits: Limits;
  readonly pool: BlockPool;
  readonly serverProperties: FieldTable;
  /** Where connections are listed while they are open; nowhere when left out. */
  readonly registry?: ConnectionRegistry;
}
