/** The records of a file, read piece by piece: however long the file is, only one window of it is in memory. */
import type { DiskFile } from '../../runtime/disk.ts';
import { FILE_HEADER_SIZE } from './file-header.ts';
import { RecordReader } from './record-reader.ts';
import { aligned } from './record.ts';

const WINDOW_OCTETS = 1024 * 1024;

export class RecordStream {
  /** Holds the current record. */
  readonly reader: RecordReader = new RecordReader();
  /** Octets passed over because they were damaged. */
  damagedOctets = 0;
  readonly #file: DiskFile;
  /** Where the file ends, rounded up: the rest reads as zeros. */
  readonly #end: number;
  readonly #isTrusted: boolean;
  #window: Buffer = Buffer.allocUnsafeSlow(WINDOW_OCTETS);
  /** Where the window begins in the file. */
  #base = 0;

  /** @param isTrusted all records were found sound before: they are not looked at again */
  constructor(file: DiskFile, isTrusted = false) {
    this.#file = file;
    this.#end = aligned(file.size());
    this.#isTrusted = isTrusted;
    this.#fill(FILE_HEADER_SIZE, WINDOW_OCTETS);
  }

  /** Where the current record begins in the file. */
  get at(): number {
    return this.#base + this.reader.at;
  }

  /** Goes to the next sound record. False when there is none. @throws DiskError */
  next(): boolean {
    const { reader } = this;
    for (;;) {
      const isFound = reader.next(reader.octets.length, this.#end - this.#base);
      this.damagedOctets += reader.damagedOctets;
      reader.damagedOctets = 0;
      if (isFound) return true;
      if (reader.missingFrom < 0) return false;
      this.#fill(this.#base + reader.missingFrom, reader.missingLength);
    }
  }

  /** Reads on from a place in the file, at least so many octets when there are. */
  #fill(from: number, length: number): void {
    const size = Math.max(0, Math.min(this.#end - from, Math.max(WINDOW_OCTETS, length)));
    if (size > this.#window.length) this.#window = Buffer.allocUnsafeSlow(size);
    const octets = this.#window.subarray(0, size);
    octets.fill(0, this.#file.readSync(octets, from));
    this.#base = from;
    this.reader.reset(octets);
    this.reader.isTrusted = this.#isTrusted;
  }
}
