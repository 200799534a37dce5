// Everything that the broker takes from the operating system, as one parameter. Code outside this
// folder and the listener uses no other clock, timer or randomness: that makes runs replayable.
import type { Clock } from './clock.ts';
import type { Disk } from './disk.ts';
import type { Logger } from './logger.ts';
import type { Memory } from './memory.ts';
import type { Random } from './random.ts';
import type { Timers } from './timers.ts';

export interface Runtime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly memory: Memory;
  readonly disk: Disk;
  readonly log: Logger;
}
