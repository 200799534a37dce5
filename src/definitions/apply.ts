/**
 * Brings definitions into a broker, in RabbitMQ's order. What is there already of queues, exchanges and bindings stays as it
 * is; users, permissions, policies and parameters are overwritten; nothing is deleted. All of it happens at once, without
 * a pause in which somebody could see a half of it.
 */
import { tableFromJson } from '../amqp/wire/field-table-json.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Broker } from '../broker/broker.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';
import { isVirtualHostLimit } from '../broker/virtual-host-limits.ts';
import type { VirtualHostMetadata } from '../broker/virtual-host-metadata.ts';
import { DefinitionsError } from './definitions-error.ts';
import type {
  BindingItem,
  Definitions,
  ExchangeItem,
  ParameterItem,
  PolicyItem,
  QueueItem,
  UserItem,
  VirtualHostItem,
} from './document.ts';

export interface Target {
  readonly broker: Broker;
  readonly access: AccessControl;
  /** Sets a runtime parameter that is no policy. @throws ParameterError */
  readonly putParameter: (parameter: ParameterItem) => unknown;
}

/** Exclusive queues are of connections: what is imported is for all. */
const NO_OWNER = {};

export class Application {
  readonly #target: Target;
  readonly #pending: Array<Promise<unknown>> = [];

  constructor(target: Target) {
    this.#target = target;
  }

  /**
   * What the promise waits for is that all is durable.
   *
   * @throws DefinitionsError, at the first item that is refused
   */
  async run(definitions: Definitions): Promise<void> {
    this.#each(definitions, 'users', (user) => this.#putUser(user));
    this.#each(definitions, 'vhosts', (host) => this.#putVirtualHost(host));
    this.#each(definitions, 'permissions', (permission) => {
      this.#host(permission.vhost);
      return this.#target.access.permissions.put(permission);
    });
    this.#each(definitions, 'exchanges', (exchange) => this.#declareExchange(exchange));
    this.#each(definitions, 'topic_permissions', (permission) => {
      this.#host(permission.vhost);
      return this.#target.access.topicPermissions.put(permission);
    });
    this.#each(definitions, 'global_parameters', ({ name, value }) =>
      this.#target.broker.globalParameters.put(name, value),
    );
    this.#each(definitions, 'policies', (policy) => this.#putPolicy(policy));
    this.#each(definitions, 'parameters', (parameter) => {
      this.#host(parameter.vhost);
      return this.#target.putParameter(parameter);
    });
    this.#each(definitions, 'queues', (queue) => this.#declareQueue(queue));
    this.#each(definitions, 'bindings', (binding) => this.#bind(binding));
    await Promise.all(this.#pending);
  }

  #each<Section extends keyof Definitions>(
    definitions: Definitions,
    section: Section,
    put: (item: Definitions[Section][number]) => unknown,
  ): void {
    for (const [index, item] of definitions[section].entries()) {
      try {
        const durable = put(item);
        if (durable instanceof Promise) this.#await(durable);
      } catch (error) {
        const reason = error instanceof Error ? error.message.trim() : String(error);
        throw new DefinitionsError(`${section}[${index}]${nameOf(item)}: ${reason}`, {
          cause: error,
        });
      }
    }
  }

  #await(durable: Promise<unknown>): void {
    // It is awaited at the end; until then its failure is nobody's.
    durable.catch(() => {});
    this.#pending.push(durable);
  }

  #host(name: string): VirtualHost {
    const host = this.#target.broker.findVirtualHost(name);
    if (host === null) throw new DefinitionsError(`there is no virtual host '${name}'`);
    return host;
  }

  #putUser({ name, tags, limits, ...user }: UserItem): unknown {
    const { password_hash: passwordHash = '', hashing_algorithm: hashingAlgorithm } = user;
    return this.#target.access.users.put({ name, tags, limits, passwordHash, hashingAlgorithm });
  }

  #putVirtualHost(item: VirtualHostItem): unknown {
    const { broker } = this.#target;
    const metadata = metadataOf(item);
    const isThere = broker.findVirtualHost(item.name) !== null;
    const stored = isThere
      ? broker.updateVirtualHost(item.name, metadata)
      : broker.createVirtualHost(item.name, metadata);
    const host = this.#host(item.name);
    for (const [name, limit] of Object.entries(item.limits)) {
      if (!isVirtualHostLimit(name)) {
        throw new DefinitionsError(`'${name}' is no limit of a virtual host`);
      }
      const limited = host.setLimit(name, limit);
      if (limited instanceof Promise) this.#await(limited);
    }
    return stored;
  }

  #declareExchange(item: ExchangeItem): unknown {
    const { exchanges } = this.#host(item.vhost);
    if (exchanges.find(item.name) !== undefined) return undefined;
    return exchanges.declare({
      name: item.name,
      type: item.type,
      isDurable: item.durable,
      isAutoDelete: item.auto_delete,
      isInternal: item.internal,
      arguments: tableFromJson(item.arguments),
    });
  }

  #putPolicy({ vhost, apply_to: applyTo, ...policy }: PolicyItem): unknown {
    return this.#host(vhost).policies.put({ applyTo, ...policy });
  }

  #declareQueue({ vhost, name, type, ...item }: QueueItem): unknown {
    const { queues, metadata } = this.#host(vhost);
    if (queues.find(name) !== undefined) return undefined;
    const args = new Map(tableFromJson(item.arguments));
    // Without an argument the type would be that of the virtual host.
    const isTold = type !== undefined && !args.has('x-queue-type');
    if (isTold && type !== (metadata.defaultQueueType ?? 'classic')) {
      args.set('x-queue-type', { type: 'S', value: type });
    }
    const isDurable = item.durable;
    const isAutoDelete = item.auto_delete;
    const flags = { isDurable, isAutoDelete, isExclusive: false };
    queues.declare({ name, ...flags, arguments: args }, NO_OWNER);
    return queues.whenDurable(name);
  }

  #bind({ vhost, routing_key: routingKey, ...item }: BindingItem): unknown {
    const host = this.#host(vhost);
    const request = {
      source: item.source,
      destination: item.destination,
      // Binding keys are octets, one character for each.
      bindingKey: Buffer.from(routingKey).toString('latin1'),
      arguments: tableFromJson(item.arguments),
    };
    // All queues have that one anyway.
    if (item.source === '') return undefined;
    return item.destination_type === 'queue'
      ? host.bindQueue(request, NO_OWNER)
      : host.bindExchange(request);
  }
}

function metadataOf({ metadata, ...item }: VirtualHostItem): Partial<VirtualHostMetadata> {
  const { description, tags, tracing } = { ...metadata, ...defined(item) };
  const { default_queue_type: queueType, protected_from_deletion: isProtected } = {
    ...metadata,
    ...defined(item),
  };
  return defined({
    description,
    tags,
    tracing,
    // Older exports have the text `undefined` for none, and what went through rabbit-hole an empty one.
    defaultQueueType: queueType === 'undefined' || queueType === '' ? null : queueType,
    protectedFromDeletion: isProtected,
  }) as Partial<VirtualHostMetadata>;
}

function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/** For people who look for the item. */
function nameOf(item: object): string {
  const texts = item as Readonly<Record<string, string | undefined>>;
  const { name, source, destination, user, vhost } = texts;
  const what = name ?? (source === undefined ? user : `${source} -> ${destination}`);
  const where = vhost === undefined ? '' : ` in vhost '${vhost}'`;
  return what === undefined ? '' : ` ('${what}'${where})`;
}
