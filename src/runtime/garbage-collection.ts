/** How this process collects garbage. */
import { setFlagsFromString } from 'node:v8';

/** The first V8 that knows the flag: that of Node 24. */
const V8_MIN = [13, 6] as const;

/**
 * Lets what is read from sockets count against the limit of the heap, in place of a limit of its own of some 64 MB, at
 * which the whole heap is collected: ten times a second where large bodies pass through. For a process of our own only.
 */
export function countExternalMemoryWithHeap(): void {
  const [major = 0, minor = 0] = process.versions.v8.split('.').map(Number);
  if (major < V8_MIN[0] || (major === V8_MIN[0] && minor < V8_MIN[1])) return;
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
