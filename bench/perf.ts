// `leveret perf` as a process of its own.
import { spawn } from 'node:child_process';

export interface PerfOutput {
  readonly publishedPerSecond: number;
  readonly consumedPerSecond: number;
  readonly total: { readonly published: number; readonly consumed: number };
  readonly latencyUs: { readonly p50: number; readonly p99: number } | null;
}

/** Null when the broker cannot carry it out. */
export async function perf(args: readonly string[]): Promise<PerfOutput | null> {
  const child = spawn(process.execPath, ['bin/from-source.js', 'perf', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return code === 0 ? (JSON.parse(text) as PerfOutput) : null;
}
