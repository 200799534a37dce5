/** Serves a table of routes: login, tags, bodies, errors, and the headers that browsers ask for. */
import type { AuthenticatedUser, HttpRoutes, Peer, PluginContext } from '../plugin-api.ts';
import type { AccessLog } from './access-log.ts';
import { corsHeaders, isForeign, type CorsRules } from './cross-site.ts';
import { answerTo } from './error-answers.ts';
import { logIn } from './login.ts';
import { bodyOf, type HttpContext } from './request-body.ts';
import {
  badRequest,
  notAuthorised,
  notFound,
  requireTag,
  type Answer,
  type Route,
} from './route.ts';
import type { ManagementContext } from './management-context.ts';

/** What holds for all routes. */
export interface ServerRules {
  readonly cors: CorsRules;
  /** Of a body, in octets. */
  readonly bodyOctetsMax: number;
  /** No names and passwords: tokens only. */
  readonly isBasicAuthDisabled: boolean;
  /** Sent with each answer, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export const DEFAULT_RULES: ServerRules = {
  cors: { allowOrigins: [], maxAge: 1800 },
  bodyOctetsMax: 20 * 1024 * 1024,
  isBasicAuthDisabled: false,
  headers: {},
};

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
  readonly context: ManagementContext;
  readonly rules: ServerRules;
  /** Null for none. */
  readonly accessLog: AccessLog | null;
}

type Answering = (c: HttpContext) => Answer | Promise<Answer>;

export function serve(app: HttpRoutes, routes: readonly Route[], options: ServerOptions): void {
  const base = `${options.context.settings.pathPrefix}/api`;
  const answering = (answer: Answering) => {
    return async (c: HttpContext): Promise<Response> => {
      const given = await guarded(c, answer, options.context);
      options.accessLog?.add(c, given.status);
      return respond(c, given, options.rules);
    };
  };
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const path = `${base}${route.path}`.replaceAll(/\{(\w+)\}/gu, ':$1');
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
  app.all(
    `${base}/*`,
    answering(() => {
      throw notFound();
    }),
  );
}

/** Which methods a path has. */
function optionsOf(allowed: readonly string[]): Answer {
  const methods = [...(allowed.includes('GET') ? ['HEAD'] : []), ...allowed, 'OPTIONS'];
  return { status: 200, headers: { allow: methods.join(', ') } };
}

/** What a route throws is answered, too. */
async function guarded(c: HttpContext, answer: Answering, context: PluginContext): Promise<Answer> {
  try {
    requireDecodable(c.req.url);
    return await answer(c);
  } catch (error) {
    return answerTo(error, context);
  }
}

/** The framework hands on what cannot be decoded as it is. @throws Refusal */
function requireDecodable(url: string): void {
  try {
    decodeURIComponent(new URL(url).pathname);
  } catch {
    throw badRequest('The path is not percent-encoded UTF-8');
  }
}

async function run(c: HttpContext, route: Route, options: ServerOptions): Promise<Answer> {
  const { cors, bodyOctetsMax } = options.rules;
  if (isForeign(route.method, (name) => c.req.header(name) ?? null, cors)) {
    throw notAuthorised('Cross-site requests are refused');
  }
  const peer = peerOf(c);
  const user = await userOf(c, route, options, peer);
  if (user === null) return UNAUTHENTICATED;
  return route.handle({
    params: c.req.param(),
    query: new URL(c.req.url).searchParams,
    body: await bodyOf(c, route, bodyOctetsMax),
    user,
    peer,
    header: (name) => c.req.header(name) ?? null,
  });
}

const NOBODY: AuthenticatedUser = { name: '', tags: [], authorizers: [] };

/** @throws Refusal for a user without the tag */
async function userOf(
  c: HttpContext,
  { tag }: Route,
  { context, rules }: ServerOptions,
  peer: Peer,
): Promise<AuthenticatedUser | null> {
  if (tag === null) return NOBODY;
  const authorization = c.req.header('authorization') ?? null;
  if (rules.isBasicAuthDisabled && !/^bearer /iu.test(authorization ?? '')) {
    throw notAuthorised('HTTP access denied: basic auth disabled');
  }
  const user = await logIn(context, authorization, peer);
  if (user === null) return null;
  requireTag(user, tag);
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

/** Sends an answer. */
export function respond(
  c: HttpContext,
  { status, body, headers }: Answer,
  rules: ServerRules,
): Response {
  const ofOrigin = corsHeaders((name) => c.req.header(name) ?? null, rules.cors);
  const all = {
    ...(typeof body === 'string' ? { 'content-type': 'text/plain; charset=utf-8' } : {}),
    ...HEADERS,
    ...rules.headers,
    ...ofOrigin,
    ...headers,
  };
  for (const [name, value] of Object.entries(all)) c.header(name, value);
  if (body === undefined) return c.body(null, status);
  if (typeof body === 'string') return c.body(body, status as 200);
  return c.json(body as object, status as 200);
}
