/**
 * A connection as the LDAP client gets it: octets of the server come in whole messages, one at a time, and never too many
 * of them. The client itself keeps what is incomplete without a limit, and nests a call for each message of a chunk.
 */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/** Octets of a message, which is one entry. */
const LONGEST_MESSAGE = 1_048_576;
/** Octets between two requests: what one answer may come to. */
const LONGEST_ANSWER = 8_388_608;

const SEQUENCE = 0x30;

/**
 * The length of the LDAP message (RFC 4511 section 5.1) that octets begin with; null when there are too few to tell.
 *
 * @throws Error for what cannot be one, or is too long
 */
export function messageLength(octets: Buffer): number | null {
  if (octets.length < 2) return null;
  const [tag = 0, first = 0] = octets;
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  if (tag !== SEQUENCE || first === 0x80 || lengthOctets > 4) {
    throw new Error('the server does not speak LDAP');
  }
  if (octets.length < 2 + lengthOctets) return null;
  const length = lengthOctets === 0 ? first : octets.readUIntBE(2, lengthOctets);
  if (length > LONGEST_MESSAGE) throw new Error('the server sends a message that is too long');
  return 2 + lengthOctets + length;
}

export class LdapStream extends Duplex {
  /** As the client asks sockets. */
  readonly connecting = false;
  readonly readyState = 'open';
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #answerLength = 0;
  #isEndedByServer = false;

  /** @param socket - one that is connected */
  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('end', () => this.#ended());
    socket.on('close', () => {
      this.#ended();
      this.destroy();
    });
  }

  /** The server, or the network, has closed the connection: not this side, for an answer that was none. */
  get isEndedByServer(): boolean {
    return this.#isEndedByServer;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#answerLength = 0;
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #ended(): void {
    if (this.destroyed || this.#isEndedByServer) return;
    this.#isEndedByServer = true;
    this.push(null);
  }

  #receive(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#answerLength += chunk.length;
    try {
      if (this.#answerLength > LONGEST_ANSWER) throw new Error('the server sends too much');
      for (;;) {
        const length = messageLength(this.#rest);
        if (length === null || length > this.#rest.length) return;
        this.push(this.#rest.subarray(0, length));
        this.#rest = this.#rest.subarray(length);
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}
