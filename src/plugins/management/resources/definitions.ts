/** Definitions: `/definitions`, and `/all-configuration` as it was called once. */
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
  return { method: 'get', path, summary, tag: 'administrator', query, handle };
}

function importRoute(path: string, summary: string, handle: Route['handle']): Route {
  const body = v.instance(Uint8Array);
  return { method: 'post', path, summary, tag: 'administrator', body, isRaw: true, handle };
}

/** With `download` the browser saves it as a file of that name. */
function answer(definitions: object, { query }: Request): Answer {
  const name = query.get('download');
  if (name === null || name === '') return { status: 200, body: definitions };
  const file = name.replaceAll(/[^\w.@-]/gu, '_');
  return {
    status: 200,
    body: definitions,
    headers: { 'content-disposition': `attachment; filename="${file}"` },
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
