/** What the connections of a listener have in common. */
import type { Authenticator } from '../access/authenticator.ts';
import type { Broker } from '../broker/broker.ts';
import type { Limits } from './limits.ts';
import type { BlockPool } from './output-buffer.ts';
import type { FieldTable } from './wire/field-table.ts';

/** What all connections of a listener share. */
export interface ConnectionOptions {
  readonly broker: Broker;
  readonly authenticator: Authenticator;
  readonly limits: Limits;
  readonly pool: BlockPool;
  readonly serverProperties: FieldTable;
}
