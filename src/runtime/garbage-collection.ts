/** How this process collects garbage. For a process of our own: a program that embeds a broker decides for itself. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { forgetLastSource } from './copy-octets.ts';
import { giveFreedMemoryBack } from './freed-memory.ts';
import type { Timer, Timers } from './timers.ts';

/** The first V8 that knows the flag: that of Node 24. */
const V8_MIN = [13, 6] as const;
/** How often the process is looked at, in milliseconds. */
const QUIET_CHECK_MS = 2000;
/** The share of one core up to which the process counts as quiet. */
const QUIET_SHARE = 0.05;
/** What a collection has to promise, in octets. */
const SPARE_OCTETS_MIN = 8 * 1024 * 1024;
/** What is read between two collections, in octets: the best of 8, 16 and 32 MiB for messages of all sizes. */
const READ_OCTETS_MAX = 8 * 1024 * 1024;

/**
 * Lets what is read from sockets count against the limit of the heap, in place of a limit of its own of some 64 MB, at
 * which the whole heap is collected: ten times a second where large bodies pass through.
 */
export function countExternalMemoryWithHeap(): void {
  const [major = 0, minor = 0] = process.versions.v8.split('.').map(Number);
  if (major < V8_MIN[0] || (major === V8_MIN[0] && minor < V8_MIN[1])) return;
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}

/**
 * Collects the young generation for every 8 MiB that are read. V8 does so when objects fill it, and what is read from sockets
 * lies elsewhere: with bodies of 64 KiB gigabytes gather first, and what ends them is a collection of the whole heap. Those went
 * from nine a second to one, CPU for a message of 64 KiB from 75-105 to 57-71 us, resident memory from 290 to 130 MB; small messages
 * gain a little.
 *
 * @returns what is to be told of everything read, in octets
 */
export function collectBehindReading(collect: () => void = collectYoung): (octets: number) => void {
  let gathered = 0;
  return (octets) => {
    gathered += octets;
    if (gathered < READ_OCTETS_MAX) return;
    gathered = 0;
    collect();
  };
}

/**
 * Gives back to the system what a busy time has left of memory, as soon as the process is quiet. V8 keeps its young
 * generation at its largest size until it collects all of the heap, which it never does while nothing happens: 30 MB.
 * Takes some 30 ms, once after each busy time.
 *
 * @param onQuiet is called each time that the process is found to be quiet; true: it gives up memory, which is collected next time
 */
export function shrinkWhenQuiet(timers: Timers, onQuiet: () => boolean): Timer {
  let isAnyGivenUp = false;
  let usage = process.cpuUsage();
  return timers.every(QUIET_CHECK_MS, () => {
    const { user, system } = process.cpuUsage(usage);
    usage = process.cpuUsage();
    if ((user + system) / 1000 > QUIET_CHECK_MS * QUIET_SHARE) return;
    const wasAnyGivenUp = isAnyGivenUp;
    isAnyGivenUp = onQuiet();
    const { heapTotal, heapUsed } = process.memoryUsage();
    if (!wasAnyGivenUp && heapTotal - heapUsed <= SPARE_OCTETS_MIN) return;
    forgetLastSource();
    giveFreedMemoryBack();
    collectAll();
  });
}

interface Collection {
  readonly type: 'minor' | 'major';
  readonly execution: 'sync';
  readonly flavor?: 'last-resort';
}

type Collect = (options: Collection) => void;

let collector: Collect | null = null;

function collect(collection: Collection): void {
  if (collector === null) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as Collect;
    setFlagsFromString('--no-expose-gc');
  }
  collector(collection);
}

function collectYoung(): void {
  collect({ type: 'minor', execution: 'sync' });
}

function collectAll(): void {
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
