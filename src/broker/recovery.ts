/**
 * Builds virtual hosts, and all that was declared in them, from what the DefinitionStore has kept. What cannot be used
 * (damaged, or of a type that this broker does not know) is told in the log and left alone; the rest works.
 */
import type { Logger } from '../runtime/logger.ts';
import type { Definition, DefinitionKind, DefinitionStore } from '../store/definition-store.ts';
import type { QueueIds } from './queue-ids.ts';
import {
  readBinding,
  readExchange,
  readQueue,
  readQueueId,
  readVirtualHost,
} from './stored-values.ts';
import type { VirtualHost } from './virtual-host.ts';

export interface RecoveryOptions {
  readonly definitions: DefinitionStore;
  readonly log: Logger;
  readonly queueIds: QueueIds;
  readonly addVirtualHost: (name: string) => void;
  readonly findVirtualHost: (name: string) => VirtualHost | null;
}

export function recoverDefinitions(options: RecoveryOptions): void {
  const { queueIds, addVirtualHost } = options;
  const virtualHost = (name: string): VirtualHost => {
    const found = options.findVirtualHost(name);
    if (found === null) throw new Error(`there is no virtual host '${name}'`);
    return found;
  };
  restoreEach(options, 'vhost', ({ value }) => addVirtualHost(readVirtualHost(value).name));
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
