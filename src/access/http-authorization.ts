/** The header `Authorization` of an HTTP request (RFC 7617, RFC 6750). */

/** Names and passwords of the AMQP world are not longer, in characters. */
const HEADER_LENGTH_MAX = 16_384;

/** A name and password; a bearer token is a password without a name. Null for what is neither. */
export function readAuthorization(
  header: string | null,
): { readonly userName: string; readonly password: string } | null {
  if (header === null || header.length > HEADER_LENGTH_MAX) return null;
  const [, scheme = '', value = ''] = /^(basic|bearer) +(\S+)$/iu.exec(header) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { userName: '', password: value };
  const text = Buffer.from(value, 'base64').toString();
  const separator = text.indexOf(':');
  if (separator === -1) return null;
  return { userName: text.slice(0, separator), password: text.slice(separator + 1) };
}
