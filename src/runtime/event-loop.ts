/** How late the process's one thread is with what it has to do: who reads metrics sees by it that the broker is busy. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** In milliseconds. */
export interface EventLoopDelay {
  readonly mean: number;
  readonly max: number;
  readonly p50: number;
  readonly p99: number;
  /** The share of time that the thread was busy, from 0 to 1. */
  readonly utilisation: number;
}

export interface EventLoopWatch {
  /** Since the last call of this, or the beginning. */
  take(): EventLoopDelay;
  stop(): void;
}

/** How exactly delays are measured, in milliseconds. */
const RESOLUTION_MS = 10;
const NANOSECONDS = 1e6;

export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let earlier = performance.eventLoopUtilization();
  return {
    take() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, earlier);
      earlier = now;
      const { count, max } = histogram;
      const delay = {
        mean: count === 0 ? 0 : delayOf(histogram.mean),
        max: count === 0 ? 0 : delayOf(max),
        p50: delayOf(histogram.percentile(50)),
        p99: delayOf(histogram.percentile(99)),
        utilisation: utilization,
      };
      histogram.reset();
      return delay;
    },
    stop() {
      histogram.disable();
    },
  };
}

/** What is measured includes the time between two measurements. */
function delayOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS);
}
