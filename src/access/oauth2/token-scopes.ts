/** The scopes of a token that are for one resource server, wherever in the token they stand, without their prefix. */
import { scopesOfDetails } from './rich-authorization.ts';
import type { ResourceServer } from './resource-server.ts';
import { TokenRefused } from './token-refused.ts';

/** What a token says, by name. */
export type Claims = Readonly<Record<string, unknown>>;

/** As in RabbitMQ. */
const SCOPES_MAX = 2048;
/** Where Keycloak puts the scopes of a requesting party token. */
const REQUESTING_PARTY = ['authorization', 'permissions', 'scopes'];

/** @throws TokenRefused when there are too many */
export function scopesOf(claims: Claims, server: ResourceServer): readonly string[] {
  const paths = [['scope'], REQUESTING_PARTY, ...server.additionalScopes];
  const found = paths.flatMap((path) => [...valuesAt(claims, path)].flatMap(readScopes(server)));
  const { scopeAliases, scopePrefix } = server;
  const all = found.flatMap((scope) => [scope, ...(own(scopeAliases, scope) ?? [])]);
  const scopes = new Set([
    ...all
      .filter((scope) => scope.startsWith(scopePrefix))
      .map((scope) => scope.slice(scopePrefix.length)),
    ...scopesOfDetails(claims['authorization_details'], server),
  ]);
  if (scopes.size > SCOPES_MAX) throw new TokenRefused(`it has more than ${SCOPES_MAX} scopes`);
  return [...scopes];
}

/** What a path of keys leads to; of lists on the way, each element is looked into. */
function* valuesAt(value: unknown, path: readonly string[]): Generator {
  const [key, ...rest] = path;
  if (key === undefined) {
    yield value;
    return;
  }
  for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
    if (typeof item !== 'object' || item === null) continue;
    const next = own(item as Claims, key);
    if (next !== undefined) yield* valuesAt(next, rest);
  }
}

/** Scopes may be a list, words with spaces between them, or either under the resource server's id, which is their prefix then. */
function readScopes({ id }: ResourceServer): (value: unknown) => readonly string[] {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return words(value);
    return words(own(value as Claims, id)).map((scope) => `${id}.${scope}`);
  };
}

function words(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  if (!Array.isArray(value)) return [];
  return value.filter((item: unknown) => typeof item === 'string');
}

/** Not what every object has, such as `constructor`. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
