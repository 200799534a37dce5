/** Formats octets as Erlang prints a binary, because RabbitMQ's reply texts contain them. */

/** More octets of a payload than this are not shown. */
const SNIPPET_OCTETS = 16;

/** `all octets = <<1,2>>`, or the first 16 of a longer payload. */
export function payloadSnippet(payload: Uint8Array): string {
  if (payload.length <= SNIPPET_OCTETS) return `all octets = ${formatBinary(payload)}`;
  return `first ${SNIPPET_OCTETS} octets = ${formatBinary(payload.subarray(0, SNIPPET_OCTETS))}`;
}

/** `<<"text">>` when every octet is printable, `<<1,2,3>>` otherwise. */
function formatBinary(octets: Uint8Array): string {
  if (octets.length === 0) return '<<>>';
  if (octets.every((octet) => octet >= 0x20 && octet < 0x7f)) {
    const text = Buffer.from(octets).toString('latin1').replaceAll(/["\\]/g, String.raw`\$&`);
    return `<<"${text}">>`;
  }
  return `<<${octets.join(',')}>>`;
}
