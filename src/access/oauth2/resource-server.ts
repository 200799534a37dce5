/** What a broker goes by in tokens. There may be several; a token's audience (`aud`) says which one it is for. */
import { BackEndError } from '../back-end-error.ts';
import type { OAuth2Options, OAuthResourceServerOptions, ScopeAliases } from './oauth2-options.ts';
import { TokenRefused } from './token-refused.ts';

export interface ResourceServer {
  readonly id: string;
  readonly type: string | null;
  readonly scopePrefix: string;
  /** Paths of keys that lead to scopes. */
  readonly additionalScopes: ReadonlyArray<readonly string[]>;
  readonly scopeAliases: ScopeAliases;
  readonly usernameClaims: readonly string[];
  readonly verifyAud: boolean;
  /** Whose tokens; null for the one without a name. */
  readonly provider: string | null;
}

const USERNAME_CLAIMS = ['sub', 'client_id'];

/** All that the settings tell of. @throws BackEndError when there is none */
export function resourceServersOf(options: OAuth2Options): readonly ResourceServer[] {
  const { resourceServerId: rootId = null, resourceServers = [] } = options;
  // The root's own scope prefix counts for all that have none, its default does not.
  const others = resourceServers
    .filter(({ id }) => id !== rootId)
    .map((server) => resourceServer(server, options));
  const root = rootId === null || rootId === '' ? [] : [resourceServer({ id: rootId }, options)];
  const servers = [...root, ...others];
  if (servers.length > 0) return servers;
  throw new BackEndError(
    'auth_backends: oauth2 needs auth_oauth2.resource_server_id, which tokens name as their audience (aud)',
  );
}

function resourceServer(own: OAuthResourceServerOptions, root: OAuth2Options): ResourceServer {
  const { id, scopeAliases = {}, preferredUsernameClaims = [] } = own;
  const aliases = isEmpty(scopeAliases) ? (root.scopeAliases ?? {}) : scopeAliases;
  const claims =
    preferredUsernameClaims.length > 0
      ? preferredUsernameClaims
      : (root.preferredUsernameClaims ?? []);
  const paths = own.additionalScopesKey ?? root.additionalScopesKey ?? '';
  return {
    id,
    type: own.type ?? root.resourceServerType ?? null,
    scopePrefix: own.scopePrefix ?? root.scopePrefix ?? `${id}.`,
    additionalScopes: words(paths).flatMap(keysOf),
    scopeAliases: aliases,
    usernameClaims: [...claims, ...USERNAME_CLAIMS],
    verifyAud: own.verifyAud ?? root.verifyAud ?? true,
    provider: own.provider ?? root.defaultProvider ?? null,
  };
}

/**
 * The one that a token is for. Where no audience fits, it is the only one that does not look at it.
 *
 * @param audience as in the token: a name, several with spaces between them, or a list
 * @throws TokenRefused
 */
export function findResourceServer<Server extends ResourceServer>(
  servers: readonly Server[],
  audience: unknown,
): Server {
  const names = new Set(typeof audience === 'string' ? words(audience) : listOf(audience));
  const [meant, ...others] = servers.filter(({ id }) => names.has(id));
  if (others.length > 0) throw new TokenRefused('it is for several resource servers (aud)');
  if (meant !== undefined) return meant;
  const [open, ...more] = servers.filter(({ verifyAud }) => !verifyAud);
  if (open !== undefined && more.length === 0) return open;
  if (open !== undefined) {
    throw new TokenRefused('it fits several resource servers that do not look at audiences (aud)');
  }
  throw new TokenRefused(
    names.size === 0 ? 'it names no audience (aud)' : 'it is meant for others (aud)',
  );
}

/** A key may have dots itself, as those do that are URLs. */
function keysOf(path: string): ReadonlyArray<readonly string[]> {
  const keys = path.split('.').filter((key) => key !== '');
  return keys.length === 1 ? [keys] : [keys, [path]];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}
