// Short questions to HTTP servers, over connections that are kept. Everything about an answer is bounded: how long it may
// take, and how much it may say.
import {
  Agent as PlainAgent,
  request as plainRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { tlsClientOptions, type TlsClientSettings } from './tls-client.ts';

export interface HttpClientOptions {
  /** From the question to the end of the answer. */
  readonly requestTimeoutMs: number;
  /** To be connected, with TLS where it is asked for. */
  readonly connectionTimeoutMs: number;
  /** Octets of an answer's body. */
  readonly longestAnswer: number;
  readonly tls: Partial<TlsClientSettings>;
}

export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Connections to a server at a time; more questions wait for one of them. */
const CONNECTIONS_MAX = 64;
/** Connections that nothing is asked over. */
const IDLE_CONNECTIONS_MAX = 8;
const IDLE_MS = 15_000;
/** A kept connection may end just when it is used again; then the question is asked anew, up to so many times. */
const RETRIES_MAX = 3;

/** Why there is no answer, in a few words that follow who was asked, without anything that was asked. */
export class HttpClientError extends Error {
  override readonly name = 'HttpClientError';
}

export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #plain: PlainAgent;
  readonly #tls: TlsAgent;
  readonly #closing = new AbortController();

  /** @throws TlsFileError */
  constructor(options: HttpClientOptions) {
    this.#options = options;
    const keeping = {
      keepAlive: true,
      maxSockets: CONNECTIONS_MAX,
      maxFreeSockets: IDLE_CONNECTIONS_MAX,
      timeout: IDLE_MS,
    };
    this.#plain = new PlainAgent(keeping);
    this.#tls = new TlsAgent({ ...keeping, ...tlsClientOptions(options.tls) });
  }

  /** Ends all connections; what was asked fails. */
  close(): void {
    this.#closing.abort();
    this.#plain.destroy();
    this.#tls.destroy();
  }

  /** @throws HttpClientError when there is no complete answer in time */
  async ask(question: HttpQuestion): Promise<HttpAnswer> {
    let request: ClientRequest | null = null;
    let deadline: NodeJS.Timeout | undefined;
    // A request that is given up fails like one whose connection has ended.
    let isGivenUp = false;
    try {
      return await new Promise<HttpAnswer>((resolve, reject) => {
        const { requestTimeoutMs } = this.#options;
        deadline = setTimeout(() => {
          reject(new HttpClientError(`does not answer within ${requestTimeoutMs} ms`));
        }, requestTimeoutMs);
        const attempt = (retriesLeft: number): void => {
          const sent = this.#send(question, reject);
          request = sent;
          sent.once('response', (response) => {
            const { statusCode: status = 0 } = response;
            const text = readText(response, this.#options.longestAnswer);
            text.then((known) => resolve({ status, text: known }), reject);
          });
          sent.on('error', (error) => {
            const mayRetry = retriesLeft > 0 && sent.reusedSocket && !isGivenUp;
            if (mayRetry && wasClosed(error)) attempt(retriesLeft - 1);
            else reject(error);
          });
        };
        attempt(RETRIES_MAX);
      });
    } catch (error) {
      isGivenUp = true;
      (request as ClientRequest | null)?.destroy();
      throw asClientError(error as Error);
    } finally {
      clearTimeout(deadline);
    }
  }

  #send(
    { method, url, headers = {}, body }: HttpQuestion,
    fail: (error: Error) => void,
  ): ClientRequest {
    const isTls = url.protocol === 'https:';
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const agent = isTls ? this.#tls : this.#plain;
    const { signal } = this.#closing;
    const options = { method, agent, headers: { ...headers, ...length }, signal };
    const request = (isTls ? tlsRequest : plainRequest)(url, options);
    request.on('socket', (socket) => this.#watchConnecting(socket, isTls, fail));
    request.end(body);
    return request;
  }

  #watchConnecting(socket: Socket, isTls: boolean, fail: (error: Error) => void): void {
    if (!socket.connecting) return;
    const { connectionTimeoutMs } = this.#options;
    const timer = setTimeout(() => {
      fail(new HttpClientError(`cannot be reached within ${connectionTimeoutMs} ms`));
    }, connectionTimeoutMs);
    const stop = (): void => clearTimeout(timer);
    socket.once(isTls ? 'secureConnect' : 'connect', stop);
    socket.once('close', stop);
  }
}

async function readText(response: IncomingMessage, longest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longest) throw new HttpClientError(`answers with more than ${longest} octets`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function wasClosed(error: Error): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['ECONNRESET', 'EPIPE'].includes(code);
}

/** Messages of Node name hosts and ports, never what was asked. */
function asClientError(error: Error): HttpClientError {
  if (error instanceof HttpClientError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  // What OpenSSL says of certificates is in the message, and what the system says mostly in the code alone.
  const reason =
    error.message === '' ? `cannot be reached (${code})` : `cannot be asked: ${error.message}`;
  return new HttpClientError(reason, { cause: error });
}
