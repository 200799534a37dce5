/** How to log in: what web pages ask for first, and hashes of passwords. */
import type { PluginContext } from '../../plugin-api.ts';
import { NO_CONTENT, notAuthorised, notFound, ok, type Answer, type Route } from '../route.ts';

export function authRoutes(context: PluginContext): readonly Route[] {
  const { access, about } = context;
  return [
    {
      method: 'get',
      path: '/auth',
      summary: 'Whether web pages log in with OAuth 2',
      tag: null,
      handle: () => ok({ oauth_enabled: false }),
    },
    {
      method: 'get',
      path: '/version',
      summary: 'The version of the broker',
      tag: 'management',
      handle: () => ok(about.version),
    },
    {
      method: 'get',
      path: '/auth/hash_password/{password}',
      summary: 'The hash of a password, for definitions',
      tag: 'administrator',
      async handle({ params: { password = '' } }) {
        const { passwordHash } = await access.users.hashPassword(password);
        return ok({ ok: passwordHash });
      },
    },
    ...attemptRoutes(context),
    {
      method: 'post',
      path: '/login',
      summary: 'Log in from a web page: use HTTP Basic',
      tag: null,
      handle() {
        throw notAuthorised('Use HTTP Basic');
      },
    },
  ];
}

function attemptRoutes({ access, about }: PluginContext): readonly Route[] {
  const route = (
    method: 'get' | 'delete',
    path: string,
    summary: string,
    act: () => Answer,
  ): Route => ({
    method,
    path: `/auth/attempts/{node}${path}`,
    summary,
    tag: 'monitoring',
    handle({ params: { node } }) {
      if (node !== about.nodeName) throw notFound();
      return act();
    },
  });
  const attempts = (): Answer =>
    ok(
      [...access.attemptsByProtocol].map(([protocol, { succeeded, failed }]) => ({
        protocol,
        auth_attempts: succeeded + failed,
        auth_attempts_succeeded: succeeded,
        auth_attempts_failed: failed,
      })),
    );
  const forget = (): Answer => {
    access.attemptsByProtocol.clear();
    return NO_CONTENT;
  };
  return [
    route('get', '', 'Logins that were tried', attempts),
    route('delete', '', 'Count logins anew', forget),
    route('get', '/source', 'The same by peer, which is not counted', () => ok([])),
    route('delete', '/source', 'Count logins anew', forget),
  ];
}
