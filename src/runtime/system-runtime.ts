// The real runtime: the machine's clocks, timers and randomness.
import { systemClock } from './clock.ts';
import { silentLogger } from './logger.ts';
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
    log: options.log ?? silentLogger,
  };
}
