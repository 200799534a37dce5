/** The HTTP listeners of all plugins: one for each address, made when the first plugin asks for it. */
import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { CertificateWatch } from '../runtime/certificate-watch.ts';
import { addressOf, HandshakingClients } from '../runtime/handshaking-clients.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { renewTicketKeys } from '../runtime/session-tickets.ts';
import { certificateProblem, handshakeProblem } from '../runtime/tls-handshake.ts';
import type { CertificateFacts, TlsIdentity } from '../runtime/tls-identity.ts';
import type { HttpEndpoint, HttpHost, HttpRoutes, ListenerFacts } from '../plugins/plugin-api.ts';

/** How long a client may take for its request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 60_000;
/** How long a client may take for the head of its request, in milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How long a connection may be idle between requests, in milliseconds. */
const KEEP_ALIVE_MS = 65_000;
/** How long a client may take for the handshake of TLS, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 5000;

interface HttpListener {
  readonly endpoint: HttpEndpoint;
  readonly routes: HttpRoutes;
  readonly server: Server;
  /** Undoes what was done for TLS. */
  endTls: () => void;
}

export class HttpListeners implements HttpHost {
  readonly #byAddress = new Map<string, HttpListener>();
  readonly #runtime: Runtime;
  readonly #certificates: CertificateWatch;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#certificates = new CertificateWatch(runtime);
  }

  async at(endpoint: HttpEndpoint): Promise<HttpRoutes> {
    const { host, port, name, tls } = endpoint;
    // Two that take any free port do not share it.
    const address = port === 0 ? `${name} ${tls === null}` : `${host}:${port}`;
    const known = this.#byAddress.get(address);
    if (known !== undefined) return known.routes;
    const { routes, server } = await newListener(endpoint);
    const endTls = tls === null ? (): void => {} : this.#secure(server as HttpsServer, tls);
    this.#byAddress.set(address, { endpoint, routes, server, endTls });
    return routes;
  }

  /** Those that are listening. */
  get facts(): readonly ListenerFacts[] {
    return [...this.#byAddress.values()].flatMap(({ server, endpoint }) => {
      const address = server.address();
      if (address === null || typeof address === 'string') return [];
      const protocol = endpoint.tls === null ? endpoint.name : `${endpoint.name}/ssl`;
      return [{ protocol, address: address.address, port: address.port }];
    });
  }

  get certificates(): readonly CertificateFacts[] {
    return this.#certificates.certificates;
  }

  /** Rejects when a port cannot be had (EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND). */
  async listen(): Promise<void> {
    for (const listener of this.#byAddress.values()) {
      await listening(listener.server, listener.endpoint);
    }
  }

  /** Reads files of certificates that have changed: new connections get what is in them now. */
  refreshCertificates(): void {
    this.#certificates.refresh();
  }

  /** Tells of clients that fail in the handshake, refuses certificates, and follows changes of files. */
  #secure(server: HttpsServer, identity: TlsIdentity): () => void {
    const { log, timers } = this.#runtime;
    const clients = new HandshakingClients<string>(timers);
    server.on('connection', (socket: Socket) => clients.add(socket, addressOf(socket)));
    server.prependListener('tlsClientError', (error: Error, socket: TLSSocket) => {
      const { text, isHarmless } = handshakeProblem(error, socket);
      const peer = clients.failed(socket);
      if (!isHarmless) log.warn(`handshake of TLS failed: ${text}`, { peer });
    });
    server.prependListener('secureConnection', (socket) => {
      const peer = clients.completed(socket);
      const problem = certificateProblem(socket, identity.settings);
      if (problem === null) return;
      log.warn(problem, { peer });
      socket.destroy();
    });
    this.#certificates.add(identity);
    const ignore = identity.onChange(() => server.setSecureContext(identity.secureContextOptions));
    const ticketTimer = renewTicketKeys(server, this.#runtime);
    return () => {
      ignore();
      ticketTimer.cancel();
    };
  }

  async close(): Promise<void> {
    this.#certificates.close();
    const closing = [...this.#byAddress.values()].map(async ({ server, endTls }) => {
      endTls();
      await closed(server);
    });
    await Promise.all(closing);
  }
}

/** The framework is loaded by brokers that serve HTTP only. */
async function newListener({
  tls,
  timeouts: { requestMs = REQUEST_TIMEOUT_MS, idleMs = KEEP_ALIVE_MS } = {},
}: HttpEndpoint): Promise<{ routes: HttpRoutes; server: Server }> {
  const [{ Hono }, { getRequestListener }, http, https] = await Promise.all([
    import('hono'),
    import('@hono/node-server'),
    import('node:http'),
    import('node:https'),
  ]);
  const routes: HttpRoutes = new Hono({ strict: false });
  const options = {
    requestTimeout: requestMs,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestMs),
    keepAliveTimeout: idleMs,
  };
  const listener = getRequestListener(routes.fetch, { overrideGlobalObjects: false });
  const onRequest = (...args: Parameters<typeof listener>): void => void listener(...args);
  const server =
    tls === null
      ? http.createServer(options, onRequest)
      : https.createServer(
          { ...options, ...tls.serverOptions, handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
          onRequest,
        );
  return { routes, server };
}

async function listening(server: Server, { host, port }: HttpEndpoint): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
