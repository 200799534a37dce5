/**
 * What scopes allow: `write:<virtual host>/<name>[/<routing key>]` and the like, each a pattern. `{vhost}` in one stands
 * for the virtual host that is asked about, `{claim}` for what the token says of that.
 */
import type { Access } from '../authenticator.ts';
import type { Claims } from './token-scopes.ts';
import { parseWildcard, type Wildcard } from './wildcard.ts';

interface Permission {
  readonly access: Access;
  readonly vhost: Wildcard;
  readonly name: Wildcard;
  /** Null: it allows no routing key of a topic exchange. */
  readonly routingKey: Wildcard | null;
}

/** Virtual hosts whose permissions are kept ready; then it starts anew. */
const VIRTUAL_HOSTS_MAX = 64;

export class ScopePermissions {
  readonly #claims: Claims;
  /** Those that are the same in every virtual host. */
  readonly #fixed: readonly Permission[];
  /** Scopes with variables. */
  readonly #templates: readonly string[];
  readonly #ofVirtualHosts = new Map<string, readonly Permission[]>();

  constructor(scopes: readonly string[], claims: Claims) {
    this.#claims = claims;
    this.#templates = scopes.filter((scope) => scope.includes('{'));
    this.#fixed = scopes.filter((scope) => !scope.includes('{')).flatMap(parsePermission);
  }

  vhostAccess(vhost: string): boolean {
    return this.#permissionsIn(vhost).length > 0;
  }

  resourceAccess(vhost: string, name: string, access: Access): boolean {
    return this.#permissionsIn(vhost).some(
      (one) => one.access === access && one.name.matches(name),
    );
  }

  topicAccess(vhost: string, exchange: string, routingKey: string, access: Access): boolean {
    return this.#permissionsIn(vhost).some(
      (one) =>
        one.access === access &&
        one.name.matches(exchange) &&
        one.routingKey?.matches(routingKey) === true,
    );
  }

  #permissionsIn(vhost: string): readonly Permission[] {
    const known = this.#ofVirtualHosts.get(vhost);
    if (known !== undefined) return known;
    const expanded = this.#templates.flatMap((template) => {
      const scope = expand(template, vhost, this.#claims);
      return scope === null ? [] : parsePermission(scope);
    });
    const found = [...this.#fixed, ...expanded].filter((one) => one.vhost.matches(vhost));
    if (this.#ofVirtualHosts.size >= VIRTUAL_HOSTS_MAX) this.#ofVirtualHosts.clear();
    this.#ofVirtualHosts.set(vhost, found);
    return found;
  }
}

/** None for other scopes. */
function parsePermission(scope: string): readonly Permission[] {
  const [, access, pattern = ''] = /^(configure|write|read):(.*)$/su.exec(scope) ?? [];
  const [vhost, name, routingKey, ...more] = pattern.split('/');
  if (access === undefined || vhost === undefined || name === undefined || more.length > 0) {
    return [];
  }
  return [
    {
      access: access as Access,
      vhost: parseWildcard(vhost),
      name: parseWildcard(name),
      routingKey: routingKey === undefined ? null : parseWildcard(routingKey),
    },
  ];
}

/**
 * Null where a variable is not closed. As in RabbitMQ, a value with a slash voids the scope; other characters of a value
 * stand for themselves, so that nobody gets more by choosing the name `*`.
 */
function expand(template: string, vhost: string, claims: Claims): string | null {
  const parts = template.split(/\{([^{}]*)\}/u);
  let scope = '';
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) {
      if (part.includes('{')) return null;
      scope += part;
      continue;
    }
    const value = part === 'vhost' ? vhost : claimOf(claims, part);
    if (value.includes('/')) return null;
    scope += encodeURIComponent(value).replaceAll('*', '%2A');
  }
  return scope;
}

/** A variable that the token says nothing of stands for its own name. */
function claimOf(claims: Claims, name: string): string {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === 'string' ? value : name;
}

/** Tags of users, such as `administrator`. */
export function tagsOf(scopes: readonly string[]): readonly string[] {
  return scopes
    .filter((scope) => scope.startsWith('tag:'))
    .map((scope) => scope.slice('tag:'.length))
    .filter((tag) => tag !== '');
}
