/**
 * What a route of the management API is: a row of a table that says who may use it, what its body must be, and what it
 * answers. The framework is server.ts' business; openapi.ts makes the document of these rows.
 */
import type { GenericSchema, InferOutput } from 'valibot';
import type { AuthenticatedUser, Eventually, Peer } from '../plugin-api.ts';

export type Tag = 'management' | 'policymaker' | 'monitoring' | 'administrator';

/** Which tags of users let them do what a tag is for. */
const INCLUDING: Readonly<Record<Tag, readonly Tag[]>> = {
  management: ['management', 'policymaker', 'monitoring', 'administrator'],
  policymaker: ['policymaker', 'administrator'],
  monitoring: ['monitoring', 'administrator'],
  administrator: ['administrator'],
};

/** What users without a tag are told. */
const LACKING: Readonly<Record<Tag, string>> = {
  management: 'Not management user',
  policymaker: 'User not authorised to access object',
  monitoring: 'Not monitor user',
  administrator: 'Not administrator user',
};

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
  readonly status: 200 | 201 | 204 | 301 | 304 | 400 | 401 | 404 | 405 | 412 | 500 | 503;
  /** Sent as JSON, unless it is text; undefined for none. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `list`: pages, filters, sorting, columns. `object`: columns. */
export type QuerySet = 'list' | 'object';

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
  /** Parameters after the question mark, for the document: a shared set, or names with what they mean. */
  readonly query?: QuerySet | Readonly<Record<string, string>>;
  /** Statuses of success, where they are not those of the method. */
  readonly statuses?: readonly number[];
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

/** RabbitMQ's answer where something is to be done with what is not there. */
export function missing(what: string): Refusal {
  return new Refusal(404, 'not_found', what);
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
  return INCLUDING[tag].some((including) => user.tags.includes(including));
}

/** @throws Refusal */
export function requireTag(user: AuthenticatedUser, tag: Tag): void {
  if (!hasTag(user, 'management')) throw notAuthorised(LACKING.management);
  if (!hasTag(user, tag)) throw notAuthorised(LACKING[tag]);
}
