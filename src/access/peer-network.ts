/** What counts as one place that logins come from. */
import type { Peer } from './authenticator.ts';

/** Who has one address of IPv6 mostly has all that share its first half. */
export function networkOf({ address }: Peer): string {
  return address.includes('.') ? address : address.split(':').slice(0, 4).join(':');
}
