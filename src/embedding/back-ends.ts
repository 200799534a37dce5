/** The back ends that logins go through, made of their names and settings. The only place that knows all of them. */
import type { BackEnd } from '../access/authenticator.ts';
import { BackEndError } from '../access/back-end-error.ts';
import { CachingBackEnd } from '../access/cache/caching-back-end.ts';
import { HttpBackEnd } from '../access/http/http-back-end.ts';
import { LdapBackEnd } from '../access/ldap/ldap-back-end.ts';
import type { ChainLink } from '../access/login-chain.ts';
import { OAuth2BackEnd } from '../access/oauth2/oauth2-back-end.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { AccessOptions, BackEndName } from './broker-options.ts';

/** As RabbitMQ has it. */
const CACHE_TTL_MS = 15_000;

/** What back ends are made of. */
export interface BackEndParts {
  /** The settings of each are under its name. */
  readonly options: AccessOptions;
  readonly runtime: Runtime;
  /** The broker's own users. */
  readonly internal: BackEnd;
  /** Another back end, for one that asks others. The same whoever asks. @throws BackEndError */
  readonly backEnd: (name: BackEndName) => BackEnd;
}

/** @throws BackEndError for settings that it cannot work with */
type Factory = (parts: BackEndParts) => BackEnd;

const FACTORIES: Readonly<Record<BackEndName, Factory>> = {
  internal: ({ internal }) => internal,
  oauth2: ({ options, runtime }) => new OAuth2BackEnd(options.oauth2 ?? {}, runtime),
  http: ({ options, runtime }) => new HttpBackEnd(options.http ?? { userPath: null }, runtime.log),
  ldap: ({ options, runtime }) => new LdapBackEnd(options.ldap ?? { servers: [] }, runtime),
  cache: cachingBackEnd,
};

function cachingBackEnd({ options, runtime, backEnd }: BackEndParts): BackEnd {
  const { backend, ttlMs = CACHE_TTL_MS, cacheRefusals = false } = options.cache ?? {};
  const { authn, authz } = backend ?? { authn: 'internal', authz: 'internal' };
  if (authn === 'cache' || authz === 'cache') {
    throw new BackEndError('auth_cache.cached_backend: the cache cannot keep its own answers');
  }
  const { clock, random, timers } = runtime;
  const asked = { authentication: backEnd(authn), authorization: backEnd(authz) };
  return new CachingBackEnd({ ...asked, ttlMs, cacheRefusals, clock, random, timers });
}

/** The chain that `options.backEnds` asks for. @throws BackEndError */
export function loginChainOf(
  parts: Pick<BackEndParts, 'options' | 'runtime' | 'internal'>,
): readonly ChainLink[] {
  const made = new Map<BackEndName, BackEnd>();
  const backEnd = (name: BackEndName): BackEnd => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const created = FACTORIES[name]({ ...parts, backEnd });
    made.set(name, created);
    return created;
  };
  const steps = parts.options.backEnds ?? [{ authn: 'internal', authz: 'internal' }];
  return steps.map(({ authn, authz }) => ({
    authentication: backEnd(authn),
    ...(authz === authn ? {} : { authorization: [backEnd(authz)] }),
  }));
}
