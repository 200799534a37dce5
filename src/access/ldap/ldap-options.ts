/** What the LDAP back end is made of, with the defaults of RabbitMQ's plugin. */
import type { TlsClientSettings } from '../../runtime/tls-client.ts';
import { BackEndError } from '../back-end-error.ts';
import { TermError } from './query/erlang-term.ts';
import { parseQuery, parseTagQueries, type LdapQuery, type TagQuery } from './query/ldap-query.ts';

/** As whom a look-up is made. */
export type LdapBind = 'as_user' | 'anon' | { readonly userDn: string; readonly password: string };

/** Texts have variables in them: https://www.rabbitmq.com/docs/ldap */
export interface LdapBackEndOptions {
  /** Names or addresses, tried in this order. */
  readonly servers: readonly string[];
  readonly port?: number;
  /** For an answer; infinite for no limit. */
  readonly timeoutMs?: number;
  /** After this long without a question a connection is closed; infinite for never. */
  readonly idleTimeoutMs?: number;
  readonly connectionPoolSize?: number;
  /** What to bind with, where it is not the distinguished name of the user. */
  readonly userBindPattern?: string | null;
  readonly userDnPattern?: string;
  /** The user's distinguished name is that of the object with this attribute, below the base. */
  readonly dnLookupAttribute?: string | null;
  readonly dnLookupBase?: string | null;
  /** `as_user`: after the user is bound; else before. */
  readonly dnLookupBind?: LdapBind;
  /** As whom queries are asked. */
  readonly otherBind?: LdapBind;
  readonly groupLookupBase?: string | null;
  readonly useSsl?: boolean;
  readonly useStartTls?: boolean;
  /** `true`: decisions; otherwise also what is asked. Passwords are never logged. */
  readonly log?: 'false' | 'true' | 'network' | 'network_unsafe';
  /** In the language of RabbitMQ's plugin. What is left out allows everything; tags, nobody any. */
  readonly queries?: {
    readonly vhostAccess?: string | null;
    readonly resourceAccess?: string | null;
    readonly topicAccess?: string | null;
    readonly tags?: string | null;
  };
  readonly tls?: Partial<TlsClientSettings>;
}

/** Queries, read. */
export interface LdapQueries {
  readonly vhostAccess: LdapQuery;
  readonly resourceAccess: LdapQuery;
  readonly topicAccess: LdapQuery;
  readonly tags: readonly TagQuery[];
}

export const LDAP_DEFAULTS = {
  port: 389,
  timeoutMs: 30_000,
  idleTimeoutMs: 300_000,
  connectionPoolSize: 64,
  userDnPattern: '${username}',
} as const;

const EVERYTHING: LdapQuery = { is: 'constant', value: true };

/** @throws BackEndError with the place of what is wrong */
export function readQueries(queries: LdapBackEndOptions['queries'] = {}): LdapQueries {
  const { vhostAccess = null, resourceAccess = null, topicAccess = null, tags = null } = queries;
  return {
    vhostAccess: read('vhost_access', vhostAccess, parseQuery, EVERYTHING),
    resourceAccess: read('resource_access', resourceAccess, parseQuery, EVERYTHING),
    topicAccess: read('topic_access', topicAccess, parseQuery, EVERYTHING),
    tags: read('tags', tags, parseTagQueries, []),
  };
}

function read<T>(name: string, text: string | null, parse: (text: string) => T, absent: T): T {
  if (text === null) return absent;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TermError)) throw error;
    throw new BackEndError(`auth_ldap.queries.${name}: ${error.message}`, { cause: error });
  }
}
