/** The engines that keep what must survive. SQLite and the journal on disk are loaded by who keeps something only. */
import type { DiskError } from '../runtime/disk.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { DefinitionStore } from '../store/definition-store.ts';
import type { Journal } from '../store/journal.ts';
import { MemoryDefinitionStore } from '../store/memory/memory-definition-store.ts';
import { MemoryJournal } from '../store/memory/memory-journal.ts';
import type { CreateBrokerOptions } from './broker-options.ts';

export interface Store {
  readonly definitions: DefinitionStore;
  readonly journal: Journal;
}

/** @param onTrouble told when the disk refuses to write, and with null when it writes again. @throws DataDirectoryError */
export async function openStore(
  { dataDir: path = null, sync = 'commit' }: CreateBrokerOptions,
  runtime: Runtime,
  onTrouble: (error: DiskError | null) => void,
): Promise<Store> {
  if (path === null) {
    return { definitions: new MemoryDefinitionStore(), journal: new MemoryJournal() };
  }
  const { openLocalStore } = await import('../store/local/open-local-store.ts');
  return openLocalStore({ path, ...runtime, isSynced: sync === 'commit', onTrouble });
}
