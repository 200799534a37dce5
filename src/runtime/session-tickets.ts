// The keys of session tickets, with which clients of TLS come back sooner. With one key for as long as the process lives, who
// gets hold of it could read all that was ever said.
import type { Server } from 'node:tls';
import type { Random } from './random.ts';
import type { Timer, Timers } from './timers.ts';

const PERIOD_MS = 3_600_000;
const KEYS_OCTETS = 48;

/** New keys every hour, until the timer is cancelled. Tickets of before are worth nothing then, and cost a full handshake. */
export function renewTicketKeys(
  server: Pick<Server, 'setTicketKeys'>,
  { timers, random }: { readonly timers: Timers; readonly random: Random },
): Timer {
  return timers.every(PERIOD_MS, () =>
    server.setTicketKeys(Buffer.from(random.bytes(KEYS_OCTETS))),
  );
}
