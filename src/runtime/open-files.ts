/** How many files and sockets the process has open, and may have. */
import { readdir, readFile } from 'node:fs/promises';

export interface OpenFiles {
  readonly used: number;
  readonly limit: number;
}

/** Null where the system does not tell: only Linux does (proc(5)). */
export async function countOpenFiles(): Promise<OpenFiles | null> {
  try {
    const [files, limits] = await Promise.all([
      readdir('/proc/self/fd'),
      readFile('/proc/self/limits', 'utf8'),
    ]);
    const [, limit] = /^Max open files +(\d+)/mu.exec(limits) ?? [];
    return { used: files.length, limit: Number(limit ?? 0) };
  } catch {
    return null;
  }
}
