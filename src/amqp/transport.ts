/**
 * The byte stream under a connection: what is used of a socket. The listener gives a real one; a simulation gives
 * one that drops, delays and partitions.
 */
import type { X509Certificate } from 'node:crypto';
import type { Peer } from '../access/authenticator.ts';

export interface Transport {
  /** Octets accepted but not yet handed to the operating system. */
  readonly writableLength: number;
  /** False when the stream is full: `drain` follows. `done` is called when the octets may be reused. */
  write(bytes: Uint8Array, done?: () => void): boolean;
  /** Writes until `uncork` go out together. */
  cork(): void;
  uncork(): void;
  pause(): void;
  resume(): void;
  /** Sends what is pending, then ends our direction. */
  end(): void;
  /** Drops the connection at once. */
  destroy(): void;
}

/** Both ends of the stream, as they are named in logs, and what is known of the other. */
export interface Endpoints {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Null for a connection that is not encrypted. */
  readonly tls: TlsFacts | null;
}

/** What was agreed on in the handshake of TLS. */
export interface TlsFacts {
  /** `TLSv1.3`, `TLSv1.2` */
  readonly protocol: string;
  /** As OpenSSL and the standards name it. */
  readonly cipher: string;
  /** Of the client, and checked; null when it showed none. */
  readonly peerCertificate: X509Certificate | null;
}

/** RabbitMQ's name for a connection. */
export function connectionName(endpoints: Endpoints): string {
  const { remoteAddress, remotePort, localAddress, localPort } = endpoints;
  return `${remoteAddress}:${remotePort} -> ${localAddress}:${localPort}`;
}

/** An address of IPv4 as such, also where the listener speaks both. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:/, '');
}

/** From where somebody logs in. */
export function peerOf(endpoints: Endpoints): Peer {
  const address = plainAddress(endpoints.remoteAddress);
  return {
    address,
    isLoopback: address.startsWith('127.') || address === '::1',
    isTls: endpoints.tls !== null,
    certificate: endpoints.tls?.peerCertificate ?? null,
  };
}
