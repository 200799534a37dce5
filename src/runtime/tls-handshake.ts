// What can go wrong in a handshake of TLS, in words that help who reads the log, and whose certificate is believed.
import type { TLSSocket } from 'node:tls';
import type { TlsSettings } from './tls-identity.ts';

/** By the codes of Node and OpenSSL. */
const HINTS: Readonly<Record<string, string>> = {
  ERR_TLS_HANDSHAKE_TIMEOUT: 'the client did not complete it in time',
  ERR_SSL_HTTP_REQUEST: 'the client sent an HTTP request without TLS',
  ERR_SSL_WRONG_VERSION_NUMBER:
    'the client does not speak TLS: its address may be amqp: or http: instead of amqps: or https:',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the client offers no version of TLS that is allowed here',
  ERR_SSL_NO_SHARED_CIPHER: 'the client offers no cipher suite that is allowed here',
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM:
    'the client offers no signature that the certificate of this broker can make',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    'the client shows no certificate, which fail_if_no_peer_cert asks for',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA:
    'the client does not know the authority that issued the certificate of this broker',
  'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN': 'the client refuses the certificate of this broker',
};

/** How many octets of what OpenSSL says are told where it is nothing of the above. */
const REASON_LENGTH_MAX = 200;

export interface HandshakeProblem {
  readonly text: string;
  /** Nobody has done anything wrong: ports are looked at by load balancers and scanners. */
  readonly isHarmless: boolean;
}

/** @param socket of the client, as it was left */
export function handshakeProblem(
  error: NodeJS.ErrnoException & { readonly reason?: string },
  socket: TLSSocket,
): HandshakeProblem {
  // Node gives up on a certificate by ending the connection.
  const refusal = asCode(socket.authorizationError);
  if (refusal !== '') return { text: refusedCertificate(refusal), isHarmless: false };
  const { code = '', reason = error.message } = error;
  if (['ECONNRESET', 'EPIPE'].includes(code)) {
    return { text: 'the client closed the connection', isHarmless: true };
  }
  return { text: HINTS[code] ?? reason.trim().slice(0, REASON_LENGTH_MAX), isHarmless: false };
}

/** What went wrong with TLS on an open connection; null where it is something else. With TLS 1.3 clients refuse a certificate so late. */
export function tlsProblem(error: NodeJS.ErrnoException, socket: TLSSocket): string | null {
  return error.code?.startsWith('ERR_SSL') === true ? handshakeProblem(error, socket).text : null;
}

/** Why the certificate of a client is not to be believed; null where it is, or where none is asked for or shown. */
export function certificateProblem(socket: TLSSocket, settings: TlsSettings): string | null {
  if (!settings.verifyPeer || socket.getPeerX509Certificate() === undefined) return null;
  return socket.authorized ? null : refusedCertificate(asCode(socket.authorizationError));
}

function refusedCertificate(reason: string): string {
  return `the client's certificate is refused: ${reason}`;
}

/** The code of OpenSSL, such as CERT_HAS_EXPIRED. */
function asCode(error: Error | string | null | undefined): string {
  if (error instanceof Error) return error.message;
  return error ?? '';
}
