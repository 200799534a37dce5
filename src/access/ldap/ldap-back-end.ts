/**
 * The back end that asks an LDAP directory, as RabbitMQ's rabbitmq_auth_backend_ldap does: who can bind to it is who they
 * say, and queries say what they may do.
 */
import type { Logger } from '../../runtime/logger.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { tlsClientOptions } from '../../runtime/tls-client.ts';
import type { AuthenticatedUser, BackEnd, Login } from '../authenticator.ts';
import { BackEndError } from '../back-end-error.ts';
import { BindRefused, type BindAs, type Credentials } from './ldap-connection.ts';
import {
  LDAP_DEFAULTS,
  readQueries,
  type LdapBackEndOptions,
  type LdapBind,
  type LdapQueries,
} from './ldap-options.ts';
import { LdapPool } from './ldap-pool.ts';
import { LdapUser, type LdapDecider } from './ldap-user.ts';
import { evaluate, ExpressionCache, type Directory } from './query/query-evaluation.ts';
import type { LdapQuery } from './query/ldap-query.ts';
import { domainVariables, fillBindName, fillText, type Variables } from './query/template.ts';

export class LdapBackEnd implements BackEnd, LdapDecider {
  readonly name = 'ldap';
  readonly changesUnnoticed = true;
  readonly queries: LdapQueries;
  readonly #options: LdapBackEndOptions;
  readonly #log: Logger;
  readonly #pool: LdapPool;
  readonly #patterns: ExpressionCache;
  /** As whom look-ups of users are made, and everything else. */
  readonly #lookupBind: BindAs | 'as_user';
  readonly #otherBind: BindAs | 'as_user';

