/** The first eight octets of a connection: AMQP 0-9-1, or something else (0-9-1 section 4.2.2). */
import { PROTOCOL_HEADER, PROTOCOL_HEADER_0_9 } from './wire/frame.ts';

export type HeaderVerdict =
  | { readonly is: 'incomplete' }
  /** `rest` is what followed the header. */
  | { readonly is: 'amqp'; readonly rest: Buffer }
  /** `hint` says what it probably was, for who reads the log. */
  | { readonly is: 'other'; readonly hint: string };

/** Puts the header together: it may come in any number of chunks. */
export class ProtocolHeaderReader {
  #received: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): HeaderVerdict {
    const received = Buffer.concat([this.#received, chunk]);
    this.#received = received;
    const { length } = PROTOCOL_HEADER;
    if (received.length < length) return { is: 'incomplete' };
    const header = received.subarray(0, length);
    if (!header.equals(PROTOCOL_HEADER) && !header.equals(PROTOCOL_HEADER_0_9)) {
      return { is: 'other', hint: describe(header) };
    }
    return { is: 'amqp', rest: received.subarray(length) };
  }
}

function describe(header: Buffer): string {
  const text = header.toString('latin1');
  if (/^(?:GET|HEAD|POST|PUT) /.test(text)) return 'an HTTP request on an AMQP port';
  if (header[0] === 0x16) return 'a TLS handshake on a port that speaks plain AMQP';
  if (text.startsWith('AMQP')) return 'another version of AMQP than 0-9-1';
  return 'not AMQP';
}
