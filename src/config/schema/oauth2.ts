// The back end for OAuth 2: tokens of one provider or of several.
import type {
  OAuth2Settings,
  OAuthHttpsSettings,
  OAuthProvider,
  OAuthResourceServer,
} from '../auth-settings.ts';
import {
  combined,
  key,
  list,
  namesOf,
  record,
  setting,
  toRecord,
  under,
  type GivenValues,
  type Key,
  type SchemaOf,
  type Setting,
} from '../setting.ts';
import { BOOLEAN, FILE, HTTPS_URL, oneOf, TEXT, wholeNumber, WORDS } from '../value-types.ts';
import { keysOf, readAll } from './read-schema.ts';

const VERIFICATION = oneOf(['verify_peer', 'verify_none']);

function text(pattern: string, description: string): Setting<string | null> {
  return setting(pattern, TEXT, null, { description });
}

function url(pattern: string, description: string, aliases: string[] = []): Setting<string | null> {
  return setting(pattern, HTTPS_URL, null, { description, aliases });
}

/** Of the provider under `auth_oauth2`, or of a named one under `auth_oauth2.oauth_providers.$name`. */
function provider(prefix: string): SchemaOf<OAuthProvider> {
  const oldNames = prefix === 'auth_oauth2' ? [`${prefix}.https.peer_verification`] : [];
  const https: SchemaOf<OAuthHttpsSettings> = {
    verify: setting(`${prefix}.https.verify`, VERIFICATION, 'verify_peer', {
      description: '`verify_none`: talk to whoever answers, which is not safe',
      aliases: oldNames,
    }),
    caCertFile: setting(`${prefix}.https.cacertfile`, FILE, null, {
      description: 'certificates of the authorities that are trusted (PEM)',
    }),
    depth: setting(`${prefix}.https.depth`, wholeNumber(0, 255), null, {
      description: "certificates between the provider's and one that is trusted",
    }),
    hostnameVerification: setting(
      `${prefix}.https.hostname_verification`,
      oneOf(['wildcard', 'none']),
      'wildcard',
      { description: "whether the certificate has to be the host's; wildcards count" },
    ),
  };
  return {
    issuer: url(`${prefix}.issuer`, 'the provider; its other addresses are asked of it'),
    jwksUrl: url(`${prefix}.jwks_uri`, 'where its keys are', [`${prefix}.jwks_url`]),
    discoveryEndpointPath: text(
      `${prefix}.discovery_endpoint_path`,
      'path at the issuer where it tells its addresses',
    ),
    discoveryEndpointParams: record(`${prefix}.discovery_endpoint_params.$param`, TEXT, {
      description: 'parameter to ask that with',
    }),
    tokenEndpoint: url(`${prefix}.token_endpoint`, 'where it gives tokens'),
    authorizationEndpoint: url(`${prefix}.authorization_endpoint`, 'where users log in'),
    endSessionEndpoint: url(`${prefix}.end_session_endpoint`, 'where users log out'),
    signingKeys: record(`${prefix}.signing_keys.$id`, FILE, {
      description: 'file with the key of that id (PEM)',
    }),
    defaultKey: text(`${prefix}.default_key`, 'id of the key of tokens that name none'),
    algorithms: list(`${prefix}.algorithms.$n`, TEXT, [], {
      description: 'algorithm that signatures may have, such as RS256',
    }),
    https,
  };
}

/** A view of what was said, as if `$name` in the keys were not there and the name had been chosen. */
function only(given: GivenValues, name: string): GivenValues {
  const all = <T>(family: Key<T>): ReturnType<typeof given.all<T>> =>
    given
      .all(family)
      .filter(({ names }) => names[0] === name)
      .map((one) => ({ ...one, names: one.names.slice(1) }));
  return { all, one: (family) => all(family)[0] ?? null };
}

const NAMED_PROVIDER = provider('auth_oauth2.oauth_providers.$name');
const PROVIDER_KEYS = keysOf(NAMED_PROVIDER);

