/** The states that a connection goes through, in this order. */

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
