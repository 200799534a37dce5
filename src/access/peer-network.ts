/** What counts as one place that logins come from. */
import type { Peer } from './authenticator.ts';

/** Of an address of IPv6, and of its network. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/** Who has one address of IPv6 mostly has all that share its first half. */
export function networkOf({ address }: Peer): string {
  if (address.includes('.')) return address;
  // `::` stands for as many zeros as are missing.
  const [start = [], end = []] = address.split('::').map((part) => part.split(':'));
  const missing = Math.max(0, GROUPS - start.length - end.length);
  const groups = [...start, ...Array.from({ length: missing }, () => '0'), ...end];
  return groups.slice(0, NETWORK_GROUPS).join(':');
}
