/** Runtime parameters of virtual hosts, and global ones. */
import * as v from 'valibot';
import type { PluginContext } from '../../plugin-api.ts';
import { listAnswer, objectAnswer } from '../lists.ts';
import {
  CREATED,
  NO_CONTENT,
  notFound,
  routeWithBody,
  type Request,
  type Route,
} from '../route.ts';
import { openHosts, virtualHostOf, virtualHostToChange } from '../virtual-host-of.ts';

const PARAMETER = v.object({ value: v.unknown() });

export function parameterRoutes(context: PluginContext): readonly Route[] {
  const { parameters } = context.broker;
  const path = '/parameters/{component}/{vhost}/{name}';
  const named = async (request: Request): Promise<readonly [string, string, string]> => {
    const { name: vhost } = await virtualHostToChange(context, request, 'policies');
    return [request.params['component'] ?? '', vhost, request.params['name'] ?? ''];
  };
  return [
    ...parameterLists(context),
    {
      method: 'get',
      path,
      summary: 'A runtime parameter',
      tag: 'policymaker',
      query: 'object',
      async handle(request) {
        const found = parameters.find(...(await named(request)));
        if (found === null) throw notFound();
        return objectAnswer(found, request);
      },
    },
    routeWithBody({
      method: 'put',
      path,
      summary: 'Set a runtime parameter',
      tag: 'policymaker',
      body: PARAMETER,
      async handle(request) {
        const names = await named(request);
        const isThere = parameters.find(...names) !== null;
        await parameters.put(...names, request.body.value);
        return isThere ? NO_CONTENT : CREATED;
      },
    }),
    {
      method: 'delete',
      path,
      summary: 'Delete a runtime parameter',
      tag: 'policymaker',
      async handle(request) {
        const names = await named(request);
        if (parameters.find(...names) === null) throw notFound();
        await parameters.delete(...names);
        return NO_CONTENT;
      },
    },
    ...globalParameterRoutes(context),
  ];
}

function parameterLists(context: PluginContext): readonly Route[] {
  const { parameters } = context.broker;
  return [
    ...(['/parameters', '/parameters/{component}'] as const).map(
      (listPath): Route => ({
        method: 'get',
        path: listPath,
        summary: 'Runtime parameters',
        tag: 'policymaker',
        query: 'list',
        async handle(request) {
          const seen = new Set((await openHosts(context, request)).map(({ name }) => name));
          const found = parameters.list(request.params['component']);
          return listAnswer(
            found.filter(({ vhost }) => seen.has(vhost)),
            request,
          );
        },
      }),
    ),
    {
      method: 'get',
      path: '/parameters/{component}/{vhost}',
      summary: 'Runtime parameters of a component in a virtual host',
      tag: 'policymaker',
      query: 'list',
      async handle(request) {
        const { name } = await virtualHostOf(context, request, 'policies');
        return listAnswer(parameters.list(request.params['component'], name), request);
      },
    },
  ];
}

function globalParameterRoutes({ broker }: PluginContext): readonly Route[] {
  const { globalParameters } = broker;
  const path = '/global-parameters/{name}';
  return [
    {
      method: 'get',
      path: '/global-parameters',
      summary: 'Parameters of the whole broker',
      tag: 'policymaker',
      query: 'list',
      handle: (request) => listAnswer(globalParameters.list(), request),
    },
    {
      method: 'get',
      path,
      summary: 'A parameter of the whole broker',
      tag: 'policymaker',
      query: 'object',
      handle(request) {
        const found = globalParameters.find(request.params['name'] ?? '');
        if (found === null) throw notFound();
        return objectAnswer(found, request);
      },
    },
    routeWithBody({
      method: 'put',
      path,
      summary: 'Set a parameter of the whole broker',
      tag: 'policymaker',
      body: PARAMETER,
      async handle({ params: { name = '' }, body }) {
        const isThere = globalParameters.find(name) !== null;
        await globalParameters.put(name, body.value);
        return isThere ? NO_CONTENT : CREATED;
      },
    }),
    {
      method: 'delete',
      path,
      summary: 'Delete a parameter of the whole broker',
      tag: 'policymaker',
      async handle({ params: { name = '' } }) {
        if (globalParameters.find(name) === null) throw notFound();
        await globalParameters.delete(name);
        return NO_CONTENT;
      },
    },
  ];
}
