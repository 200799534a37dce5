// An HTTP server that says who may do what, as RabbitMQ's rabbitmq_auth_backend_http asks for it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import type { HttpBackEndOptions } from '../../src/access/http/http-back-end.ts';
import type { CertificateFilePaths } from './certificates.ts';

/** What was asked. */
export interface AuthQuestion {
  readonly method: string;
  /** `user`, `vhost`, `resource` or `topic`. */
  readonly about: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The body of an answer with 200; or the answer is given by hand, or not at all. */
type Decide = (question: AuthQuestion, response: ServerResponse) => string | null;

export interface AuthServer extends AsyncDisposable {
  readonly questions: AuthQuestion[];
  /** How many connections were made. */
  readonly connectionCount: () => number;
  /** Its URLs, as the back end wants them. */
  readonly paths: HttpBackEndOptions;
  readonly about: (what: string) => readonly AuthQuestion[];
}

export interface AuthServerOptions {
  readonly tls?: CertificateFilePaths & { readonly caFile?: string };
  /** The host in URLs. */
  readonly host?: string;
}

export async function startAuthServer(
  decide: Decide,
  { tls, host = '127.0.0.1' }: AuthServerOptions = {},
): Promise<AuthServer> {
  const questions: AuthQuestion[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    void readQuestion(request).then((question) => {
      questions.push(question);
      const answer = decide(question, response);
      if (answer !== null) response.end(answer);
    });
  };
  const server = tls === undefined ? createServer(handle) : createTlsServer(tlsOf(tls), handle);
  let connectionCount = 0;
  server.on('connection', () => {
    connectionCount++;
  });
  const port = await listening(server);
  const base = `${tls === undefined ? 'http' : 'https'}://${host}:${port}/auth`;
  return {
    questions,
    connectionCount: () => connectionCount,
    about: (what) => questions.filter(({ about }) => about === what),
    paths: {
      userPath: `${base}/user`,
      vhostPath: `${base}/vhost`,
      resourcePath: `${base}/resource`,
      topicPath: `${base}/topic`,
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function tlsOf({ certFile, keyFile, caFile }: NonNullable<AuthServerOptions['tls']>): object {
  const common = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  return caFile === undefined
    ? common
    : { ...common, ca: readFileSync(caFile), requestCert: true, rejectUnauthorized: true };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function readQuestion(request: IncomingMessage): Promise<AuthQuestion> {
  const { method = '', url = '' } = request;
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const form =
    method === 'POST' ? new URLSearchParams(Buffer.concat(chunks).toString()) : searchParams;
  return { method, about: pathname.split('/').at(-1) ?? '', parameters: Object.fromEntries(form) };
}
