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
}

export function createSystemRuntime(options: SystemRuntimeOptions = {}): Runtime {
  return {
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    memory: systemMemory,
    disk: systemDisk,
    log: options.log ?? silentLogger,
  };
}
