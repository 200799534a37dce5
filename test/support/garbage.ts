// Garbage collection when a test wants it, for what is to be gone then.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects all of the heap at once. */
export const collectGarbage = runInNewContext('gc') as () => void;
