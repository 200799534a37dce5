/** What a user of the directory may do. Made at their login, since queries may be asked as the user. */
import { resourceFacts, topicFacts, type AskedFacts } from '../asked-facts.ts';
import type {
  Access,
  AuthenticatedUser,
  Authorizer,
  Resource,
  TopicVariables,
} from '../authenticator.ts';
import type { Credentials } from './ldap-connection.ts';
import type { LdapQueries } from './ldap-options.ts';
import type { LdapQuery } from './query/ldap-query.ts';
import { domainVariables } from './query/template.ts';

/** Who asks the directory for it. */
export interface LdapDecider {
  readonly queries: LdapQueries;
  /** Whether a query holds for a user. @throws Error when it cannot be told */
  holds(
    query: LdapQuery,
    user: Pick<LdapUser, 'dn' | 'credentials'>,
    variables: Readonly<Record<string, string>>,
  ): Promise<boolean>;
  /** For the log, where that is wanted. */
  tell(what: string, user: string, isAllowed: boolean, facts: object): void;
}

export class LdapUser implements Authorizer {
  readonly changesUnnoticed = true;
  /** The distinguished name. */
  readonly dn: string;
  readonly #decider: LdapDecider;
  readonly #credentials: Credentials | null;

  constructor(parts: {
    readonly decider: LdapDecider;
    readonly dn: string;
    /** What the user was bound with; null without a password. */
    readonly credentials: Credentials | null;
  }) {
    this.#decider = parts.decider;
    this.dn = parts.dn;
    this.#credentials = parts.credentials;
  }

  get credentials(): Credentials | null {
    return this.#credentials;
  }

  async vhostAccess(user: AuthenticatedUser, vhost: string): Promise<boolean> {
    return this.#ask(user, 'a virtual host', this.#decider.queries.vhostAccess, { vhost });
  }

  async resourceAccess(
    user: AuthenticatedUser,
    vhost: string,
    resource: Resource,
    access: Access,
  ): Promise<boolean> {
    const facts = resourceFacts(vhost, resource, access);
    return this.#ask(user, 'an operation', this.#decider.queries.resourceAccess, facts);
  }

  async topicAccess(
    user: AuthenticatedUser,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: 'write' | 'read',
    variables: TopicVariables,
  ): Promise<boolean> {
    const facts = topicFacts(vhost, exchange, routingKey, access, variables);
    return this.#ask(user, 'a routing key', this.#decider.queries.topicAccess, facts);
  }

  async #ask(
    { name }: AuthenticatedUser,
    what: string,
    query: LdapQuery,
    facts: AskedFacts,
  ): Promise<boolean> {
    const who = { username: name, user_dn: this.dn, ...domainVariables(name) };
    const isAllowed = await this.#decider.holds(query, this, { ...facts, ...who });
    this.#decider.tell(what, name, isAllowed, facts);
    return isAllowed;
  }
}
