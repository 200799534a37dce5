// Who says who somebody is: the chain of back ends, SASL mechanisms, the back ends over HTTP and LDAP, the cache.
import { TermError } from '../../access/ldap/query/erlang-term.ts';
import { parseQuery, parseTagQueries } from '../../access/ldap/query/ldap-query.ts';
import type {
  AuthBackendName,
  AuthBackendStep,
  AuthCacheSettings,
  HttpAuthSettings,
  LdapBind,
  LdapSettings,
} from '../auth-settings.ts';
import type { AuthSettings } from '../settings.ts';
import {
  combined,
  key,
  list,
  namesOf,
  setting,
  SettingProblem,
  under,
  type GivenValues,
  type SchemaOf,
  type Setting,
} from '../setting.ts';
import {
  BOOLEAN,
  limit,
  LONG_TEXT,
  NAME,
  oneOf,
  PORT,
  SECRET,
  TEXT,
  URL_TEXT,
  wholeNumber,
  wordsFor,
} from '../value-types.ts';
import { OAUTH2 } from './oauth2.ts';
import { tlsClient } from './tls.ts';

const BACKEND = wordsFor<AuthBackendName>({
  internal: 'internal',
  http: 'http',
  oauth2: 'oauth2',
  oauth: 'oauth2',
  ldap: 'ldap',
  cache: 'cache',
  rabbit_auth_backend_internal: 'internal',
  rabbit_auth_backend_http: 'http',
  rabbit_auth_backend_oauth2: 'oauth2',
  rabbit_auth_backend_ldap: 'ldap',
  rabbit_auth_backend_cache: 'cache',
});

const BOTH = key('auth_backends.$num', BACKEND, {
  description: 'back end that is asked at that place in the chain',
  fallback: 'internal',
});
const AUTHN = key('auth_backends.$num.authn', BACKEND, {
  description: 'the same, for who somebody is',
});
const AUTHZ = key('auth_backends.$num.authz', BACKEND, {
  description: 'the same, for what they may do',
});

function backends(given: GivenValues): readonly AuthBackendStep[] {
  const places = namesOf(given, [BOTH, AUTHN, AUTHZ]);
  if (places.length === 0) return [{ authn: 'internal', authz: 'internal' }];
  return places.map((place) => {
    const both = under(given, BOTH, place);
    const authn = under(given, AUTHN, place);
    const authz = under(given, AUTHZ, place);
    if (both !== null && (authn !== null || authz !== null)) {
      throw new SettingProblem(
        `auth_backends.${place} is for both; auth_backends.${place}.authn and .authz contradict it`,
      );
    }
    const fallback = both ?? authn ?? authz ?? 'internal';
    return { authn: authn ?? fallback, authz: authz ?? fallback };
  });
}

const ANONYMOUS_USER = key('anonymous_login_user', NAME, {
  description: 'user that clients are who give no credentials (ANONYMOUS); `none` for nobody',
  fallback: 'none',
});
const ANONYMOUS_PASS = key('anonymous_login_pass', SECRET, {
  description: 'password of that user',
});

function url(name: string, what: string): Setting<string | null> {
  return setting(`auth_http.${name}`, URL_TEXT, null, { description: `URL that is asked ${what}` });
}

const HTTP: SchemaOf<HttpAuthSettings> = {
  method: setting('auth_http.http_method', oneOf(['get', 'post']), 'get', {
    description: 'method of requests',
  }),
  userPath: url('user_path', 'who a user is'),
  vhostPath: url('vhost_path', 'whether a user may use a virtual host'),
  resourcePath: url('resource_path', 'whether a user may use a queue or exchange'),
  topicPath: url('topic_path', 'whether a user may use a routing key'),
  requestTimeoutMs: setting('auth_http.request_timeout', wholeNumber(1, 2_147_483_647), 15_000, {
    description: 'for an answer',
    unit: 'milliseconds',
  }),
  connectionTimeoutMs: setting(
    'auth_http.connection_timeout',
    wholeNumber(1, 2_147_483_647),
    15_000,
    { description: 'for a connection', unit: 'milliseconds' },
  ),
  authorizationFailureDisclosure: setting(
    'auth_http.authorization_failure_disclosure',
    BOOLEAN,
    false,
    { description: "tell clients the server's reason for a refusal" },
  ),
  tls: tlsClient('auth_http.ssl_options'),
};

function ldapBind(name: string, fallback: 'as_user' | 'anon', what: string): Setting<LdapBind> {
  const mode = key(`auth_ldap.${name}`, oneOf(['as_user', 'anon']), {
    description: `as whom ${what}`,
    fallback,
  });
  const userDn = key(`auth_ldap.${name}.user_dn`, TEXT, {
    description: `as this one, ${what}`,
  });
  const password = key(`auth_ldap.${name}.password`, SECRET, {
    description: 'with this password',
  });
  return combined([mode, userDn, password], (given) => {
    const dn = given.one(userDn);
    if (dn === null) return given.one(mode)?.value ?? fallback;
    return { userDn: dn.value, password: given.one(password)?.value ?? '' };
  });
}

function ldapText(name: string, description: string): Setting<string | null> {
  return setting(`auth_ldap.${name}`, TEXT, null, { description });
}

/** A query is parsed here to tell what is wrong with it; who uses it does so again. */
function ldapQuery(
  name: string,
  description: string,
  parse: (text: string) => unknown,
): Setting<string | null> {
  const query = key(`auth_ldap.queries.${name}`, LONG_TEXT, { description });
  return combined([query], (given) => {
    const said = given.one(query);
    if (said === null) return null;
    try {
      parse(said.value);
      return said.value;
    } catch (error) {
      if (!(error instanceof TermError)) throw error;
      throw new SettingProblem(`${said.place}: ${error.message}`);
    }
  });
}

