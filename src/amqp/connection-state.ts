/** The states that a connection goes through, in this order. */
import type { Logger } from '../runtime/logger.ts';

/** Awaiting the protocol header. */
export const HEADER = 'header';
export const HANDSHAKE = 'handshake';
export const RUNNING = 'running';
/** We have closed: only the client's answer counts. */
export const CLOSING = 'closing';
/** Nothing is read any more. */
export const CLOSED = 'closed';
export type ConnectionState =
  | typeof HEADER
  | typeof HANDSHAKE
  | typeof RUNNING
  | typeof CLOSING
  | typeof CLOSED;

/** The client is gone: what there is to tell of it depends on how far it came. */
export function logEnd(state: ConnectionState, log: Logger): void {
  if (state === HEADER) log.debug('closed before anything was received');
  else if (state === HANDSHAKE) log.warn('client closed during the handshake');
  else if (state === RUNNING) log.warn('client closed the socket without closing the connection');
}

/** Channels exist on open connections only. */
export function neverOpened(): never {
  throw new Error('the connection is not open');
}
