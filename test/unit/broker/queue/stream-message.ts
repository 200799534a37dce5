// Messages for tests of streams.
import { fromPlain } from '../../../../src/amqp/wire/field-table.ts';
import { writeProperties } from '../../../../src/amqp/wire/property-octets.ts';
import { Message, MessageAddress } from '../../../../src/broker/message.ts';

const EMPTY = Buffer.alloc(0);
const ADDRESS = new MessageAddress('', 's');

/** @param filterValue null for none */
export function streamMessage(
  filterValue: string | null = null,
  bodyLength = 0,
  arrivedAtMs = 0,
): Message {
  const headers = fromPlain({ other: 1, 'x-stream-filter-value': filterValue });
  const properties = writeProperties(filterValue === null ? {} : { headers });
  const { length } = properties;
  const body = bodyLength === 0 ? EMPTY : Buffer.alloc(bodyLength);
  return new Message(
    ADDRESS,
    false,
    properties,
    0,
    length,
    body,
    0,
    bodyLength,
    null,
    -1,
    arrivedAtMs,
    null,
  );
}