const LDAP: SchemaOf<LdapSettings> = {
  servers: list('auth_ldap.servers.$n', TEXT, [], { description: 'a server to ask' }),
  port: setting('auth_ldap.port', PORT, 389, { description: 'port of the servers' }),
  timeoutMs: setting('auth_ldap.timeout', limit(1), 30_000, {
    description: 'for an answer',
    unit: 'milliseconds',
  }),
  idleTimeoutMs: setting('auth_ldap.idle_timeout', limit(1), 300_000, {
    description: 'a connection that is not used is closed',
    unit: 'milliseconds',
  }),
  connectionPoolSize: setting('auth_ldap.connection_pool_size', wholeNumber(1, 4096), 64, {
    description: 'connections at a time',
  }),
  userBindPattern: ldapText('user_bind_pattern', 'name to bind with; `${username}` is the user'),
  userDnPattern: setting('auth_ldap.user_dn_pattern', TEXT, '${username}', {
    description: 'distinguished name of a user; `${username}` is the user',
  }),
  dnLookupAttribute: ldapText('dn_lookup_attribute', 'attribute to look a user up by'),
  dnLookupBase: ldapText('dn_lookup_base', 'where to look users up'),
  dnLookupBind: ldapBind('dn_lookup_bind', 'as_user', 'users are looked up'),
  otherBind: ldapBind('other_bind', 'as_user', 'everything else is looked up'),
  groupLookupBase: ldapText('group_lookup_base', 'where to look groups up'),
  useSsl: setting('auth_ldap.use_ssl', BOOLEAN, false, { description: 'connect with TLS' }),
  useStartTls: setting('auth_ldap.use_starttls', BOOLEAN, false, {
    description: 'change to TLS once connected',
  }),
  log: setting('auth_ldap.log', oneOf(['false', 'true', 'network', 'network_unsafe']), 'false', {
    description: 'log what is asked',
  }),
  queries: {
    vhostAccess: ldapQuery('vhost_access', 'who may use a virtual host', parseQuery),
    resourceAccess: ldapQuery('resource_access', 'who may use a queue or exchange', parseQuery),
    topicAccess: ldapQuery('topic_access', 'who may use a routing key', parseQuery),
    tags: ldapQuery('tags', 'who has which tag', parseTagQueries),
  },
  tls: tlsClient('auth_ldap.ssl_options'),
};

const CACHED = key('auth_cache.cached_backend', BACKEND, {
  description: 'back end whose answers are kept',
  fallback: 'internal',
});
const CACHED_AUTHN = key('auth_cache.cached_backend.authn', BACKEND, {
  description: 'the same, for who somebody is',
});
const CACHED_AUTHZ = key('auth_cache.cached_backend.authz', BACKEND, {
  description: 'the same, for what they may do',
});

const CACHE: SchemaOf<AuthCacheSettings> = {
  backend: combined([CACHED, CACHED_AUTHN, CACHED_AUTHZ], (given): AuthBackendStep => {
    const authn = given.one(CACHED_AUTHN)?.value;
    const authz = given.one(CACHED_AUTHZ)?.value;
    const fallback = given.one(CACHED)?.value ?? authn ?? authz ?? 'internal';
    return { authn: authn ?? fallback, authz: authz ?? fallback };
  }),
  ttlMs: setting('auth_cache.cache_ttl', wholeNumber(1), 15_000, {
    description: 'how long an answer is kept',
    unit: 'milliseconds',
  }),
  cacheRefusals: setting('auth_cache.cache_refusals', BOOLEAN, false, {
    description: 'keep refusals too',
  }),
};

export const AUTH: SchemaOf<AuthSettings> = {
  backends: combined([BOTH, AUTHN, AUTHZ], backends),
  mechanisms: list(
    'auth_mechanisms.$n',
    oneOf(['PLAIN', 'AMQPLAIN', 'EXTERNAL', 'ANONYMOUS', 'RABBIT-CR-DEMO']),
    ['PLAIN', 'AMQPLAIN', 'ANONYMOUS'],
    {
      description:
        'a SASL mechanism that clients may use. ANONYMOUS is offered with `anonymous_login_user` only',
    },
  ),
  anonymous: combined([ANONYMOUS_USER, ANONYMOUS_PASS], (given) => {
    const user = given.one(ANONYMOUS_USER)?.value ?? 'none';
    const password = given.one(ANONYMOUS_PASS)?.value ?? '';
    return user === 'none' ? null : { user, password };
  }),
  certificateLogin: {
    from: setting(
      'ssl_cert_login_from',
      wordsFor({
        distinguished_name: 'distinguished_name',
        common_name: 'common_name',
        subject_alternative_name: 'subject_alternative_name',
        subject_alt_name: 'subject_alternative_name',
      }),
      'distinguished_name',
      { description: "which part of a client's certificate names the user (EXTERNAL)" },
    ),
    sanType: setting('ssl_cert_login_san_type', oneOf(['dns', 'ip', 'email', 'uri']), 'dns', {
      description: 'which kind of alternative name',
    }),
    sanIndex: setting('ssl_cert_login_san_index', wholeNumber(0, 255), 0, {
      description: 'which of several of that kind',
    }),
  },
  http: HTTP,
  oauth2: OAUTH2,
  ldap: LDAP,
  cache: CACHE,
};
