// Gets a small document over HTTP, such as the keys of an identity provider: whole, in time, and never more than it can
// sensibly be. Redirects are not followed: who configured an address trusts that one.
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestTls, type RequestOptions } from 'node:https';
import { systemTimers } from './timers.ts';
import { identityProblem } from './tls-client.ts';

/** Which servers are believed, over TLS. */
export interface ServerTrust {
  /** Certificates of authorities (PEM); null for those that Node knows. */
  readonly authorities: Buffer | null;
  /** False: whoever answers is believed. */
  readonly isVerified: boolean;
  /** The certificate has to be the host's; wildcards count. */
  readonly isHostVerified: boolean;
  /** Certificates between the server's and a trusted one; null for any number. */
  readonly depth: number | null;
}

export interface FetchOptions {
  readonly trust: ServerTrust;
  /** From the first packet to the last octet. */
  readonly timeoutMs: number;
  readonly octetsMax: number;
  /** Gives up when it fires. */
  readonly signal: AbortSignal;
}

/** Why a document cannot be had, in a few words that follow its address. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
}

/** Rejects with a FetchError. @param url of http or https */
export async function fetchDocument(url: URL, options: FetchOptions): Promise<Buffer> {
  const { timeoutMs, octetsMax } = options;
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestTls : requestPlain;
    const fail = (reason: string): void => {
      timer.cancel();
      reject(new FetchError(reason));
      request.destroy();
    };
    const request = send(url, requestOptions(options), (response) => {
      collect(response, octetsMax, fail, (octets) => {
        timer.cancel();
        resolve(octets);
      });
    });
    request.on('error', (error) => fail(reasonOf(error)));
    request.end();
    const timer = systemTimers.after(timeoutMs, () =>
      fail(`does not answer within ${timeoutMs} ms`),
    );
  });
}

function requestOptions({ trust, signal }: FetchOptions): RequestOptions {
  const { authorities, isVerified, isHostVerified, depth } = trust;
  const rule = { hostnameVerification: isHostVerified ? 'wildcard' : 'none', depth } as const;
  return {
    // No connection outlives its answer.
    agent: false,
    headers: { accept: 'application/json' },
    rejectUnauthorized: isVerified,
    ...(authorities === null ? {} : { ca: authorities }),
    checkServerIdentity: (host, certificate) => identityProblem(host, certificate, rule),
    signal,
  };
}

function collect(
  response: IncomingMessage,
  octetsMax: number,
  fail: (reason: string) => void,
  done: (octets: Buffer) => void,
): void {
  const { statusCode = 0 } = response;
  if (statusCode !== 200) return fail(`answers with status ${statusCode}`);
  const pieces: Buffer[] = [];
  let length = 0;
  response.on('data', (piece: Buffer) => {
    pieces.push(piece);
    length += piece.length;
    if (length > octetsMax) fail(`answers with more than ${octetsMax} octets`);
  });
  response.on('end', () => done(Buffer.concat(pieces)));
  response.on('error', (error) => fail(reasonOf(error)));
  response.on('close', () => {
    if (!response.complete) fail('stops in the middle of its answer');
  });
}

function reasonOf(error: Error): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  // What OpenSSL says of certificates is in the message, and what the system says mostly in the code alone.
  return error.message === '' ? `cannot be reached (${code})` : `cannot be asked: ${error.message}`;
}
