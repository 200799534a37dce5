/** The OpenAPI document of a table of routes (https://spec.openapis.org/oas/v3.1.0). */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { JsonObject } from '../plugin-api.ts';
import { queryParameters } from './openapi-parameters.ts';
import type { Route } from './route.ts';

export function openApiOf(routes: readonly Route[], version: string, pathPrefix: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const operations = (paths[`/api${route.path}`] ??= {});
    operations[route.method] = operationOf(route);
  }
  const tags = new Set(routes.map(({ path }) => groupOf(path)));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Leveret management API',
      version,
      description: "RabbitMQ's management HTTP API, as far as Leveret has it.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: pathPrefix === '' ? '/' : pathPrefix }],
    tags: [...tags].map((name) => ({ name })),
    components: {
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: { Refusal: REFUSAL },
    },
    paths,
  };
}

const REFUSAL = {
  type: 'object',
  required: ['error', 'reason'],
  properties: { error: { type: 'string' }, reason: { type: 'string' } },
} as const;

/** The first part of a path. */
function groupOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function operationOf(route: Route): object {
  const { method, path, summary, tag, body, isRaw = false } = route;
  return {
    summary,
    tags: [groupOf(path)],
    operationId: operationId(method, path),
    parameters: [...pathParameters(path), ...queryParameters(route)],
    ...(tag === null
      ? { security: [] }
      : { security: [{ basic: [] }, { bearer: [] }], description: `Needs the tag ${tag}.` }),
    ...(body === undefined
      ? {}
      : {
          requestBody: { content: { 'application/json': isRaw ? {} : { schema: schemaOf(body) } } },
        }),
    responses: responsesOf(route),
  };
}

/** `getQueuesVhostName` for `GET /queues/{vhost}/{name}`. */
function operationId(method: string, path: string): string {
  const words = path.split(/\W+/u).filter((word) => word !== '');
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: 'percent-encoded: the virtual host `/` is `%2F`',
    schema: { type: 'string' },
  }));
}

/** Statuses of success, where a route does not say them. */
const STATUSES: Readonly<Record<Route['method'], readonly number[]>> = {
  get: [200],
  put: [201, 204],
  post: [204],
  delete: [204],
};

const MEANINGS: Readonly<Record<number, string>> = {
  200: 'What was asked for',
  201: 'Created',
  204: 'Done; for what is put: it was there before',
  304: 'As the client has it already',
  400: 'Something in the request is wrong: the reason names it',
  401: 'No such user, or not one who may do this',
  404: 'It is not there',
  405: 'Not changed here',
  412: 'Protected',
  503: 'Not well: the reason says why',
};

function responsesOf(route: Route): object {
  const { method, path, tag, body, statuses = STATUSES[method] } = route;
  const refusals = [
    ...(body !== undefined || route.query !== undefined || path.includes('{') ? [400] : []),
    ...(tag === null && method === 'get' ? [] : [401]),
    ...(path.includes('{') ? [404] : []),
    ...(path.startsWith('/operator-policies') && method !== 'get' ? [405] : []),
    ...(path === '/vhosts/{vhost}' && method === 'delete' ? [412] : []),
    ...(path.startsWith('/health/checks/') ? [503] : []),
  ];
  const refusal = { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } };
  return Object.fromEntries([
    ...statuses.map((status) => [
      status,
      {
        description: MEANINGS[status] ?? '',
        ...(status === 200 ? { content: { [contentType(path)]: {} } } : {}),
      },
    ]),
    ...refusals.map((status) => [
      status,
      { description: MEANINGS[status] ?? '', content: status === 503 ? JSON_CONTENT : refusal },
    ]),
  ]) as object;
}

const JSON_CONTENT = { 'application/json': {} };

function contentType(path: string): string {
  if (path === '/index.html') return 'text/html';
  return path === '/version' ? 'text/plain' : 'application/json';
}

/** What JSON Schema cannot say of a schema is left out of it. */
function schemaOf(body: NonNullable<Route['body']>): JsonObject {
  const { $schema: _, ...schema } = toJsonSchema(body, {
    errorMode: 'ignore',
    typeMode: 'input',
  }) as unknown as JsonObject;
  return schema;
}
