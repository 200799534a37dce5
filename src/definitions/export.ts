/** What a broker has, as definitions that RabbitMQ and Leveret import. */
import { tableToJson } from '../amqp/wire/field-table-json.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Broker } from '../broker/broker.ts';
import type { DeclaredBinding, Exchange } from '../broker/exchange/exchange.ts';
import type { DeclaredQueue } from '../broker/queue/declared-queue.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';

/** How the exporting broker calls itself. */
export interface Exporter {
  readonly productName: string;
  readonly productVersion: string;
  /** The version of RabbitMQ that it is like. */
  readonly rabbitVersion: string;
}

/** The whole broker. */
export function exportAll(broker: Broker, access: AccessControl, exporter: Exporter): object {
  const hosts = [...broker.virtualHosts];
  const parameters = broker.parameters
    .list()
    .map(({ component, vhost, name, value }) => ({ component, vhost, name, value }));
  return inOrder({
    ...headOf(exporter),
    rabbitmq_definition_format: 'cluster',
    original_cluster_name: broker.globalParameters.find('cluster_name')?.value ?? '',
    explanation: 'Definitions of the whole broker',
    users: [...access.users].map(({ name, passwordHash, hashingAlgorithm, tags, limits }) => ({
      name,
      password_hash: passwordHash,
      hashing_algorithm: hashingAlgorithm,
      tags,
      limits,
    })),
    vhosts: hosts.map(virtualHostItem),
    permissions: [...access.permissions],
    topic_permissions: [...access.topicPermissions],
    parameters,
    global_parameters: broker.globalParameters.list(),
    policies: hosts.flatMap((host) => policyItems(host).map(inHost(host))),
    queues: hosts.flatMap((host) => queueItems(host).map(inHost(host))),
    exchanges: hosts.flatMap((host) => exchangeItems(host).map(inHost(host))),
    bindings: hosts.flatMap((host) => bindingItems(host).map(inHost(host))),
  });
}

/** One virtual host: its items do not name it, so that they can be imported into another. */
export function exportHost(host: VirtualHost, broker: Broker, exporter: Exporter): object {
  const { description, tags, defaultQueueType } = host.metadata;
  const parameters = broker.parameters
    .list(undefined, host.name)
    .map(({ component, name, value }) => ({ component, name, value }));
  return inOrder({
    ...headOf(exporter),
    rabbitmq_definition_format: 'single_virtual_host',
    original_vhost_name: host.name,
    explanation: `Definitions of the virtual host '${host.name}'`,
    metadata: { description, tags, default_queue_type: defaultQueueType ?? 'classic' },
    description,
    default_queue_type: defaultQueueType ?? 'classic',
    limits: host.limits,
    parameters,
    policies: policyItems(host),
    queues: queueItems(host),
    exchanges: exchangeItems(host),
    bindings: bindingItems(host),
  });
}

/** What tells items apart, in the order in which it counts. */
const IDENTIFYING = [
  'vhost',
  'component',
  'name',
  'user',
  'exchange',
  'source',
  'destination',
  'routing_key',
];

/** The items of each section sorted: two exports of the same are the same, and others can be compared. */
function inOrder(document: object): object {
  return Object.fromEntries(
    Object.entries(document).map(([name, section]: [string, unknown]) => [
      name,
      Array.isArray(section) ? sorted(section) : section,
    ]),
  );
}

function sorted(items: readonly unknown[]): readonly unknown[] {
  const keyed = items.map((item) => {
    const fields = item as Readonly<Record<string, string | undefined>>;
    return { item, key: IDENTIFYING.map((name) => fields[name] ?? '').join('\u0000') };
  });
  keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  return keyed.map(({ item }) => item);
}

function headOf({ productName, productVersion, rabbitVersion }: Exporter): object {
  return {
    rabbit_version: rabbitVersion,
    rabbitmq_version: rabbitVersion,
    product_name: productName,
    product_version: productVersion,
  };
}

/** The name of the virtual host behind that of the item, as RabbitMQ orders them. */
function inHost({ name: vhost }: VirtualHost): (item: object) => object {
  return (item) => {
    const { name, ...rest } = item as { readonly name?: string };
    return name === undefined ? { vhost, ...rest } : { name, vhost, ...rest };
  };
}

function virtualHostItem({ name, limits, metadata }: VirtualHost): object {
  const { description, tags, defaultQueueType, tracing, protectedFromDeletion } = metadata;
  const queueType = defaultQueueType === null ? {} : { default_queue_type: defaultQueueType };
  return {
    name,
    description,
    tags,
    ...queueType,
    ...(protectedFromDeletion ? { protected_from_deletion: true } : {}),
    metadata: { description, tags, ...queueType },
    tracing,
    limits,
  };
}

function policyItems({ policies }: VirtualHost): object[] {
  return [...policies].map(({ name, pattern, applyTo, priority, definition }) => ({
    name,
    pattern,
    'apply-to': applyTo,
    priority,
    definition,
  }));
}

/** Exclusive queues are of connections. */
function isExported(queue: DeclaredQueue): boolean {
  return queue.owner === null;
}

function queueItems({ queues }: VirtualHost): object[] {
  return [...queues].filter(isExported).map((queue) => ({
    name: queue.name,
    type: queue.type,
    durable: queue.isDurable,
    auto_delete: queue.isAutoDelete,
    arguments: tableToJson(queue.arguments),
  }));
}

/** Those that every virtual host has are not told. */
function isOwn({ name }: Exchange): boolean {
  return name !== '' && !name.startsWith('amq.');
}

function exchangeItems({ exchanges }: VirtualHost): object[] {
  return [...exchanges].filter(isOwn).map((exchange) => ({
    name: exchange.name,
    type: exchange.type.name,
    durable: exchange.isDurable,
    auto_delete: exchange.isAutoDelete,
    internal: exchange.isInternal,
    arguments: tableToJson(exchange.arguments),
  }));
}

function bindingItems({ exchanges }: VirtualHost): object[] {
  return [...exchanges].flatMap(({ bindings }) =>
    [...bindings.values()]
      .filter(isKept)
      .map(({ source, destination, bindingKey, ...binding }) => ({
        source: source.name,
        destination:
          destination.kind === 'queue' ? destination.queue.name : destination.exchange.name,
        destination_type: destination.kind,
        routing_key: Buffer.from(bindingKey, 'latin1').toString(),
        arguments: tableToJson(binding.arguments),
      })),
  );
}

function isKept({ destination }: DeclaredBinding): boolean {
  return destination.kind === 'exchange' || destination.queue.owner === null;
}
