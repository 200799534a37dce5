/** What browsers find beside the API: the list of its routes, where to get the command-line tool, and ways to them. */
import type { HttpRoutes } from '../plugin-api.ts';
import type { Route } from './route.ts';
import { respond, type ServerOptions } from './server.ts';

const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** The paths that RabbitMQ leads to the list of routes, and to the tool. */
const WAYS: Readonly<Record<string, string>> = {
  '/': '/api/index.html',
  '/api': '/api/index.html',
  '/mgmt': '/api/index.html',
  '/stats': '/api/index.html',
  '/doc/stats.html': '/api/index.html',
  '/cli': '/cli/index.html',
};

export function servePages(
  app: HttpRoutes,
  { context, rules }: Omit<ServerOptions, 'accessLog'>,
): void {
  const { pathPrefix } = context.settings;
  const lead = (from: string, to: string): void => {
    app.get(from, (c) => respond(c, { status: 301, headers: { location: to } }, rules));
  };
  for (const [from, to] of Object.entries(WAYS)) {
    // The prefix alone is the same as with a slash behind it.
    lead(
      from === '/' && pathPrefix !== '' ? pathPrefix : `${pathPrefix}${from}`,
      `${pathPrefix}${to}`,
    );
  }
  if (pathPrefix !== '') lead('/', `${pathPrefix}/`);
  const tool = toolPage();
  app.get(`${pathPrefix}/cli/index.html`, (c) =>
    respond(c, { status: 200, body: tool, headers: HTML }, rules),
  );
  const missing = { error: 'Object Not Found', reason: 'Not Found' };
  app.notFound((c) => respond(c, { status: 404, body: missing }, rules));
}

/** The list of routes: a page for people. */
export function referencePage(routes: readonly Route[], pathPrefix: string): string {
  const rows = routes.map(
    ({ method, path, summary, tag }) =>
      `<tr><td>${method.toUpperCase()}</td><td><code>${escape(`${pathPrefix}/api${path}`)}</code></td>` +
      `<td>${escape(summary)}</td><td>${tag ?? 'anybody'}</td></tr>`,
  );
  return page(
    'Management API',
    `<p>Paths, fields and statuses are those of RabbitMQ. <a href="openapi.json">openapi.json</a> describes them for
programs.</p>
<table><thead><tr><th>Method</th><th>Path</th><th>What it does</th><th>Tag</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table>`,
  );
}

function toolPage(): string {
  return page(
    'Command line',
    `<p><code>leveret</code> has commands that use the management API. RabbitMQ's <code>rabbitmqadmin</code> works, too:
<a href="https://github.com/rabbitmq/rabbitmqadmin-ng/releases">version 2</a>, or the script of versions before.</p>`,
  );
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1>
${content}
</body></html>
`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
