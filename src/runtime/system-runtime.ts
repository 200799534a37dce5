// The real runtime: the machine's clocks, timers, randomness and disk.
import { systemClock } from './clock.ts';
import { silentLogger } from './logger.ts';
import { systemDisk } from './system-disk.ts';
import { systemMemory } from './memory.ts';
import { systemRandom } from './random.ts';
import { systemTimers } from './timers.ts';
import type { Logger } from './logger.ts';
import type { Runtime } from './runtime.ts';

export interface SystemRuntimeOptions {
  /** Where the broker tells what it does; silent when left out. */
  readonly log?: Logger;
  /** What to take for the machine's memory, in octets; null, or left out: what the system says. */
  readonly totalMemory?: number | null;
}

export function createSystemRuntime(options: SystemRuntimeOptions = {}): Runtime {
  const total = options.totalMemory ?? null;
  return {
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    memory: total === null ? systemMemory : { ...systemMemory, totalOctets: () => total },
    disk: systemDisk,
    log: options.log ?? silentLogger,
  };
}
