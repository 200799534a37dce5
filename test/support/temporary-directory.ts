// A directory that lasts as long as a test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Absolute; the directory is empty. */
export function temporaryDirectory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'leveret-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
