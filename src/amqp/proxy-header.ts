/**
 * The PROXY header that a load balancer puts in front of a connection, to tell who is behind it: version 1, a line of text,
 * and version 2, octets (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt). Of what may follow the addresses in version
 * 2 nothing is kept.
 */
import { isIPv4, isIPv6 } from '../runtime/ip-address.ts';

/** Both ends of the connection as the load balancer has it. */
export interface ProxiedEndpoints {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

export type ProxyVerdict =
  | { readonly is: 'incomplete' }
  /**
   * `endpoints` are null where the load balancer speaks for itself, or of something without addresses. `rest` is what
   * followed the header.
   */
  | {
      readonly is: 'header';
      readonly endpoints: ProxiedEndpoints | null;
      readonly rest: Buffer;
    }
  /** `hint` says what is wrong, for who reads the log. */
  | { readonly is: 'other'; readonly hint: string };

const VERSION_1 = Buffer.from('PROXY ');
const VERSION_2 = Buffer.from([13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]);
/** Of version 1, with the line's end. */
const LINE_OCTETS_MAX = 107;
/** Of version 2: signature, version and command, family, length of what follows. */
const FIXED_OCTETS = 16;
const LOCAL = 0x20;
const PROXY = 0x21;
const ADDRESS_CHECKS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['TCP4', isIPv4],
  ['TCP6', isIPv6],
]);
const TCP_4 = 0x11;
const TCP_6 = 0x21;
/** Families without an address of IP: unspecified, and sockets of Unix. */
const OTHER_FAMILIES: readonly number[] = [0x00, 0x31, 0x32];

/** Puts the header together: it may come in any number of chunks. */
export class ProxyHeaderReader {
  #received: Buffer = Buffer.alloc(0);
  /** Of version 2, read and waiting for what else belongs to the header; null before. */
  #found: { readonly endpoints: ProxiedEndpoints | null; toSkip: number } | null = null;

  push(chunk: Buffer): ProxyVerdict {
    if (this.#found !== null) return this.#skip(chunk);
    const received = Buffer.concat([this.#received, chunk]);
    this.#received = received;
    if (beginsLike(received, VERSION_1)) return readLine(received);
    if (beginsLike(received, VERSION_2)) return this.#readOctets(received);
    return { is: 'other', hint: describe(received) };
  }

  #readOctets(received: Buffer): ProxyVerdict {
    if (received.length < FIXED_OCTETS) return { is: 'incomplete' };
    const command = received[12]!;
    const family = received[13]!;
    const length = received.readUInt16BE(14);
    const addressLength = command === PROXY ? addressOctets(family) : 0;
    if (command !== LOCAL && command !== PROXY) return bad(`command ${command}`);
    if (addressLength === null) return bad(`address family and protocol ${family}`);
    if (length < addressLength) return bad(`length ${length}`);
    if (received.length < FIXED_OCTETS + addressLength) return { is: 'incomplete' };
    const endpoints = addressLength === 0 ? null : readAddresses(received, addressLength);
    this.#found = { endpoints, toSkip: length - addressLength };
    this.#received = received.subarray(0, 0);
    return this.#skip(received.subarray(FIXED_OCTETS + addressLength));
  }

  #skip(chunk: Buffer): ProxyVerdict {
    const found = this.#found!;
    const skipped = Math.min(found.toSkip, chunk.length);
    found.toSkip -= skipped;
    if (found.toSkip > 0) return { is: 'incomplete' };
    return { is: 'header', endpoints: found.endpoints, rest: chunk.subarray(skipped) };
  }
}

/** What is there of it is as the signature has it. */
function beginsLike(received: Buffer, signature: Buffer): boolean {
  const length = Math.min(received.length, signature.length);
  return received.subarray(0, length).equals(signature.subarray(0, length));
}

function readLine(received: Buffer): ProxyVerdict {
  const end = received.subarray(0, LINE_OCTETS_MAX).indexOf('\r\n');
  if (end === -1) {
    return received.length < LINE_OCTETS_MAX ? { is: 'incomplete' } : bad('line without an end');
  }
  const rest = received.subarray(end + 2);
  const [, family = '', ...fields] = received.toString('latin1', 0, end).split(' ');
  if (family === 'UNKNOWN') return { is: 'header', endpoints: null, rest };
  const isAddress = ADDRESS_CHECKS.get(family);
  const [remoteAddress = '', localAddress = '', remotePort = '', localPort = ''] = fields;
  const isGood =
    isAddress !== undefined &&
    fields.length === 4 &&
    [remoteAddress, localAddress].every((address) => isAddress(address)) &&
    [remotePort, localPort].every(isPort);
  if (!isGood) return bad('line');
  const ports = { remotePort: Number(remotePort), localPort: Number(localPort) };
  return { is: 'header', endpoints: { remoteAddress, localAddress, ...ports }, rest };
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/u.test(text) && Number(text) <= 65_535;
}

/** Null for a family that is not for streams. */
function addressOctets(family: number): number | null {
  if (family === TCP_4) return 12;
  if (family === TCP_6) return 36;
  return OTHER_FAMILIES.includes(family) ? 0 : null;
}

function readAddresses(received: Buffer, length: number): ProxiedEndpoints {
  const size = (length - 4) / 2;
  const source = FIXED_OCTETS;
  const addressAt = (at: number): string => {
    const octets = received.subarray(at, at + size);
    return size === 4 ? octets.join('.') : textOfIpv6(octets);
  };
  return {
    remoteAddress: addressAt(source),
    localAddress: addressAt(source + size),
    remotePort: received.readUInt16BE(source + 2 * size),
    localPort: received.readUInt16BE(source + 2 * size + 2),
  };
}

/** As the system writes it: the longest row of zeros is left out. */
function textOfIpv6(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    octets.readUInt16BE(2 * index).toString(16),
  );
  const [shortened] = new URL(`http://[${groups.join(':')}]`).hostname.slice(1).split(']');
  const text = shortened ?? '';
  // An address of IPv4 within one of IPv6 is the former.
  const isMapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff';
  return isMapped ? octets.subarray(12).join('.') : text;
}

function bad(what: string): ProxyVerdict {
  return { is: 'other', hint: `a PROXY header whose ${what} cannot be read` };
}

function describe(received: Buffer): string {
  const text = received.toString('latin1', 0, 4);
  if (text.startsWith('AMQP')) return 'AMQP without the PROXY header that proxy_protocol asks for';
  if (received[0] === 0x16) return 'TLS without the PROXY header that proxy_protocol asks for';
  return 'no PROXY header, which proxy_protocol asks for';
}
