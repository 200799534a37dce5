/**
 * Tries definitions out before anything is changed: on a broker in memory that has of the real one just what they refer to.
 * What is refused there would be refused here, and then nothing happens at all.
 */
import { EMPTY_TABLE } from '../amqp/wire/field-table.ts';
import { AccessControl } from '../access/access-control.ts';
import { Broker } from '../broker/broker.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';
import { silentLogger } from '../runtime/logger.ts';
import { MemoryDefinitionStore } from '../store/memory/memory-definition-store.ts';
import { MemoryJournal } from '../store/memory/memory-journal.ts';
import { Application, type Target } from './apply.ts';
import { DefinitionsError } from './definitions-error.ts';
import type { Definitions } from './document.ts';

const SECTIONS_IN_HOSTS = [
  'permissions',
  'topic_permissions',
  'parameters',
  'policies',
  'queues',
  'exchanges',
  'bindings',
] as const;

/** @throws DefinitionsError for the first thing that would be refused */
export async function rehearse(definitions: Definitions, real: Target): Promise<void> {
  checkQueueLimits(definitions, real.broker);
  const runtime = { ...real.broker.runtime, log: silentLogger };
  const store = new MemoryDefinitionStore();
  const { exchangeTypes, policyKeys } = real.broker;
  const broker = new Broker({
    runtime,
    journal: new MemoryJournal(),
    definitions: store,
    exchangeTypes,
    policyKeys,
  });
  const access = new AccessControl({ definitions: store, runtime });
  try {
    await furnish(broker, access, definitions, real);
    const { parameters } = real.broker;
    const putParameter: Target['putParameter'] = (parameter) => parameters.check(parameter);
    await new Application({ broker, access, putParameter }).run(definitions);
  } finally {
    await broker.close();
  }
}

/** Gives the broker of the rehearsal what there is of what the definitions name. */
async function furnish(
  broker: Broker,
  access: AccessControl,
  definitions: Definitions,
  real: Target,
): Promise<void> {
  const hosts = new Set(definitions.vhosts.map(({ name }) => name));
  for (const section of SECTIONS_IN_HOSTS) {
    for (const { vhost } of definitions[section]) hosts.add(vhost);
  }
  const existing = [...hosts].flatMap((name) => real.broker.findVirtualHost(name) ?? []);
  await Promise.all(
    existing.map(async ({ name, metadata }) => broker.createVirtualHost(name, metadata)),
  );
  for (const section of ['permissions', 'topic_permissions'] as const) {
    for (const { user: name } of definitions[section]) {
      const user = real.access.users.find(name);
      if (user !== undefined) await access.users.put(user);
    }
  }
  for (const host of existing) furnishHost(broker, host, definitions);
}

function furnishHost(broker: Broker, real: VirtualHost, definitions: Definitions): void {
  const host = broker.findVirtualHost(real.name);
  if (host === null) return;
  const isHere = ({ vhost }: { readonly vhost: string }): boolean => vhost === real.name;
  const bindings = definitions.bindings.filter(isHere);
  const exchanges = [
    ...definitions.exchanges.filter(isHere).map(({ name }) => name),
    ...bindings.map(({ source }) => source),
    ...bindings.filter((binding) => binding.destination_type === 'exchange').map(destinationOf),
  ];
  for (const name of exchanges) {
    const exchange = real.exchanges.find(name);
    if (exchange === undefined || host.exchanges.find(name) !== undefined) continue;
    const { isDurable, isAutoDelete, isInternal, arguments: args, type } = exchange;
    const flags = { isDurable, isAutoDelete, isInternal };
    void host.exchanges.declare({ name, type: type.name, ...flags, arguments: args });
  }
  const queues = [
    ...definitions.queues.filter(isHere).map(({ name }) => name),
    ...bindings.filter((binding) => binding.destination_type === 'queue').map(destinationOf),
  ];
  for (const name of queues) {
    const queue = real.queues.find(name);
    if (queue === undefined || host.queues.find(name) !== undefined) continue;
    const { owner } = queue;
    const flags = { isDurable: true, isAutoDelete: false, isExclusive: owner !== null };
    // What it is made of does not matter here; that it is there, and whose it is, does.
    host.queues.declare({ name, ...flags, arguments: EMPTY_TABLE }, owner ?? {});
  }
}

function destinationOf({ destination }: { readonly destination: string }): string {
  return destination;
}

/** The broker of the rehearsal has few queues: whether there is room is known here only. */
function checkQueueLimits({ queues, vhosts }: Definitions, broker: Broker): void {
  const counts = new Map<string, number>();
  for (const { vhost, name } of queues) {
    if (broker.findVirtualHost(vhost)?.queues.find(name) !== undefined) continue;
    counts.set(vhost, (counts.get(vhost) ?? 0) + 1);
  }
  for (const [vhost, count] of counts) {
    const host = broker.findVirtualHost(vhost);
    const given = vhosts.find(({ name }) => name === vhost)?.limits;
    const max = given?.['max-queues'] ?? host?.limits['max-queues'] ?? -1;
    if (max < 0 || (host?.queues.size ?? 0) + count <= max) continue;
    throw new DefinitionsError(
      `queues: ${count} more are too many, queue limit in vhost '${vhost}' (${max}) is reached`,
    );
  }
}
