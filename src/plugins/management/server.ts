/** Serves a table of routes: login, tags, bodies, errors, and the headers that browsers ask for. */
import type { Context } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { getDotPath, safeParse } from 'valibot';
import {
  AccessError,
  BrokerError,
  ParameterError,
  VirtualHostError,
  type AuthenticatedUser,
  type HttpRoutes,
  type Peer,
  type PluginContext,
} from '../plugin-api.ts';
import { corsHeaders, isForeign, type CorsRules } from './cross-site.ts';
import { logIn } from './login.ts';
import { badRequest, hasTag, notAuthorised, Refusal, type Answer, type Route } from './route.ts';

type HttpContext = Context<{ Bindings: HttpBindings }>;

/** Of a body, in octets: definitions of large brokers are the largest. */
const BODY_OCTETS_MAX = 64 * 1024 * 1024;

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': "script-src 'self'; object-src 'self'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  vary: 'accept, accept-encoding, origin',
} as const;

const UNAUTHENTICATED: Answer = {
  status: 401,
  body: { error: 'not_authorized', reason: 'Not_Authorized' },
  headers: { 'www-authenticate': 'Basic realm="RabbitMQ Management"' },
};

export interface ServerOptions {
  readonly context: PluginContext;
  /** In front of `/api`; empty for none. */
  readonly pathPrefix: string;
  readonly cors: CorsRules;
}

export function serve(app: HttpRoutes, routes: readonly Route[], options: ServerOptions): void {
  const { pathPrefix } = options;
  const answering = (answer: (c: HttpContext) => Answer | Promise<Answer>) => {
    return async (c: HttpContext): Promise<Response> => respond(c, await answer(c), options);
  };
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const path = `${pathPrefix}/api${route.path}`.replaceAll(/\{(\w+)\}/gu, ':$1');
    const method = route.method.toUpperCase();
    methods.set(path, [...(methods.get(path) ?? []), method]);
    app.on(
      method,
      path,
      answering(async (c) => run(c, route, options)),
    );
  }
  for (const [path, allowed] of methods) {
    app.options(
      path,
      answering(() => optionsOf(allowed)),
    );
    app.all(
      path,
      answering(() => ({ ...optionsOf(allowed), status: 405 })),
    );
  }
  const missing = { error: 'Object Not Found', reason: 'Not Found' };
  app.all(
    `${pathPrefix}/api/*`,
    answering(() => ({ status: 404, body: missing })),
  );
}

/** Which methods a path has. */
function optionsOf(allowed: readonly string[]): Answer {
  const methods = [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
  return { status: 204, headers: { allow: methods.join(', ') } };
}

async function run(
  c: HttpContext,
  route: Route,
  { context, cors }: ServerOptions,
): Promise<Answer> {
  try {
    if (isForeign(route.method, (name) => c.req.header(name) ?? null, cors)) {
      throw notAuthorised('Cross-site requests are refused');
    }
    const peer = peerOf(c);
    const user = await userOf(c, route, context, peer);
    if (user === null) return UNAUTHENTICATED;
    return await route.handle({
      params: c.req.param(),
      query: new URL(c.req.url).searchParams,
      body: await bodyOf(c, route),
      user,
      peer,
      header: (name) => c.req.header(name) ?? null,
    });
  } catch (error) {
    return answerTo(error, context);
  }
}

const NOBODY: AuthenticatedUser = { name: '', tags: [], authorizers: [] };

/** @throws Refusal for a user without the tag */
async function userOf(
  c: HttpContext,
  { tag }: Route,
  context: PluginContext,
  peer: Peer,
): Promise<AuthenticatedUser | null> {
  if (tag === null) return NOBODY;
  const user = await logIn(context, c.req.header('authorization') ?? null, peer);
  if (user === null) return null;
  if (!hasTag(user, 'management')) throw notAuthorised('Not management user');
  if (!hasTag(user, tag)) throw notAuthorised(`Not ${tag} user`);
  return user;
}

function peerOf(c: HttpContext): Peer {
  const { socket } = c.env.incoming;
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/u, '');
  return {
    address,
    isLoopback: address.startsWith('127.') || address === '::1',
    isTls: 'encrypted' in socket,
    certificate: null,
  };
}

async function bodyOf(c: HttpContext, { body, isRaw = false }: Route): Promise<unknown> {
  if (body === undefined) return undefined;
  return isRaw ? readOctets(c) : readBody(c, body);
}

/** An empty body is an empty object. @throws Refusal that names the field */
async function readBody(c: HttpContext, schema: NonNullable<Route['body']>): Promise<unknown> {
  const octets = await readOctets(c);
  let json: unknown = {};
  try {
    if (octets.length > 0) json = JSON.parse(octets.toString());
  } catch {
    throw new Refusal(400, 'json', 'Not valid JSON');
  }
  const result = safeParse(schema, json);
  if (result.success) return result.output;
  const missing = result.issues.filter(({ received }) => received === 'undefined');
  if (missing.length > 0) {
    // As RabbitMQ tells it.
    const keys = missing.map((issue) => `{key_missing,${getDotPath(issue) ?? ''}}`);
    throw badRequest(`[${keys.join(',')}]`);
  }
  const [issue] = result.issues;
  const field = getDotPath(issue);
  throw badRequest(field === null ? issue.message : `${field}: ${issue.message}`);
}

async function readOctets(c: HttpContext): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of c.env.incoming) {
    pieces.push(piece as Buffer);
    length += (piece as Buffer).length;
    if (length > BODY_OCTETS_MAX) {
      throw badRequest(`the body is larger than ${BODY_OCTETS_MAX} octets`);
    }
  }
  return Buffer.concat(pieces);
}

/** Errors of the broker as RabbitMQ's API answers them. */
function answerTo(error: unknown, { runtime }: PluginContext): Answer {
  if (error instanceof Refusal) return error.answer;
  if (error instanceof BrokerError) return answerToBroker(error);
  if (error instanceof ParameterError || error instanceof AccessError) {
    return badRequest(error.message).answer;
  }
  if (error instanceof VirtualHostError) {
    if (error.reason === 'protected') {
      return new Refusal(412, 'precondition_failed', error.message).answer;
    }
    return badRequest(error.message).answer;
  }
  runtime.log.error('internal error', { error });
  return new Refusal(500, 'Internal Server Error', 'Internal server error').answer;
}

function answerToBroker({ reply, message }: BrokerError): Answer {
  if (reply === 'NOT_FOUND') return new Refusal(404, 'Object Not Found', 'Not Found').answer;
  if (reply === 'ACCESS_REFUSED' || reply === 'NOT_ALLOWED') {
    return notAuthorised('Access refused.').answer;
  }
  return badRequest(message).answer;
}

function respond(
  c: HttpContext,
  { status, body, headers }: Answer,
  { cors }: ServerOptions,
): Response {
  const ofOrigin = corsHeaders((name) => c.req.header(name) ?? null, cors);
  for (const [name, value] of Object.entries({ ...HEADERS, ...ofOrigin, ...headers })) {
    c.header(name, value);
  }
  if (body === undefined) return c.body(null, status);
  if (typeof body === 'string') return c.text(body, status as 200);
  return c.json(body as object, status as 200);
}
