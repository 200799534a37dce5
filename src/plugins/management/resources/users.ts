/** Users: `/users`, `/whoami`. */
import * as v from 'valibot';
import type { AccessControl, PluginContext } from '../../plugin-api.ts';
import { isBase64 } from '../base64.ts';
import { listAnswer, objectAnswer } from '../lists.ts';
import { TAGS } from '../tags.ts';
import {
  badRequest,
  CREATED,
  NO_CONTENT,
  notFound,
  ok,
  routeWithBody,
  type Route,
} from '../route.ts';

type User = NonNullable<ReturnType<AccessControl['users']['find']>>;

const USER = v.object({
  password: v.optional(v.string()),
  password_hash: v.optional(v.string()),
  hashing_algorithm: v.optional(v.string()),
  tags: TAGS,
});

const BULK_DELETE = v.object({ users: v.array(v.string()) });

/** The algorithm of a hash that comes without one. */
const DEFAULT_ALGORITHM = 'rabbit_password_hashing_sha256';

export function userRoutes({ access }: PluginContext): readonly Route[] {
  const { users } = access;
  return [
    {
      method: 'get',
      path: '/whoami',
      summary: 'The user that asks',
      tag: 'management',
      handle: ({ user }) => ok({ name: user.name, tags: user.tags }),
    },
    ...severalUsers(access),
    {
      method: 'get',
      path: '/users/{name}',
      summary: 'A user',
      tag: 'administrator',
      query: 'object',
      handle: (request) => objectAnswer(shown(existing(access, request.params['name'])), request),
    },
    routeWithBody({
      method: 'put',
      path: '/users/{name}',
      summary: 'Create or change a user',
      tag: 'administrator',
      body: USER,
      async handle({ params: { name = '' }, body }) {
        const known = users.find(name);
        const hash = await hashOf(access, body);
        await users.put({ name, tags: body.tags, limits: known?.limits ?? {}, ...hash });
        return known === undefined ? CREATED : NO_CONTENT;
      },
    }),
    {
      method: 'delete',
      path: '/users/{name}',
      summary: 'Delete a user',
      tag: 'administrator',
      async handle({ params: { name = '' } }) {
        await users.delete(existing(access, name).name);
        return NO_CONTENT;
      },
    },
  ];
}

function severalUsers({ users, permissions }: AccessControl): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/users',
      summary: 'All users',
      tag: 'administrator',
      query: 'list',
      handle: (request) => listAnswer([...users].map(shown), request),
    },
    {
      method: 'get',
      path: '/users/without-permissions',
      summary: 'Users without permissions in any virtual host',
      tag: 'administrator',
      query: 'list',
      handle(request) {
        const known = new Set([...permissions].map(({ user }) => user));
        return listAnswer([...users].filter(({ name }) => !known.has(name)).map(shown), request);
      },
    },
    routeWithBody({
      method: 'post',
      path: '/users/bulk-delete',
      summary: 'Delete several users',
      tag: 'administrator',
      body: BULK_DELETE,
      async handle({ body }) {
        const missing = body.users.find((name) => users.find(name) === undefined);
        if (missing !== undefined) throw badRequest(`no_such_user: ${missing}`);
        await Promise.all(body.users.map(async (name) => users.delete(name)));
        return NO_CONTENT;
      },
    }),
  ];
}

/** @throws Refusal */
function existing({ users }: AccessControl, name: string | undefined): User {
  const user = users.find(name ?? '');
  if (user === undefined) throw notFound();
  return user;
}

/** With neither password nor hash a user can no longer log in with one, as in RabbitMQ. */
async function hashOf(
  { users }: AccessControl,
  body: v.InferOutput<typeof USER>,
): Promise<Pick<User, 'passwordHash' | 'hashingAlgorithm'>> {
  const { password, password_hash: passwordHash, hashing_algorithm: algorithm } = body;
  if (password !== undefined && passwordHash !== undefined) {
    throw badRequest('both_password_and_password_hash_are_provided');
  }
  if (password !== undefined) {
    return users.hashPassword(password);
  }
  if (!isBase64(passwordHash ?? '')) throw badRequest('password_hash: not_base64');
  const hashingAlgorithm = algorithm ?? DEFAULT_ALGORITHM;
  return { passwordHash: passwordHash ?? '', hashingAlgorithm };
}

function shown({ name, passwordHash, hashingAlgorithm, tags, limits }: User): object {
  return {
    name,
    password_hash: passwordHash,
    hashing_algorithm: hashingAlgorithm,
    tags,
    limits,
  };
}
