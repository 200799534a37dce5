// What is made or applied without being asked for: definitions at start, defaults of virtual hosts and queues.
import type {
  DefaultOperatorPolicy,
  DefaultsSettings,
  DefaultVhostLimits,
  DefaultVhostUser,
  DefinitionsSettings,
} from '../settings.ts';
import {
  combined,
  key,
  namesOf,
  setting,
  SettingProblem,
  toRecord,
  under,
  type GivenValues,
  type Key,
  type SchemaOf,
} from '../setting.ts';
import {
  BOOLEAN,
  byteSize,
  DURATION,
  HTTPS_URL,
  oneOf,
  FILE_OR_DIRECTORY,
  PATTERN,
  SECRET,
  wholeNumber,
  WORDS,
  wordsFor,
} from '../value-types.ts';
import { tlsClient } from './tls.ts';

export const DEFINITIONS: SchemaOf<DefinitionsSettings> = {
  path: setting('load_definitions', FILE_OR_DIRECTORY, null, {
    description: 'definitions to import at start: a JSON file, or a directory of them',
    aliases: ['definitions.local.path', 'management.load_definitions'],
  }),
  importBackend: setting(
    'definitions.import_backend',
    wordsFor({
      local_filesystem: 'local_filesystem',
      local: 'local_filesystem',
      rabbit_definitions_import_local_filesystem: 'local_filesystem',
      https: 'https',
      http: 'https',
      rabbit_definitions_import_https: 'https',
    }),
    'local_filesystem',
    { description: 'where definitions come from' },
  ),
  url: setting('definitions.https.url', HTTPS_URL, null, {
    description: 'definitions to import at start, with `definitions.import_backend = https`',
  }),
  skipIfUnchanged: setting('definitions.skip_if_unchanged', BOOLEAN, false, {
    description: 'do not import again what was imported before',
  }),
  hashingAlgorithm: setting(
    'definitions.hashing.algorithm',
    oneOf(['sha', 'sha224', 'sha256', 'sha384', 'sha512']),
    'sha256',
    { description: 'how changes are noticed' },
  ),
  tls: tlsClient('definitions.tls'),
};

const LIMITS = 'default_limits.vhosts.$id';
const LIMIT_PATTERN = key(`${LIMITS}.pattern`, PATTERN, {
  description: 'virtual hosts whose limits these are, by a regular expression, when they are made',
});
const MAX_CONNECTIONS = key(`${LIMITS}.max_connections`, wholeNumber(-1), {
  description: 'connections to the virtual host; -1 for no limit',
});
const MAX_QUEUES = key(`${LIMITS}.max_queues`, wholeNumber(-1), {
  description: 'queues of the virtual host; -1 for no limit',
});
const LIMIT_KEYS: readonly Key<unknown>[] = [LIMIT_PATTERN, MAX_CONNECTIONS, MAX_QUEUES];

function vhostLimits(given: GivenValues): readonly DefaultVhostLimits[] {
  return namesOf(given, LIMIT_KEYS).map((name) => ({
    name,
    pattern: under(given, LIMIT_PATTERN, name) ?? '.*',
    maxConnections: under(given, MAX_CONNECTIONS, name) ?? -1,
    maxQueues: under(given, MAX_QUEUES, name) ?? -1,
  }));
}

const POLICY = 'default_policies.operator.$id';
const VHOST_PATTERN = key(`${POLICY}.vhost_pattern`, PATTERN, {
  description: 'virtual hosts that get this operator policy, by a regular expression',
});
const QUEUE_PATTERN = key(`${POLICY}.queue_pattern`, PATTERN, {
  description: 'queues that it applies to, by a regular expression',
});
const APPLY_TO = key(
  `${POLICY}.apply_to`,
  oneOf(['queues', 'classic_queues', 'quorum_queues', 'streams']),
  { description: 'which types of queues', fallback: 'queues' },
);
const COUNT = wholeNumber(1);
const SIZE = byteSize(1, Number.MAX_SAFE_INTEGER);
const POLICY_VALUES: ReadonlyMap<string, Key<number>> = new Map([
  ['expires', policyValue('expires', DURATION, 'milliseconds')],
  ['message-ttl', policyValue('message_ttl', DURATION, 'milliseconds')],
  ['max-length', policyValue('max_length', COUNT, 'messages')],
  ['max-length-bytes', policyValue('max_length_bytes', SIZE, 'octets')],
  ['max-in-memory-bytes', policyValue('max_in_memory_bytes', SIZE, 'octets')],
  ['max-in-memory-length', policyValue('max_in_memory_length', COUNT, 'messages')],
  ['delivery-limit', policyValue('delivery_limit', COUNT, 'deliveries')],
]);

