/** The client of a TLS connection as its certificate tells it: what is believed of it, and what is not. */
import type { TLSSocket } from 'node:tls';
import type { TlsSettings } from '../runtime/tls-identity.ts';
import type { TlsFacts } from './transport.ts';

/** Why the certificate of a client is not to be believed; null where it is, or where none is asked for or shown. */
export function certificateProblem(socket: TLSSocket, settings: TlsSettings): string | null {
  if (!settings.verifyPeer) return null;
  if (socket.getPeerX509Certificate() === undefined || socket.authorized) return null;
  return `the client's certificate is refused: ${reasonOf(socket.authorizationError)}`;
}

/** What both sides agreed on. */
export function tlsFacts(socket: TLSSocket): TlsFacts {
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    peerCertificate: socket.getPeerX509Certificate() ?? null,
  };
}

function reasonOf(error: Error | string | null | undefined): string {
  if (error instanceof Error) return error.message;
  return error ?? 'unknown reason';
}
