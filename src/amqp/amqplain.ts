/** AMQPLAIN: credentials in a field table without its length. Lives here, not in access/, for it is AMQP's own. */
import type { SaslMechanism, SaslStep } from '../access/sasl.ts';
import { readTable, type FieldValue } from './wire/field-table.ts';
import { WireDecodeError } from './wire/errors.ts';
import { WireReader } from './wire/wire-reader.ts';

export const AMQPLAIN: SaslMechanism = {
  name: 'AMQPLAIN',
  isOffered: () => true,
  respond(response: Buffer): SaslStep {
    const framed = Buffer.alloc(4 + response.length);
    framed.writeUInt32BE(response.length, 0);
    response.copy(framed, 4);
    try {
      const table = readTable(new WireReader().reset(framed, 0, framed.length));
      const userName = textOf(table.get('LOGIN'));
      const password = textOf(table.get('PASSWORD'));
      if (userName === null || password === null) return { is: 'malformed' };
      return { is: 'login', userName, password };
    } catch (error) {
      if (error instanceof WireDecodeError) return { is: 'malformed' };
      throw error;
    }
  },
};

function textOf(value: FieldValue | undefined): string | null {
  return value?.type === 'S' || value?.type === 'x' ? value.value.toString() : null;
}
