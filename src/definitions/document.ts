/**
 * Definitions as RabbitMQ exports them (https://www.rabbitmq.com/docs/definitions): what each item must be. What it does not
 * know it ignores, keys may be written with hyphens or underscores, as in RabbitMQ.
 */
import * as v from 'valibot';
import type { JsonObject } from '../amqp/wire/field-table-json.ts';
import { DefinitionsError } from './definitions-error.ts';
import { parseJson } from '../runtime/parse-json.ts';

export interface UserItem {
  readonly name: string;
  readonly password_hash?: string | undefined;
  readonly hashing_algorithm: string;
  /** In clear: for documents that people write. */
  readonly password?: string | undefined;
  readonly tags: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

export interface VirtualHostMetadataItem {
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly default_queue_type?: string | null | undefined;
  readonly tracing?: boolean | undefined;
  readonly protected_from_deletion?: boolean | undefined;
}

export interface VirtualHostItem extends VirtualHostMetadataItem {
  readonly name: string;
  readonly metadata: VirtualHostMetadataItem;
  readonly limits: Readonly<Record<string, number>>;
}

export interface PermissionItem {
  readonly user: string;
  readonly vhost: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

export interface TopicPermissionItem {
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

export interface ParameterItem {
  readonly component: string;
  readonly vhost: string;
  readonly name: string;
  readonly value: unknown;
}

export interface GlobalParameterItem {
  readonly name: string;
  readonly value: unknown;
}

export interface PolicyItem {
  readonly vhost: string;
  readonly name: string;
  readonly pattern: string;
  readonly apply_to: string;
  readonly priority: number;
  readonly definition: Readonly<Record<string, unknown>>;
}

export interface QueueItem {
  readonly name: string;
  readonly vhost: string;
  readonly type?: string | undefined;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly arguments: JsonObject;
}

export interface ExchangeItem {
  readonly name: string;
  readonly vhost: string;
  readonly type: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly internal: boolean;
  readonly arguments: JsonObject;
}

export interface BindingItem {
  readonly source: string;
  readonly vhost: string;
  readonly destination: string;
  readonly destination_type: 'queue' | 'exchange';
  readonly routing_key: string;
  readonly arguments: JsonObject;
}

export interface Definitions {
  readonly users: readonly UserItem[];
  readonly vhosts: readonly VirtualHostItem[];
  readonly permissions: readonly PermissionItem[];
  readonly topic_permissions: readonly TopicPermissionItem[];
  readonly parameters: readonly ParameterItem[];
  readonly global_parameters: readonly GlobalParameterItem[];
  readonly policies: readonly PolicyItem[];
  readonly queues: readonly QueueItem[];
  readonly exchanges: readonly ExchangeItem[];
  readonly bindings: readonly BindingItem[];
}

const NAME = v.string();
/** What goes over the wire as a short string. */
const SHORT_TEXT = v.pipe(v.string(), v.maxBytes(255, 'has 255 octets at most'));
/** That it is no other array than an empty one is checked where it becomes a table. */
const ARGUMENTS = v.optional(
  v.custom<JsonObject>((json) => typeof json === 'object' && json !== null, 'expected Object'),
  {},
);

/** An array, or a text with commas. */
const TAGS = v.union([
  v.array(v.string()),
  v.pipe(
    v.string(),
    v.transform((text) => text.split(/[\s,]+/u).filter((tag) => tag !== '')),
  ),
]);

/** RabbitMQ writes an empty object as an empty array here. */
const LIMITS = v.union([
  v.record(v.string(), v.number()),
  v.pipe(
    v.array(v.unknown()),
    v.transform(() => ({})),
  ),
]);

const USER = v.object({
  name: NAME,
  password_hash: v.optional(v.string()),
  hashing_algorithm: v.string(),
  password: v.optional(v.string()),
  tags: v.optional(TAGS, []),
  limits: v.optional(LIMITS, {}),
});

const METADATA_FIELDS = {
  description: v.optional(v.string()),
  tags: v.optional(TAGS),
  default_queue_type: v.optional(v.nullable(v.string())),
  tracing: v.optional(v.boolean()),
  protected_from_deletion: v.optional(v.boolean()),
} as const;

const VIRTUAL_HOST = v.object({
  name: NAME,
  ...METADATA_FIELDS,
  metadata: v.optional(v.object(METADATA_FIELDS), {}),
  limits: v.optional(LIMITS, {}),
});

const PERMISSION = v.object({
  user: NAME,
  vhost: NAME,
  configure: v.string(),
  write: v.string(),
  read: v.string(),
});

const TOPIC_PERMISSION = v.object({
  user: NAME,
  vhost: NAME,
  exchange: v.string(),
  write: v.string(),
  read: v.string(),
});

const PARAMETER = v.object({ component: NAME, vhost: NAME, name: NAME, value: v.unknown() });
const GLOBAL_PARAMETER = v.object({ name: NAME, value: v.unknown() });

const POLICY = v.object({
  vhost: NAME,
  name: NAME,
  pattern: v.string(),
  apply_to: v.optional(v.string(), 'all'),
  priority: v.optional(v.number(), 0),
  definition: v.record(v.string(), v.unknown()),
});

const QUEUE = v.object({
  name: SHORT_TEXT,
  vhost: NAME,
  type: v.optional(v.string()),
  durable: v.optional(v.boolean(), true),
  auto_delete: v.optional(v.boolean(), false),
  arguments: ARGUMENTS,
});

const EXCHANGE = v.object({
  name: SHORT_TEXT,
  vhost: NAME,
  type: v.string(),
  durable: v.optional(v.boolean(), true),
  auto_delete: v.optional(v.boolean(), false),
  internal: v.optional(v.boolean(), false),
  arguments: ARGUMENTS,
});

const BINDING = v.object({
  source: NAME,
  vhost: NAME,
  destination: NAME,
  destination_type: v.picklist(['queue', 'exchange']),
  routing_key: v.optional(SHORT_TEXT, ''),
  arguments: ARGUMENTS,
});

/** What a document for the whole broker has. */
const SECTIONS: {
  readonly [Name in keyof Definitions]: v.GenericSchema<unknown, Definitions[Name][number]>;
} = {
  users: USER,
  vhosts: VIRTUAL_HOST,
  permissions: PERMISSION,
  topic_permissions: TOPIC_PERMISSION,
  parameters: PARAMETER,
  global_parameters: GLOBAL_PARAMETER,
  policies: POLICY,
  queues: QUEUE,
  exchanges: EXCHANGE,
  bindings: BINDING,
};

/** What is wrong is not repeated: it may be a secret. */
const WITHOUT_VALUES = {
  message: ({ expected }: { readonly expected: string | null }): string =>
    expected === null ? 'is not allowed' : `expected ${expected}`,
};

/** What a document for one virtual host has; the rest of it is ignored. */
const SECTIONS_OF_HOST = ['parameters', 'policies', 'queues', 'exchanges', 'bindings'] as const;

/**
 * Reads the octets of a document. A byte order mark in front is no harm.
 *
 * @param vhost the virtual host that all of it is for; null for a document of the whole broker
 * @throws DefinitionsError that says where what is wrong
 */
export function readDefinitions(octets: Uint8Array, vhost: string | null): Definitions {
  const text = new TextDecoder().decode(octets);
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    // What is wrong is not repeated: it may be a secret. Where it is may be told.
    const [place = ''] =
      /at position \d+(?: \(line \d+ column \d+\))?|end of JSON input/u.exec(String(error)) ?? [];
    throw new DefinitionsError(`the definitions are not JSON ${place}`.trimEnd());
  }
  return checkDefinitions(json, vhost);
}

/** The same for what is parsed already. */
export function checkDefinitions(json: unknown, vhost: string | null): Definitions {
  if (!isObject(json)) throw new DefinitionsError('the definitions are not a JSON object');
  const document = underscored(json);
  const wanted: readonly string[] = vhost === null ? Object.keys(SECTIONS) : SECTIONS_OF_HOST;
  const own = vhost === null ? {} : { vhost };
  const defaults = { hashing_algorithm: algorithmOf(document['rabbit_version']) };
  const read = Object.entries(SECTIONS).map(([name, schema]) => [
    name,
    wanted.includes(name)
      ? readSection(name, document[name] ?? [], schema, {
          defaults,
          own,
        })
      : [],
  ]);
  return Object.fromEntries(read) as Definitions;
}

/** Of hashes that come without their algorithm, as RabbitMQ guesses: exports before 3.6 did not tell it. */
function algorithmOf(rabbitVersion: unknown): string {
  const isOld = typeof rabbitVersion === 'string' && /^3\.[0-5]\./u.test(rabbitVersion);
  return isOld ? 'rabbit_password_hashing_md5' : 'rabbit_password_hashing_sha256';
}

function readSection(
  name: string,
  items: unknown,
  schema: v.GenericSchema,
  { defaults, own }: { readonly defaults: object; readonly own: object },
): readonly unknown[] {
  if (!Array.isArray(items)) throw new DefinitionsError(`${name} is not an array`);
  return items.map((item: unknown, index) => {
    if (!isObject(item)) throw new DefinitionsError(`${name}[${index}] is not an object`);
    const given = { ...defaults, ...underscored(item), ...own };
    const result = v.safeParse(schema, given, WITHOUT_VALUES);
    if (result.success) return result.output;
    const [issue] = result.issues;
    const field = v.getDotPath(issue);
    throw new DefinitionsError(
      `${name}[${index}]${field === null ? '' : `.${field}`}: ${issue.message}`,
    );
  });
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** `apply-to` and `apply_to` are the same. */
function underscored(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [key.replaceAll('-', '_'), value]),
  );
}
