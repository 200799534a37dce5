/** What has gone over one connection, counted by piece: a read or a write, not a message. */
export class Traffic {
  receivedOctets = 0;
  /** Pieces that came from the socket. */
  receivedCount = 0;
  sentOctets = 0;
  /** Pieces that were given to the socket. */
  sentCount = 0;
}
