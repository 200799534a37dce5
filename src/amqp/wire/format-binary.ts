/** Formats octets as Erlang prints a binary, because RabbitMQ's reply texts contain them. */

/** Longest binary that is printed whole, in octets: a reply text holds 255 characters at most. */
const PRINTED_OCTETS_MAX = 64;

/** `<<"text">>` when every octet is printable, `<<1,2,3>>` otherwise. */
export function formatBinary(octets: Uint8Array): string {
  if (octets.length === 0) return '<<>>';
  const shown = octets.subarray(0, PRINTED_OCTETS_MAX);
  const rest = octets.length > shown.length ? '...' : '';
  if (shown.every((octet) => octet >= 0x20 && octet < 0x7f)) {
    const text = Buffer.from(shown).toString('latin1').replaceAll(/["\\]/g, String.raw`\$&`);
    return `<<"${text}"${rest}>>`;
  }
  return `<<${shown.join(',')}${rest === '' ? '' : ',...'}>>`;
}
