/**
 * StartTLS (RFC 4511 section 4.14), before the LDAP client gets the connection: what comes in the clear is this one answer
 * and nothing beyond it, so that nobody on the way can slip in what would count as said under TLS.
 */
import type { Socket } from 'node:net';
import type * as Ldap from 'ldapts';
import type { Timers } from '../../runtime/timers.ts';
import { messageLength } from './ldap-stream.ts';

/** Message 1: an extended request with the name 1.3.6.1.4.1.1466.20037. */
const REQUEST = Buffer.concat([
  Buffer.from([0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16]),
  Buffer.from('1.3.6.1.4.1.1466.20037'),
]);

const EXTENDED_RESPONSE = 0x78;

/** Resolves when the server waits for TLS. @throws Error when it will not, or not in time */
export async function startTls(
  socket: Socket,
  ldap: typeof Ldap,
  timers: Timers,
  timeoutMs: number,
): Promise<void> {
  let received: Buffer = Buffer.alloc(0);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = timers.after(timeoutMs, () => reject(new Error('no answer to StartTLS in time')));
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    try {
      const length = messageLength(received);
      if (length === null || received.length < length) return;
      if (received.length > length) {
        throw new Error('the server says more than its answer to StartTLS');
      }
      checkResult(received, ldap);
      resolve();
    } catch (error) {
      reject(error);
    }
  };
  const onClose = (): void => reject(new Error('the server closed the connection at StartTLS'));
  socket.on('data', onData);
  socket.once('close', onClose);
  socket.write(REQUEST);
  try {
    await promise;
  } finally {
    timer.cancel();
    socket.off('data', onData);
    socket.off('close', onClose);
    socket.pause();
  }
}

/** @throws Error unless the result code is success */
function checkResult(message: Buffer, { BerReader }: typeof Ldap): void {
  const reader = new BerReader(message);
  reader.readSequence();
  const id = reader.readInt();
  const isResponse = id === 1 && reader.readSequence() === EXTENDED_RESPONSE;
  const code = isResponse ? reader.readEnumeration() : null;
  if (code === null) throw new Error('the server does not know StartTLS');
  if (code !== 0) throw new Error(`the server refuses StartTLS (result ${code})`);
}
