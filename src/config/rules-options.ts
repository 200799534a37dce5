// The settings of users, logins and virtual hosts as what `createBroker` takes. As broker-options.ts, it imports nothing of
// the broker.
import type { AccessSettings, Settings } from './settings.ts';

type PasswordRule =
  | { readonly is: 'min-length'; readonly octets: number }
  | { readonly is: 'pattern'; readonly pattern: string };

export interface AccessOptions {
  readonly defaultUser: {
    readonly name: string;
    readonly password: string;
    readonly vhost: string;
    readonly tags: readonly string[];
    readonly configure: string;
    readonly write: string;
    readonly read: string;
  };
  readonly loopbackUsers: readonly string[];
  readonly hashingAlgorithm: string | null;
  readonly passwordRule: PasswordRule | null;
  readonly mechanisms: readonly string[];
  readonly anonymous: Settings['auth']['anonymous'];
  readonly certificateLogin: CertificateLogin;
  readonly virtualHostUsers: Settings['defaults']['users'];
  readonly backEnds: Settings['auth']['backends'];
  readonly oauth2: Settings['auth']['oauth2'];
  readonly http: Settings['auth']['http'];
  readonly ldap: Settings['auth']['ldap'];
  readonly cache: Settings['auth']['cache'];
}

interface CertificateLogin {
  readonly from: 'distinguished_name' | 'common_name' | 'subject_alternative_name';
  readonly sanType: Settings['auth']['certificateLogin']['sanType'];
  readonly sanIndex: number;
}

export function accessOptions({ access, auth, defaults }: Settings): AccessOptions {
  return {
    defaultUser: {
      name: access.defaultUser,
      password: access.defaultPass,
      vhost: access.defaultVhost,
      tags: access.defaultUserTags,
      ...access.defaultPermissions,
    },
    loopbackUsers: access.loopbackUsers,
    hashingAlgorithm: access.passwordHashing,
    passwordRule: passwordRule(access.credentialValidator),
    mechanisms: auth.mechanisms,
    anonymous: auth.anonymous,
    certificateLogin: auth.certificateLogin,
    virtualHostUsers: defaults.users,
    backEnds: auth.backends,
    oauth2: auth.oauth2,
    http: auth.http,
    ldap: auth.ldap,
    cache: auth.cache,
  };
}

function passwordRule({
  backend,
  minLength,
  regexp,
}: AccessSettings['credentialValidator']): PasswordRule | null {
  switch (backend) {
    case 'min_password_length':
      return { is: 'min-length', octets: minLength };
    case 'password_regexp':
      return { is: 'pattern', pattern: regexp };
    case 'accept_everything':
      return null;
  }
}

export interface VirtualHostOptions {
  readonly defaultQueueType: Settings['defaults']['queueType'];
  readonly virtualHostMax: number;
  readonly parameterLimits: Readonly<Record<string, number>>;
  readonly queueMax: number;
  readonly exchangeMax: number;
  readonly virtualHostDefaults: {
    readonly limits: ReadonlyArray<{
      readonly pattern: string;
      readonly limits: { readonly 'max-connections'?: number; readonly 'max-queues'?: number };
    }>;
    readonly operatorPolicies: Settings['defaults']['operatorPolicies'];
  };
  readonly clusterName?: string;
  readonly clusterTags?: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  readonly interceptors: {
    readonly timestamp?: 'overwrite' | 'keep';
    readonly routingNode?: 'overwrite' | 'keep';
  };
}

export function virtualHostOptions({ defaults, limits, node }: Settings): VirtualHostOptions {
  const vhostLimits = defaults.vhostLimits.map(({ pattern, maxConnections, maxQueues }) => ({
    pattern,
    limits: {
      ...(maxConnections === -1 ? {} : { 'max-connections': maxConnections }),
      ...(maxQueues === -1 ? {} : { 'max-queues': maxQueues }),
    },
  }));
  const { clusterName, clusterTags, name: nodeName, interceptors } = node;
  const { timestamp, routingNode } = interceptors;
  return {
    defaultQueueType: defaults.queueType,
    virtualHostMax: limits.vhostMax,
    parameterLimits: limits.runtimeParameters,
    queueMax: limits.clusterQueueLimit,
    exchangeMax: limits.clusterExchangeLimit,
    virtualHostDefaults: { limits: vhostLimits, operatorPolicies: defaults.operatorPolicies },
    ...(clusterName === null ? {} : { clusterName }),
    ...(nodeName === null ? {} : { nodeName }),
    interceptors: {
      ...(timestamp === null ? {} : { timestamp: interceptorRule(timestamp) }),
      ...(routingNode === null ? {} : { routingNode: interceptorRule(routingNode) }),
    },
    ...(Object.keys(clusterTags).length === 0 ? {} : { clusterTags }),
  };
}

function interceptorRule(isOverwriting: boolean): 'overwrite' | 'keep' {
  return isOverwriting ? 'overwrite' : 'keep';
}
