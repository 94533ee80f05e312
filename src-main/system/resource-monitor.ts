import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface ResourceSample {
  /** Event loop delay since the last sample, ms beyond the timer's own resolution. */
  readonly loopDelayP50: number;
  readonly loopDelayP99: number;
  readonly loopDelayMax: number;
  readonly memoryMb: number;
  readonly heapMb: number;
  /** Share of one core since the last sample, 0…n. */
  readonly cpuShare: number;
}

export interface ResourceMonitor {
  /** Figures since the call before; the clock of the figures starts anew. */
  sample(): ResourceSample;
  close(): void;
}

const RESOLUTION_MS = 10;
const MEGABYTE = 1024 * 1024;

export function createResourceMonitor(): ResourceMonitor {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let cpu = process.cpuUsage();
  let at = performance.now();
  // The histogram counts the whole interval of its timer: what is late is what exceeds it.
  const late = (nanoseconds: number): number => (Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS) : 0);
  return {
    sample() {
      const now = performance.now();
      const used = process.cpuUsage(cpu);
      const elapsedMs = Math.max(1, now - at);
      const memory = process.memoryUsage();
      const empty = delay.count === 0;
      const sample: ResourceSample = {
        loopDelayP50: empty ? 0 : late(delay.percentile(50)),
        loopDelayP99: empty ? 0 : late(delay.percentile(99)),
        loopDelayMax: empty ? 0 : late(delay.max),
        memoryMb: memory.rss / MEGABYTE,
        heapMb: memory.heapUsed / MEGABYTE,
        cpuShare: (used.user + used.system) / 1000 / elapsedMs,
      };
      delay.reset();
      cpu = process.cpuUsage();
      at = now;
      return sample;
    },
    close: () => delay.disable(),
  };
}
