/** Opens all that is kept on this machine's disk: the definitions and the journal of one data directory. */
import type { Clock } from '../../runtime/clock.ts';
import type { Disk, DiskError } from '../../runtime/disk.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Timers } from '../../runtime/timers.ts';
import type { DefinitionStore } from '../definition-store.ts';
import type { Journal } from '../journal.ts';
import { openDataDirectory } from './data-directory.ts';
import { DataDirectoryError } from './data-directory-error.ts';
import { FileHeaderError } from './file-header.ts';
import { LocalJournal } from './local-journal.ts';

export interface LocalStoreOptions {
  /** The data directory; made where it is missing. */
  readonly path: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  /** Whether a commit waits until the disk has what was written. */
  readonly isSynced: boolean;
  /** Told when the disk refuses to write, and with null when it writes again. */
  readonly onTrouble: (error: DiskError | null) => void;
}

/** @throws DataDirectoryError when the directory is in use, damaged, of a newer version, full or out of reach */
export async function openLocalStore(
  options: LocalStoreOptions,
): Promise<{ readonly definitions: DefinitionStore; readonly journal: Journal }> {
  const { definitions, journalPath, segmentsPath, path } = openDataDirectory(options);
  try {
    const journal = await LocalJournal.open({
      ...options,
      walDirectory: journalPath,
      segmentDirectory: segmentsPath,
    });
    return { definitions, journal };
  } catch (error) {
    await definitions.close();
    const text = error instanceof Error ? error.message : String(error);
    const isOurs = error instanceof FileHeaderError;
    throw new DataDirectoryError(
      isOurs ? text : `The data directory ${path} cannot be recovered (${text})`,
      { cause: error },
    );
  }
}
