/** The OpenAPI document of a table of routes. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { JsonObject } from '../plugin-api.ts';
import type { Route } from './route.ts';

export function openApiOf(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const operations = (paths[`/api${route.path}`] ??= {});
    operations[route.method] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Leveret management API',
      version,
      description: "RabbitMQ's management HTTP API, as far as Leveret has it.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' } } },
    paths,
  };
}

function operationOf({ method, path, summary, tag, body, isRaw = false }: Route): object {
  const parameters = [...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    summary,
    tags: [path.split('/')[1] ?? ''],
    operationId: `${method}${path.replaceAll(/[^\w]+(\w)/gu, (_, letter: string) => letter.toUpperCase()).replaceAll(/\W/gu, '')}`,
    parameters,
    ...(tag === null ? {} : { security: [{ basic: [] }], description: `Needs the tag ${tag}.` }),
    ...(body === undefined
      ? {}
      : {
          requestBody: { content: { 'application/json': isRaw ? {} : { schema: schemaOf(body) } } },
        }),
    responses: { default: { description: 'As in the API of RabbitMQ' } },
  };
}

/** What JSON Schema cannot say of a schema is left out of it. */
function schemaOf(body: NonNullable<Route['body']>): JsonObject {
  return toJsonSchema(body, { errorMode: 'ignore', typeMode: 'input' }) as unknown as JsonObject;
}
