/**
 * Whether a browser asks on behalf of another site. Browsers send the credentials that they know with requests of any page;
 * what only reads is kept from that page by the browser itself, what changes something must be refused here.
 */

/** @param header by its name in lower case; null when it is not there */
export function isForeign(method: string, header: (name: string) => string | null): boolean {
  if (method === 'get') return false;
  const site = header('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  const origin = header('origin');
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== header('host');
}