  /** @throws BackEndError for settings that make no sense together. @throws TlsFileError */
  constructor(options: LdapBackEndOptions, { log, clock, timers }: Runtime) {
    const { useSsl = false, useStartTls = false, servers, tls = {} } = options;
    if (servers.length === 0) throw new BackEndError('auth_ldap.servers.1 is not set');
    if (useSsl && useStartTls) {
      throw new BackEndError('auth_ldap.use_ssl and auth_ldap.use_starttls exclude each other');
    }
    this.#options = options;
    this.#log = log;
    this.queries = readQueries(options.queries);
    this.#lookupBind = bindOf(options.dnLookupBind);
    this.#otherBind = bindOf(options.otherBind);
    this.#patterns = new ExpressionCache({
      onTimeout: (pattern) =>
        log.warn('a regular expression takes too long and counts as not met', { pattern }),
    });
    this.#pool = new LdapPool({
      ...LDAP_DEFAULTS,
      ...options,
      size: options.connectionPoolSize ?? LDAP_DEFAULTS.connectionPoolSize,
      tls: tlsClientOptions(tls),
      security: securityOf(useSsl, useStartTls),
      timers,
      clock,
      log,
      trace: this.#traces
        ? (operation, facts) => log.info(`LDAP: ${operation}`, facts)
        : () => undefined,
    });
  }

  close(): void {
    this.#pool.close();
  }

  async authenticate(login: Login): Promise<AuthenticatedUser | null> {
    try {
      const user =
        login.password === null
          ? await this.#introduce(login.userName)
          : await this.#logIn(login.userName, login.password);
      this.tell('login', login.userName, user !== null);
      return user;
    } catch (error) {
      if (!(error instanceof BindRefused) || this.#isOwn(error.credentials)) throw error;
      this.tell('login', login.userName, false);
      return null;
    }
  }

  async authorize(login: Login): Promise<AuthenticatedUser | null> {
    return this.authenticate(login);
  }

  /** Whether a query holds for a user. @throws Error when it cannot be told */
  async holds(
    query: LdapQuery,
    user: Pick<LdapUser, 'dn' | 'credentials'>,
    variables: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    if (query.is === 'constant') return query.value;
    return this.#pool.use(this.#askerFor(user.credentials), async (directory) =>
      this.#evaluate(directory, query, user.dn, variables),
    );
  }

  /** For the log, where that is wanted. */
  tell(what: string, user: string, isAllowed: boolean, facts: object = {}): void {
    const { log = 'false' } = this.#options;
    if (log === 'false') return;
    this.#log.info(`LDAP: ${what} is ${isAllowed ? 'allowed' : 'refused'}`, { user, ...facts });
  }

  /** Who has a password is bound with it. */
  async #logIn(userName: string, password: string): Promise<AuthenticatedUser | null> {
    const isFoundBefore = this.#looksUp && this.#lookupBind !== 'as_user';
    const foundBefore = isFoundBefore ? await this.#lookUpBefore(userName) : null;
    const { userBindPattern = null } = this.#options;
    const bindName =
      foundBefore ??
      (userBindPattern === null
        ? this.#patternName(userName)
        : fillBindName(userBindPattern, variablesOf(userName)));
    const bound: Credentials = { name: bindName, password };
    const { dn, tags } = await this.#pool.use(bound, async (directory) => {
      const found =
        this.#looksUp && !isFoundBefore ? await this.#lookUp(directory, userName) : foundBefore;
      const own = found ?? this.#patternName(userName);
      const isAsUser = this.#otherBind === 'as_user';
      return { dn: own, tags: isAsUser ? await this.#tagsIn(directory, userName, own) : null };
    });
    // RabbitMQ binds as the distinguished name later on; the name that was just good for it is safer.
    const user = new LdapUser({ decider: this, dn, credentials: bound });
    return {
      name: userName,
      tags: tags ?? (await this.#tagsOf(userName, user)),
      authorizers: [user],
    };
  }

  /** Who is proven already is looked up only: as somebody else, since there is no password. */
  async #introduce(userName: string): Promise<AuthenticatedUser | null> {
    const isFoundBefore = this.#lookupBind !== 'as_user';
    let dn: string | null = this.#patternName(userName);
    if (this.#looksUp) {
      dn = isFoundBefore
        ? await this.#lookUpBefore(userName)
        : await this.#pool.use(this.#askerFor(null), async (directory) =>
            this.#lookUp(directory, userName),
          );
    }
    // There is no password that could be wrong: somebody who is not found is nobody.
    if (dn === null) return null;
    const user = new LdapUser({ decider: this, dn, credentials: null });
    return { name: userName, tags: await this.#tagsOf(userName, user), authorizers: [user] };
  }

  async #tagsOf(userName: string, user: LdapUser): Promise<readonly string[]> {
    if (this.queries.tags.every(({ query }) => query.is === 'constant')) {
      return this.queries.tags.flatMap(({ tag, query }) =>
        query.is === 'constant' && query.value ? [tag] : [],
      );
    }
    return this.#pool.use(this.#askerFor(user.credentials), async (directory) =>
      this.#tagsIn(directory, userName, user.dn),
    );
  }

  async #tagsIn(directory: Directory, userName: string, dn: string): Promise<readonly string[]> {
    const variables = { username: userName, user_dn: dn, ...domainVariables(userName) };
    const tags: string[] = [];
    for (const { tag, query } of this.queries.tags) {
      // oxlint-disable-next-line no-await-in-loop -- one connection answers one after the other
      if (await this.#evaluate(directory, query, dn, variables)) tags.push(tag);
    }
    return tags;
  }

  async #evaluate(
    directory: Directory,
    query: LdapQuery,
    userDn: string,
    variables: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    const { groupLookupBase, dnLookupBase } = this.#options;
    const groupBase = groupLookupBase ?? dnLookupBase ?? null;
    const patterns = this.#patterns;
    return evaluate(query, { directory, variables, userDn, groupBase, patterns });
  }

  /** With a bind of its own. Null for a user who is not there. */
  async #lookUpBefore(userName: string): Promise<string | null> {
    const bindAs = this.#lookupBind === 'as_user' ? 'anonymous' : this.#lookupBind;
    return this.#pool.use(bindAs, async (directory) => this.#lookUp(directory, userName));
  }

  /** @throws Error when the directory has several */
  async #lookUp(directory: Directory, userName: string): Promise<string | null> {
    const { dnLookupAttribute: attribute, dnLookupBase: base, userDnPattern } = this.#options;
    if (typeof attribute !== 'string' || typeof base !== 'string') return null;
    const pattern = userDnPattern ?? LDAP_DEFAULTS.userDnPattern;
    const value = fillText(pattern, variablesOf(userName));
    const found = await directory.find(base, 'subtree', { attribute, value });
    if (found.length > 1) throw new Error(`${found.length} users have the same ${attribute}`);
    return found[0] ?? null;
  }

  get #looksUp(): boolean {
    const { dnLookupAttribute = null, dnLookupBase = null } = this.#options;
    return dnLookupAttribute !== null && dnLookupBase !== null;
  }

  get #traces(): boolean {
    return this.#options.log === 'network' || this.#options.log === 'network_unsafe';
  }

  /** Those that the broker asks with itself: when they are refused, that tells nothing of the user. */
  #isOwn(credentials: Credentials): boolean {
    return credentials === this.#lookupBind || credentials === this.#otherBind;
  }

  #patternName(userName: string): string {
    const pattern = this.#options.userDnPattern ?? LDAP_DEFAULTS.userDnPattern;
    return fillBindName(pattern, variablesOf(userName));
  }

  /** @throws Error for a user without a password, where queries are asked as the user */
  #askerFor(credentials: Credentials | null): BindAs {
    const asker = this.#otherBind === 'as_user' ? credentials : this.#otherBind;
    if (asker === null) {
      throw new Error('auth_ldap.other_bind = as_user, and the user has given no password');
    }
    return asker;
  }
}

function securityOf(useSsl: boolean, useStartTls: boolean): 'none' | 'tls' | 'start-tls' {
  if (useSsl) return 'tls';
  return useStartTls ? 'start-tls' : 'none';
}

function bindOf(bind: LdapBind = 'as_user'): BindAs | 'as_user' {
  if (bind === 'as_user') return bind;
  return bind === 'anon' ? 'anonymous' : { name: bind.userDn, password: bind.password };
}

function variablesOf(userName: string): Variables {
  const known: Readonly<Record<string, string>> = {
    username: userName,
    ...domainVariables(userName),
  };
  return (name) => (Object.hasOwn(known, name) ? known[name] : undefined);
}