const SERVER = 'auth_oauth2.resource_servers.$name';
const SERVER_ID = key(`${SERVER}.id`, TEXT, {
  description: 'its id, where that is not its name here',
});
const SERVER_TYPE = key(`${SERVER}.resource_server_type`, TEXT, {
  description: 'its type in rich authorization requests',
});
const SERVER_PREFIX = key(`${SERVER}.scope_prefix`, TEXT, {
  description: 'what its scopes begin with',
});
const SERVER_SCOPES_KEY = key(`${SERVER}.additional_scopes_key`, TEXT, {
  description: 'fields of a token in which there are scopes too',
});
const SERVER_CLAIMS = key(`${SERVER}.preferred_username_claims.$n`, TEXT, {
  description: 'field of a token that names the user',
});
const SERVER_ALIASES = key(`${SERVER}.scope_aliases.$alias`, WORDS, {
  description: 'scopes that an alias stands for',
});
const SERVER_NUMBERED_ALIAS = key(`${SERVER}.scope_aliases.$n.alias`, TEXT, {
  description: 'an alias, which may have any characters',
});
const SERVER_NUMBERED_SCOPE = key(`${SERVER}.scope_aliases.$n.scope`, WORDS, {
  description: 'the scopes that it stands for',
});
const SERVER_AUD = key(`${SERVER}.verify_aud`, BOOLEAN, {
  description: 'whether tokens must be meant for it',
});
const SERVER_PROVIDER = key(`${SERVER}.oauth_provider_id`, TEXT, {
  description: 'its provider, of `auth_oauth2.oauth_providers`',
});
const SERVER_KEYS: readonly Key<unknown>[] = [
  SERVER_ID,
  SERVER_TYPE,
  SERVER_PREFIX,
  SERVER_SCOPES_KEY,
  SERVER_CLAIMS,
  SERVER_ALIASES,
  SERVER_NUMBERED_ALIAS,
  SERVER_NUMBERED_SCOPE,
  SERVER_AUD,
  SERVER_PROVIDER,
];

function resourceServers(given: GivenValues): readonly OAuthResourceServer[] {
  return namesOf(given, SERVER_KEYS).map((name) => {
    const own = only(given, name);
    return {
      id: under(given, SERVER_ID, name) ?? name,
      type: under(given, SERVER_TYPE, name),
      scopePrefix: under(given, SERVER_PREFIX, name),
      additionalScopesKey: under(given, SERVER_SCOPES_KEY, name),
      preferredUsernameClaims: own.all(SERVER_CLAIMS).map(({ value }) => value),
      scopeAliases: scopeAliases(own, SERVER_ALIASES, SERVER_NUMBERED_ALIAS, SERVER_NUMBERED_SCOPE),
      verifyAud: under(given, SERVER_AUD, name),
      provider: under(given, SERVER_PROVIDER, name),
    };
  });
}

const ALIASES = key('auth_oauth2.scope_aliases.$alias', WORDS, {
  description: 'scopes that an alias stands for',
});
/** For aliases whose names have characters that keys cannot have. */
const NUMBERED_ALIAS = key('auth_oauth2.scope_aliases.$n.alias', TEXT, {
  description: 'an alias, which may have any characters',
});
const NUMBERED_SCOPE = key('auth_oauth2.scope_aliases.$n.scope', WORDS, {
  description: 'the scopes that it stands for',
});

function scopeAliases(
  given: GivenValues,
  plain: Key<readonly string[]>,
  alias: Key<string>,
  scope: Key<readonly string[]>,
): Readonly<Record<string, readonly string[]>> {
  const byName = given.all(plain).map(({ names: [name = ''], value }) => [name, value] as const);
  const numbered = given
    .all(alias)
    .map(({ names: [n = ''], value }) => [value, under(given, scope, n) ?? []] as const);
  return toRecord([...byName, ...numbered]);
}

export const OAUTH2: SchemaOf<OAuth2Settings> = {
  resourceServerId: text('auth_oauth2.resource_server_id', 'what tokens are meant for (`aud`)'),
  resourceServerType: text(
    'auth_oauth2.resource_server_type',
    'type in rich authorization requests',
  ),
  scopePrefix: setting('auth_oauth2.scope_prefix', TEXT, null, {
    description: 'what scopes begin with',
    fallback: 'the id and a dot',
  }),
  additionalScopesKey: text(
    'auth_oauth2.additional_scopes_key',
    'fields of a token in which there are scopes too',
  ),
  scopeAliases: combined([ALIASES, NUMBERED_ALIAS, NUMBERED_SCOPE], (given) =>
    scopeAliases(given, ALIASES, NUMBERED_ALIAS, NUMBERED_SCOPE),
  ),
  preferredUsernameClaims: list('auth_oauth2.preferred_username_claims.$n', TEXT, [], {
    description: 'field of a token that names the user',
    fallback: 'sub, client_id',
  }),
  verifyAud: setting('auth_oauth2.verify_aud', BOOLEAN, true, {
    description: 'whether tokens must be meant for the resource server',
  }),
  requireExp: setting('auth_oauth2.require_exp', BOOLEAN, true, {
    description: 'whether tokens must end some time',
  }),
  provider: provider('auth_oauth2'),
  defaultProvider: text(
    'auth_oauth2.default_oauth_provider',
    'provider of resource servers that name none',
  ),
  providers: combined(PROVIDER_KEYS, (given) =>
    toRecord(
      namesOf(given, PROVIDER_KEYS).map((name) => [
        name,
        readAll(NAMED_PROVIDER, only(given, name)),
      ]),
    ),
  ),
  resourceServers: combined(SERVER_KEYS, resourceServers),
};
