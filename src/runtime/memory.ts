// The machine's memory and the process's share of it, as the broker sees them, and the real ones.
import { totalmem } from 'node:os';

export interface Memory {
  /** What the process holds, in octets. */
  residentOctets(): number;
  /** What there is for it: of the machine, or of its container where that is less; in octets. */
  totalOctets(): number;
}

export const systemMemory: Memory = {
  residentOctets: () => process.memoryUsage.rss(),
  totalOctets: () => {
    // 0 where nothing limits the process.
    const constrained = process.constrainedMemory();
    return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  },
};
