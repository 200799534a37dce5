// Runs a broker once, after `npm install`: what Node makes of the TypeScript is kept, and the first start of the user's is as
// quick as the next. Where it cannot run, nothing is lost.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const READY_TIMEOUT_MS = 20_000;
/** That of `npm start`: what V8 compiles is of use with the same flags only. */
const FLAG = '--max-semi-space-size=16';

const dataDir = mkdtempSync(join(tmpdir(), 'leveret-warm-up-'));
const broker = spawn(
  process.execPath,
  [FLAG, 'bin/from-source.js', 'start', '--port', '0', '--data-dir', dataDir],
  {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LEVERET_MANAGEMENT_TCP_PORT: '0', LEVERET_PROMETHEUS_TCP_PORT: '0' },
  },
);
const timeout = setTimeout(() => broker.kill('SIGKILL'), READY_TIMEOUT_MS);
const end = (): void => {
  clearTimeout(timeout);
  rmSync(dataDir, { recursive: true, force: true });
};
broker.on('error', end);
broker.on('close', end);
createInterface({ input: broker.stdout }).on('line', (line) => {
  if (line.includes('startup complete')) broker.kill('SIGTERM');
});
