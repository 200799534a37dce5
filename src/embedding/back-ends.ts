/** The back ends that logins go through, made of their names and settings. The only place that knows all of them. */
import type { BackEnd } from '../access/authenticator.ts';
import { BackEndError } from '../access/back-end-error.ts';
import type { CachingBackEnd } from '../access/cache/caching-back-end.ts';
import type { ChainLink } from '../access/login-chain.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { AccessOptions, BackEndName, BackEndStep } from './broker-options.ts';

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

/** Each is loaded by brokers that use it only: they bring HTTP clients and the like. */
const LOADERS: Readonly<Record<BackEndName, () => Promise<Factory>>> = {
  internal: async () => {
    return ({ internal }) => internal;
  },
  oauth2: async () => {
    const { OAuth2BackEnd } = await import('../access/oauth2/oauth2-back-end.ts');
    return ({ options, runtime }) => new OAuth2BackEnd(options.oauth2 ?? {}, runtime);
  },
  http: async () => {
    const { HttpBackEnd } = await import('../access/http/http-back-end.ts');
    return ({ options, runtime }) =>
      new HttpBackEnd(options.http ?? { userPath: null }, runtime.log);
  },
  ldap: async () => {
    const { LdapBackEnd } = await import('../access/ldap/ldap-back-end.ts');
    return ({ options, runtime }) => new LdapBackEnd(options.ldap ?? { servers: [] }, runtime);
  },
  cache: async () => {
    const { CachingBackEnd } = await import('../access/cache/caching-back-end.ts');
    return (parts) => cachingBackEnd(parts, CachingBackEnd);
  },
};

function cachingBackEnd(
  { options, runtime, backEnd }: BackEndParts,
  Caching: typeof CachingBackEnd,
): BackEnd {
  const { ttlMs = CACHE_TTL_MS, cacheRefusals = false } = options.cache ?? {};
  const { authn, authz } = cachedStep(options);
  if (authn === 'cache' || authz === 'cache') {
    throw new BackEndError('auth_cache.cached_backend: the cache cannot keep its own answers');
  }
  const { clock, random, timers } = runtime;
  const asked = { authentication: backEnd(authn), authorization: backEnd(authz) };
  return new Caching({ ...asked, ttlMs, cacheRefusals, clock, random, timers });
}

const INTERNAL: BackEndStep = { authn: 'internal', authz: 'internal' };

/** Whose answers the cache keeps. */
function cachedStep({ cache }: AccessOptions): BackEndStep {
  return cache?.backend ?? INTERNAL;
}

/** Makes the chain that `options.backEnds` asks for. @throws BackEndError */
export type MakeChain = (
  parts: Pick<BackEndParts, 'options' | 'runtime' | 'internal'>,
) => readonly ChainLink[];

/** Loads what `options.backEnds` asks for. */
export async function loadBackEnds(options: AccessOptions): Promise<MakeChain> {
  const steps = options.backEnds ?? [INTERNAL];
  const all = [...steps, cachedStep(options)].flatMap(({ authn, authz }) => [authn, authz]);
  const loading = [...new Set(all)].map(async (name) => [name, await LOADERS[name]()] as const);
  const factories = new Map(await Promise.all(loading));
  return (parts) => {
    const made = new Map<BackEndName, BackEnd>();
    const backEnd = (name: BackEndName): BackEnd => {
      const known = made.get(name);
      if (known !== undefined) return known;
      const factory = factories.get(name);
      if (factory === undefined) throw new BackEndError(`the back end ${name} is not loaded`);
      const created = factory({ ...parts, backEnd });
      made.set(name, created);
      return created;
    };
    return steps.map(({ authn, authz }) => ({
      authentication: backEnd(authn),
      ...(authz === authn ? {} : { authorization: [backEnd(authz)] }),
    }));
  };
}
