// PROXY headers as load balancers send them.
import { isIPv4 } from 'node:net';

export interface ProxyHeaderOptions {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly command?: number;
  readonly family?: number;
  /** What follows the addresses. */
  readonly extra?: Buffer;
}

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n');

/** Version 2. */
export function proxyHeaderV2(options: ProxyHeaderOptions): Buffer {
  const { remoteAddress, remotePort, localAddress, localPort, extra = Buffer.alloc(0) } = options;
  const { command = 0x21, family = isIPv4(remoteAddress) ? 0x11 : 0x21 } = options;
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(remotePort, 0);
  ports.writeUInt16BE(localPort, 2);
  const addresses = [remoteAddress, localAddress].map(octetsOf);
  const payload = Buffer.concat([...addresses, ports, extra]);
  const fixed = Buffer.from([command, family, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([SIGNATURE, fixed, payload]);
}

/** Version 1. */
export function proxyHeaderV1(options: ProxyHeaderOptions): Buffer {
  const { remoteAddress, remotePort, localAddress, localPort } = options;
  const family = isIPv4(remoteAddress) ? 'TCP4' : 'TCP6';
  return Buffer.from(
    `PROXY ${family} ${remoteAddress} ${localAddress} ${remotePort} ${localPort}\r\n`,
  );
}

function octetsOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [before = [], after = []] = text
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
