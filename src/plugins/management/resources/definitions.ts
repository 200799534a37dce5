/** Definitions: `/definitions`, and `/all-configuration` as it was called once. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { DefinitionsError, type PluginContext } from '../../plugin-api.ts';
import { uploadedFile } from '../uploaded-file.ts';
import { badRequest, NO_CONTENT, type Answer, type Request, type Route } from '../route.ts';
import { virtualHostToChange } from '../virtual-host-of.ts';

const PATHS = ['/definitions', '/all-configuration'] as const;

export function definitionRoutes(context: PluginContext): readonly Route[] {
  return PATHS.flatMap((path) => [
    exportRoute(path, 'Definitions of the whole broker', (request) =>
      answer(context.definitions.export(), request),
    ),
    importRoute(path, 'Import definitions for the whole broker', async (request) =>
      importInto(context, request, null),
    ),
    exportRoute(`${path}/{vhost}`, 'Definitions of a virtual host', (request) => {
      const { vhost = '' } = request.params;
      if (context.broker.findVirtualHost(vhost) === null) throw badRequest('vhost_not_found');
      return answer(context.definitions.export(vhost), request);
    }),
    importRoute(`${path}/{vhost}`, 'Import definitions for a virtual host', async (request) => {
      const { name } = await virtualHostToChange(context, request);
      return importInto(context, request, name);
    }),
  ]);
}

function exportRoute(path: string, summary: string, handle: Route['handle']): Route {
  const query = { download: 'a browser saves the answer as a file of this name' };
  return {
    method: 'get',
    path,
    summary,
    tag: 'administrator',
    query,
    statuses: [200, 304],
    handle,
  };
}

function importRoute(path: string, summary: string, handle: Route['handle']): Route {
  const body = v.instance(Uint8Array);
  return { method: 'post', path, summary, tag: 'administrator', body, isRaw: true, handle };
}

/** With `download` the browser saves it as a file of that name; who has it already is told so (RFC 9110, 13.1.2). */
function answer(definitions: object, request: Request): Answer {
  const text = JSON.stringify(definitions);
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  if (request.header('if-none-match') === etag) return { status: 304, headers: { etag } };
  const name = request.query.get('download') ?? '';
  const file = name.replaceAll(/[^\w.@-]/gu, '_');
  return {
    status: 200,
    body: text,
    headers: {
      etag,
      'content-type': 'application/json',
      ...(name === '' ? {} : { 'content-disposition': `attachment; filename="${file}"` }),
    },
  };
}

async function importInto(
  { definitions, runtime }: PluginContext,
  request: Request,
  vhost: string | null,
): Promise<Answer> {
  const octets = uploadedFile(request.body as Buffer, request.header('content-type'));
  try {
    const { skipped } = await definitions.import(octets, vhost);
    if (skipped.length > 0) {
      runtime.log.warn('definitions that mean nothing here', { skipped: skipped.join(', ') });
    }
    return NO_CONTENT;
  } catch (error) {
    throw error instanceof DefinitionsError ? badRequest(error.message) : error;
  }
}
