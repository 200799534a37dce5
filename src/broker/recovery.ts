/**
 * Builds virtual hosts, and all that was declared in them, from what the DefinitionStore has kept. What cannot be used
 * (damaged, or of a type that this broker does not know) is told in the log and left alone; the rest works.
 */
import type { Logger } from '../runtime/logger.ts';
import type { Definition, DefinitionKind, DefinitionStore } from '../store/definition-store.ts';
import type { GlobalParameters } from './global-parameters.ts';
import type { Parameters } from './parameters.ts';
import type { QueueIds } from './queue-ids.ts';
import {
  readBinding,
  readExchange,
  readQueue,
  readQueueId,
  readVirtualHost,
} from './stored-values.ts';
import type { VirtualHost } from './virtual-host.ts';
import type { VirtualHosts } from './virtual-hosts.ts';

export interface RecoveryOptions {
  readonly definitions: DefinitionStore;
  readonly log: Logger;
  readonly queueIds: QueueIds;
  readonly virtualHosts: VirtualHosts;
  readonly parameters: Parameters;
  readonly globalParameters: GlobalParameters;
}

export function recoverDefinitions(options: RecoveryOptions): void {
  const { queueIds, virtualHosts, parameters, globalParameters } = options;
  const virtualHost = (name: string): VirtualHost => {
    const found = virtualHosts.find(name);
    if (found === null) throw new Error(`there is no virtual host '${name}'`);
    return found;
  };
  virtualHosts.finishDeletions();
  restoreEach(options, 'global-parameter', (definition) => globalParameters.restore(definition));
  // Limits and policies must be there before what they apply to.
  restoreEach(options, 'parameter', (definition) => parameters.restore(definition));
  restoreEach(options, 'vhost', ({ value }) => virtualHosts.restore(readVirtualHost(value)));
  restorePolicies(options);
  restoreEach(options, 'exchange', ({ value }) => {
    const stored = readExchange(value);
    virtualHost(stored.vhost).exchanges.restore(stored);
  });
  restoreEach(options, 'queue', ({ value }) => {
    // A queue that cannot be used keeps its number all the same: its messages are still in the journal.
    const id = readQueueId(value);
    if (id !== null) queueIds.exclude(id);
    const stored = readQueue(value);
    virtualHost(stored.vhost).queues.restore(stored);
  });
  restoreEach(options, 'binding', ({ value }) => {
    const stored = readBinding(value);
    virtualHost(stored.vhost).restoreBinding(stored);
  });
}

function restorePolicies({ virtualHosts, parameters, log }: RecoveryOptions): void {
  for (const component of ['policy', 'operator_policy'] as const) {
    for (const { vhost, name, value } of parameters.list(component)) {
      try {
        virtualHosts.find(vhost)?.allPolicies.of(component).take(name, value);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.error('a policy cannot be used and is left out', { vhost, name, reason });
      }
    }
  }
  // What every virtual host has is there already.
  for (const { exchanges } of virtualHosts) exchanges.applyPolicies();
}

function restoreEach(
  { definitions, log }: RecoveryOptions,
  kind: DefinitionKind,
  restore: (definition: Definition) => void,
): void {
  for (const definition of definitions.load(kind)) {
    try {
      restore(definition);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error('a stored definition cannot be used and is left out', {
        kind,
        key: definition.key,
        reason,
      });
    }
  }
}