function policyValue(name: string, type: Key<number>['type'], unit: string): Key<number> {
  const description = `the policy's \`${name.replaceAll('_', '-')}\``;
  return key(`${POLICY}.${name}`, type, { description, unit });
}

const POLICY_KEYS: readonly Key<unknown>[] = [
  VHOST_PATTERN,
  QUEUE_PATTERN,
  APPLY_TO,
  ...POLICY_VALUES.values(),
];

function operatorPolicies(given: GivenValues): readonly DefaultOperatorPolicy[] {
  return namesOf(given, POLICY_KEYS).map((name) => {
    const definition = [...POLICY_VALUES].flatMap(([term, family]) => {
      const value = under(given, family, name);
      return value === null ? [] : [[term, value] as const];
    });
    if (definition.length === 0) {
      throw new SettingProblem(`default_policies.operator.${name} says nothing but names`);
    }
    return {
      name,
      vhostPattern: under(given, VHOST_PATTERN, name) ?? '.*',
      queuePattern: under(given, QUEUE_PATTERN, name) ?? '.*',
      applyTo: under(given, APPLY_TO, name) ?? 'queues',
      definition: toRecord(definition),
    };
  });
}

const USER = 'default_users.$name';
const USER_VHOSTS = key(`${USER}.vhost_pattern`, PATTERN, {
  description: 'virtual hosts that the user gets permissions in when they are made',
});
const USER_PASSWORD = key(`${USER}.password`, SECRET, {
  description: 'password of the user; one is made up where none is said',
});
const USER_TAGS = key(`${USER}.tags`, WORDS, { description: 'tags of the user' });
const USER_CONFIGURE = key(`${USER}.configure`, PATTERN, { description: 'what it may configure' });
const USER_READ = key(`${USER}.read`, PATTERN, { description: 'what it may read' });
const USER_WRITE = key(`${USER}.write`, PATTERN, { description: 'what it may write' });
const USER_KEYS: readonly Key<unknown>[] = [
  USER_VHOSTS,
  USER_PASSWORD,
  USER_TAGS,
  USER_CONFIGURE,
  USER_READ,
  USER_WRITE,
];

function users(given: GivenValues): readonly DefaultVhostUser[] {
  return namesOf(given, USER_KEYS).map((name) => ({
    name,
    vhostPattern: under(given, USER_VHOSTS, name) ?? '.*',
    password: under(given, USER_PASSWORD, name),
    tags: under(given, USER_TAGS, name) ?? [],
    configure: under(given, USER_CONFIGURE, name) ?? '.*',
    read: under(given, USER_READ, name) ?? '.*',
    write: under(given, USER_WRITE, name) ?? '.*',
  }));
}

export const DEFAULTS: SchemaOf<DefaultsSettings> = {
  queueType: setting(
    'default_queue_type',
    wordsFor({
      classic: 'classic',
      quorum: 'quorum',
      stream: 'stream',
      rabbit_classic_queue: 'classic',
      rabbit_quorum_queue: 'quorum',
      rabbit_stream_queue: 'stream',
    }),
    'classic',
    { description: 'type of queues that do not say theirs' },
  ),
  vhostLimits: combined(LIMIT_KEYS, vhostLimits),
  operatorPolicies: combined(POLICY_KEYS, operatorPolicies),
  users: combined(USER_KEYS, users),
};
