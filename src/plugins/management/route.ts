/**
 * What a route of the management API is: a row of a table that says who may use it, what its body must be, and what it
 * answers. The framework is server.ts' business; openapi.ts makes the document of these rows.
 */
import type { GenericSchema, InferOutput } from 'valibot';
import type { AuthenticatedUser, Eventually, Peer } from '../plugin-api.ts';

/** The tags that let a user in, each including those before it. */
export const TAGS = ['management', 'policymaker', 'monitoring', 'administrator'] as const;

export type Tag = (typeof TAGS)[number];

export interface Request<Body = unknown> {
  /** The parts of the path in braces, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** As the schema of the route gives it; undefined where it has none. */
  readonly body: Body;
  readonly user: AuthenticatedUser;
  readonly peer: Peer;
  /** A header, its name in lower case; null when it is not there. */
  header(name: string): string | null;
}

export interface Answer {
  readonly status: 200 | 201 | 204 | 304 | 400 | 401 | 404 | 405 | 412 | 500 | 503;
  /** Sent as JSON, unless it is text; undefined for none. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** Below `/api`, with parts in braces: `/queues/{vhost}/{name}`. */
  readonly path: string;
  /** One line, for the document. */
  readonly summary: string;
  /** Users need this tag, or one that includes it; null: everybody, without a login. */
  readonly tag: Tag | null;
  /** What the JSON of the body must be; left out: the body is not read. */
  readonly body?: GenericSchema;
  /** The body is given as the octets that came. */
  readonly isRaw?: boolean;
  /** Answers as the API of RabbitMQ does. What it throws is answered by server.ts. */
  handle(request: Request): Eventually<Answer>;
}

/** A route whose body has a schema: `handle` gets what the schema gives. */
export function routeWithBody<Schema extends GenericSchema>(
  route: Omit<Route, 'handle' | 'body'> & {
    readonly body: Schema;
    handle(request: Request<InferOutput<Schema>>): Eventually<Answer>;
  },
): Route {
  return route;
}

/** A request that cannot be answered as it is: the answer that says so. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: Answer['status'], error: string, reason: string) {
    super(reason);
    this.answer = { status, body: { error, reason } };
  }
}

export function badRequest(reason: string): Refusal {
  return new Refusal(400, 'bad_request', reason);
}

export function notFound(): Refusal {
  return new Refusal(404, 'Object Not Found', 'Not Found');
}

/** RabbitMQ's answer to who may not do something, too. */
export function notAuthorised(reason: string): Refusal {
  return new Refusal(401, 'not_authorised', reason);
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export const CREATED: Answer = { status: 201 };
export const NO_CONTENT: Answer = { status: 204 };

export function hasTag(user: AuthenticatedUser, tag: Tag): boolean {
  return TAGS.slice(TAGS.indexOf(tag)).some((including) => user.tags.includes(including));
}
