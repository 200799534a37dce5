// A journal on a simulated disk, in time that passes when the disk has nothing to do.
import { LocalJournal } from '../../src/store/local/local-journal.ts';
import type { DiskError } from '../../src/runtime/disk.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { SimulatedTime } from '../support/simulated-time.ts';
import { SimulatedCrash, type SimulatedDisk } from './simulated-disk.ts';

export const LOG_DIRECTORY = '/data/journal';
export const SEGMENT_DIRECTORY = '/data/segments';

/** Continuations that may follow each other without the disk being asked for anything. */
const IDLE_ROUNDS = 50;
/** Simulated milliseconds after which something must have come to its end. */
const PATIENCE_MS = 60_000;

/** One process and what it runs on. */
export class JournalHost {
  readonly disk: SimulatedDisk;
  readonly time: SimulatedTime;
  readonly log: CollectedLog = new CollectedLog();
  /** What `onTrouble` was told. */
  readonly troubles: (DiskError | null)[] = [];
  readonly fileSize: number;

  constructor(disk: SimulatedDisk, fileSize: number, time: SimulatedTime = new SimulatedTime()) {
    this.disk = disk;
    this.fileSize = fileSize;
    this.time = time;
  }

  /** Opens, and so recovers, the journal. @throws SimulatedCrash; whatever it finds wrong */
  open(): Promise<LocalJournal> {
    const opening = LocalJournal.open({
      disk: this.disk,
      walDirectory: LOG_DIRECTORY,
      segmentDirectory: SEGMENT_DIRECTORY,
      clock: this.time,
      timers: this.time,
      log: this.log,
      onTrouble: (error) => void this.troubles.push(error),
      fileSize: this.fileSize,
    });
    return this.drive(opening);
  }

  /** Lets the disk work, and time pass when it has nothing to do, until `work` has come to its end. */
  async drive<T>(work: Promise<T>): Promise<T> {
    const state = { isEnded: false };
    const ended = work.finally(() => (state.isEnded = true));
    // Who is told is who waits: nobody, when the machine has crashed.
    ended.catch(() => {});
    const endMs = this.time.nowMs() + PATIENCE_MS;
    for (let idle = 0; !state.isEnded; ) {
      if (this.disk.hasCrashed) throw new SimulatedCrash('the machine has crashed');
      if (this.disk.step()) idle = 0;
      else if (++idle > IDLE_ROUNDS) this.time.pass(10);
      if (this.time.nowMs() > endMs) throw new Error('nothing happens any more');
      await Promise.resolve();
    }
    return ended;
  }

  /** Lets time pass, and the disk work, until a condition holds. */
  until(condition: () => boolean, what: string): void {
    const endMs = this.time.nowMs() + PATIENCE_MS;
    while (!condition()) {
      if (!this.disk.step()) this.time.pass(10);
      if (this.time.nowMs() > endMs) throw new Error(`waited in vain: ${what}`);
    }
  }

  /** Lets the disk do all that it was asked for, and time pass. */
  rest(durationMs: number): void {
    const endMs = this.time.nowMs() + durationMs;
    do {
      this.disk.settle();
      this.time.pass(10);
    } while (this.time.nowMs() < endMs);
    this.disk.settle();
  }
}
