/** The back ends that logins go through, made of their names and settings. The only place that knows all of them. */
import { BackEndError } from '../access/back-end-error.ts';
import type { BackEnd } from '../access/authenticator.ts';
import type { ChainLink } from '../access/login-chain.ts';
import { OAuth2BackEnd } from '../access/oauth2/oauth2-back-end.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { AccessOptions, BackEndName } from './broker-options.ts';

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

const FACTORIES: Readonly<Record<BackEndName, Factory | null>> = {
  internal: ({ internal }) => internal,
  http: null,
  oauth2: ({ options, runtime }) => new OAuth2BackEnd(options.oauth2 ?? {}, runtime),
  ldap: null,
  cache: null,
};

/** The chain that `options.backEnds` asks for. @throws BackEndError */
export function loginChainOf(
  parts: Pick<BackEndParts, 'options' | 'runtime' | 'internal'>,
): readonly ChainLink[] {
  const made = new Map<BackEndName, BackEnd>();
  const backEnd = (name: BackEndName): BackEnd => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const create = FACTORIES[name];
    // Whoever names another counts on it: the internal one must not stand in for it.
    if (create === null) throw new BackEndError(`auth_backends: there is no back end ${name} yet`);
    const created = create({ ...parts, backEnd });
    made.set(name, created);
    return created;
  };
  const steps = parts.options.backEnds ?? [{ authn: 'internal', authz: 'internal' }];
  return steps.map(({ authn, authz }) => ({
    authentication: backEnd(authn),
    ...(authz === authn ? {} : { authorization: [backEnd(authz)] }),
  }));
}
