// The disk as the store sees it. Names are paths; what a directory lists, and what a file holds, is certain to be
// there after a crash only once it was synced. test/simulation has a twin that takes this at its word.

/** What went wrong: `code` is the system's (ENOSPC, EIO, ENOENT, ...). */
export type DiskError = NodeJS.ErrnoException;

/** Called once. Null: it is done. */
export type DiskCallback = (error: DiskError | null) => void;

export interface DiskFile {
  readonly path: string;
  /** Octets in the file, by a call of the system; those of writes under way may count or not. @throws DiskError */
  size(): number;
  /**
   * Writes all of `octets`, which must not change meanwhile. On an error any part of them may have been written. Calls
   * back later, never at once.
   */
  write(octets: Uint8Array, position: number, done: DiskCallback): void;
  /** Makes everything written so far durable (fdatasync). Calls back later, never at once. */
  sync(done: DiskCallback): void;
  /** Reads up to `target.length` octets; returns how many there were. @throws DiskError */
  readSync(target: Uint8Array, position: number): number;
  /** The same without holding up anybody. Calls back later, never at once; `count` octets were read. */
  read(
    target: Uint8Array,
    position: number,
    done: (error: DiskError | null, count: number) => void,
  ): void;
  /** Shortens or lengthens the file. @throws DiskError */
  truncate(size: number): void;
  /** Closes the file. Closing again does nothing. @throws Error while a write, sync or read is under way */
  close(): void;
}

export interface Disk {
  /** Opens a file to read and write it. `create`: makes it, and fails with EEXIST where it is there. @throws DiskError */
  open(path: string, mode: 'create' | 'existing'): DiskFile;
  /** The names in a directory, sorted; none when there is no such directory. @throws DiskError */
  list(directory: string): readonly string[];
  /** Makes a directory and those above it that are missing; they are durable. @throws DiskError */
  makeDirectory(path: string): void;
  /** Removes a file. @throws DiskError */
  remove(path: string): void;
  /** Makes durable which files a directory has. @throws DiskError */
  syncDirectory(path: string): void;
  /** Octets that this process may still write where `path` lies. @throws DiskError */
  freeOctets(path: string): number;
}
