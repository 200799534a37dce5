/** The HTTP listeners of all plugins: one for each address, made when the first plugin asks for it. */
import type { Server } from 'node:http';
import type { CertificateFacts } from '../runtime/tls-identity.ts';
import type { HttpEndpoint, HttpHost, HttpRoutes, ListenerFacts } from '../plugins/plugin-api.ts';

/** How long a client may take for its request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 60_000;
/** How long a client may take for the head of its request, in milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How long a connection may be idle between requests, in milliseconds. */
const KEEP_ALIVE_MS = 65_000;

interface HttpListener {
  readonly endpoint: HttpEndpoint;
  readonly routes: HttpRoutes;
  readonly server: Server;
  ignoreCertificates: () => void;
}

export class HttpListeners implements HttpHost {
  readonly #byAddress = new Map<string, HttpListener>();

  async at(endpoint: HttpEndpoint): Promise<HttpRoutes> {
    const { host, port, name, tls } = endpoint;
    // Two that take any free port do not share it.
    const address = port === 0 ? `${name} ${tls === null}` : `${host}:${port}`;
    const known = this.#byAddress.get(address);
    if (known !== undefined) return known.routes;
    const { routes, server } = await newListener(endpoint);
    this.#byAddress.set(address, { endpoint, routes, server, ignoreCertificates: () => {} });
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
    return [...this.#byAddress.values()].flatMap(
      ({ endpoint }) => endpoint.tls?.certificates ?? [],
    );
  }

  /** Rejects when a port cannot be had (EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND). */
  async listen(): Promise<void> {
    for (const listener of this.#byAddress.values()) {
      await listening(listener.server, listener.endpoint);
      listener.ignoreCertificates = followCertificates(listener);
    }
  }

  async close(): Promise<void> {
    const closing = [...this.#byAddress.values()].map(async ({ server, ignoreCertificates }) => {
      ignoreCertificates();
      await closed(server);
    });
    await Promise.all(closing);
  }
}

/** The framework is loaded by brokers that serve HTTP only. */
async function newListener({ tls }: HttpEndpoint): Promise<{ routes: HttpRoutes; server: Server }> {
  const [{ Hono }, { getRequestListener }, http, https] = await Promise.all([
    import('hono'),
    import('@hono/node-server'),
    import('node:http'),
    import('node:https'),
  ]);
  const routes: HttpRoutes = new Hono();
  const options = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const listener = getRequestListener(routes.fetch, { overrideGlobalObjects: false });
  const onRequest = (...args: Parameters<typeof listener>): void => void listener(...args);
  const server =
    tls === null
      ? http.createServer(options, onRequest)
      : https.createServer({ ...options, ...tls.serverOptions }, onRequest);
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

function followCertificates({ endpoint: { tls }, server }: HttpListener): () => void {
  if (tls === null || !('setSecureContext' in server)) return () => {};
  const secure = server as unknown as { setSecureContext(options: object): void };
  return tls.onChange(() => secure.setSecureContext(tls.secureContextOptions));
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
