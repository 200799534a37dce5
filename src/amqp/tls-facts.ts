/** What both sides of a TLS connection have agreed on. */
import type { TLSSocket } from 'node:tls';
import type { TlsFacts } from './transport.ts';

export function tlsFacts(socket: TLSSocket): TlsFacts {
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    peerCertificate: socket.getPeerX509Certificate() ?? null,
  };
}
