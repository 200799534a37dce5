/** The bodies of requests: read, and checked against what a route says of them. */
import type { Context } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { getDotPath, safeParse } from 'valibot';
import { parseJson } from '../plugin-api.ts';
import { badRequest, type Route } from './route.ts';

export type HttpContext = Context<{ Bindings: HttpBindings }>;

/**
 * Undefined where the route has none.
 *
 * @param octetsMax of a body @throws Refusal
 */
export async function bodyOf(
  c: HttpContext,
  { body, isRaw = false }: Route,
  octetsMax: number,
): Promise<unknown> {
  if (body === undefined) return undefined;
  const octets = await readOctets(c, octetsMax);
  return isRaw ? octets : checked(octets, body);
}

/** What was sent may be a secret: it is not repeated. */
const WITHOUT_VALUES = {
  message: ({ expected }: { readonly expected: string | null }): string =>
    expected === null ? 'is not allowed' : `expected ${expected}`,
};

/** An empty body is an empty object. @throws Refusal that names the field */
function checked(octets: Buffer, schema: NonNullable<Route['body']>): unknown {
  const result = safeParse(schema, objectOf(octets), WITHOUT_VALUES);
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

/** Some clients send `null` where there is nothing to say. @throws Refusal, with RabbitMQ's texts */
function objectOf(octets: Buffer): object {
  let json: unknown;
  try {
    json = octets.length === 0 ? {} : parseJson(octets.toString());
  } catch {
    throw badRequest('not_json');
  }
  if (json === null) return {};
  if (typeof json === 'string') {
    throw badRequest(
      'invalid payload: the request body JSON-decoded to a string. Is the input doubly-JSON-encoded?',
    );
  }
  if (typeof json !== 'object' || Array.isArray(json)) throw badRequest('not_json');
  return json;
}

async function readOctets(c: HttpContext, octetsMax: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of c.env.incoming) {
    pieces.push(piece as Buffer);
    length += (piece as Buffer).length;
    if (length > octetsMax) throw badRequest('Exceeded HTTP request body size limit');
  }
  return Buffer.concat(pieces);
}
