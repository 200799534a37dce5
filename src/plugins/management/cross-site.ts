/**
 * Whether a browser asks on behalf of another site. Browsers send the credentials that they know with requests of any page;
 * what only reads is kept from that page by the browser itself, what changes something must be refused here. Sites that the
 * operator has named are let in (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).
 */

export interface CorsRules {
  /** Origins, or `*` for all. */
  readonly allowOrigins: readonly string[];
  /** How long a browser may rely on the answer, in seconds. */
  readonly maxAge: number;
}

/** A header by its name in lower case; null when it is not there. */
export type HeaderReader = (name: string) => string | null;

export function isForeign(method: string, header: HeaderReader, rules: CorsRules): boolean {
  const origin = header('origin');
  if (method === 'get' || (origin !== null && isAllowed(origin, rules))) return false;
  const site = header('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== header('host');
}

/** What a browser needs to be told to let the page of an allowed origin see the answer; nothing for others. */
export function corsHeaders(header: HeaderReader, rules: CorsRules): Record<string, string> {
  const origin = header('origin');
  if (origin === null || !isAllowed(origin, rules)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-max-age': String(rules.maxAge),
    'access-control-allow-methods': 'HEAD, GET, PUT, POST, DELETE, OPTIONS',
    'access-control-allow-headers': header('access-control-request-headers') ?? 'authorization',
  };
}

function isAllowed(origin: string, { allowOrigins }: CorsRules): boolean {
  return allowOrigins.some((allowed) => allowed === '*' || allowed === origin);
}
