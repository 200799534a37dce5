/** AMQPLAIN: credentials in a field table without its length. Lives here, not in access/, for it is AMQP's own. */
import type { Credentials } from '../access/authenticator.ts';
import type { SaslMechanism } from '../access/sasl.ts';
import { readTable, type FieldValue } from './wire/field-table.ts';
import { WireDecodeError } from './wire/errors.ts';
import { WireReader } from './wire/wire-reader.ts';

export const AMQPLAIN: SaslMechanism = {
  name: 'AMQPLAIN',
  credentialsFrom(response: Buffer): Credentials | null {
    const framed = Buffer.alloc(4 + response.length);
    framed.writeUInt32BE(response.length, 0);
    response.copy(framed, 4);
    try {
      const table = readTable(new WireReader().reset(framed, 0, framed.length));
      const userName = textOf(table.get('LOGIN'));
      const password = textOf(table.get('PASSWORD'));
      return userName === null || password === null ? null : { userName, password };
    } catch (error) {
      if (error instanceof WireDecodeError) return null;
      throw error;
    }
  },
};

function textOf(value: FieldValue | undefined): string | null {
  return value?.type === 'S' || value?.type === 'x' ? value.value.toString() : null;
}
