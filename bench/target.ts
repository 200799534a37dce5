// A broker under measurement: where it is, which processes it consists of, and what these cost. CPU and memory come from
// /proc, so they are there on Linux only.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CertificateAuthority } from '../test/support/certificates.ts';

/** Clock ticks a second of /proc/PID/stat: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const PAGE_OCTETS = 4096;

/** As `npm start` and the published command have them. */
const NODE_OPTIONS = ['--max-semi-space-size=16'];

export interface Target {
  readonly name: string;
  readonly uri: string;
  /** Null where it is not known to speak TLS. */
  readonly tlsUri: string | null;
  /** Empty when unknown: then CPU and memory are not shown. */
  readonly pids: readonly number[];
}

/** `URI`, or with a name and process ids: `NAME=URI,PID,...`. */
export function parseTarget(text: string): Target {
  const [, name, uri = '', pids] =
    /^(?:([^=:]+)=)?(amqp:\/\/[^,]+)(?:,([\d,]+))?$/u.exec(text) ?? [];
  if (uri === '') {
    throw new Error(`Bad value "${text}" for --vs: expected URI or NAME=URI,PID`);
  }
  const known = pids?.split(',').map(Number) ?? [];
  return { name: name ?? new URL(uri).host, uri, tlsUri: null, pids: known };
}

/** User and system time of the target's processes so far, in seconds; null where it cannot be read. */
export function cpuSeconds(target: Target): number | null {
  return sum(target, (pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  });
}

/** Resident memory of the target's processes, in octets; null where it cannot be read. */
export function residentOctets(target: Target): number | null {
  return sum(
    target,
    (pid) => Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_OCTETS,
  );
}

function sum(target: Target, read: (pid: number) => number): number | null {
  if (target.pids.length === 0) return null;
  try {
    return target.pids.map(read).reduce((a, b) => a + b, 0);
  } catch {
    return null;
  }
}

export interface StartedBroker extends Target {
  /** From spawn to the first connection that it served, in milliseconds. */
  readonly startMs: number;
  stop(): Promise<void>;
  /** Ends it with SIGKILL; the directory stays. */
  kill(): Promise<void>;
}

/**
 * Starts the Leveret of this repository as a process of its own, on a free port.
 *
 * @param dataDir null: a directory of its own, that goes when it stops
 */
export async function startLeveret(dataDir: string | null = null): Promise<StartedBroker> {
  const directory = dataDir ?? mkdtempSync(join(tmpdir(), 'leveret-bench-'));
  const certificates = mkdtempSync(join(tmpdir(), 'leveret-bench-'));
  const tls = ['--config', await writeTlsConfiguration(certificates)];
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...NODE_OPTIONS,
      'bin/from-source.js',
      'start',
      '--data-dir',
      directory,
      '--port',
      '0',
      ...tls,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      // The brokers that it is compared with run without, too.
      env: {
        ...process.env,
        LEVERET_PLUGINS_MANAGEMENT: 'false',
        LEVERET_PLUGINS_PROMETHEUS: 'false',
      },
    },
  );
  const lines = createInterface({ input: child.stdout });
  const [uri, tlsUri] = await new Promise<readonly [string, string]>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`leveret ended with code ${String(code)}`)));
    lines.on('line', (line) => {
      const [, plain, encrypted] = /(amqp:\/\/[^\s,]+), (amqps:\/\/[^\s,]+)/u.exec(line) ?? [];
      if (plain !== undefined && encrypted !== undefined) resolve([plain, encrypted]);
    });
  });
  const { connect } = await import('node:net');
  await new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(uri).port), '127.0.0.1', () => {
      socket.write('AMQP\u0000\u0000\u0009\u0001');
      socket.once('data', () => {
        socket.destroy();
        resolve();
      });
    });
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  return {
    name: 'Leveret',
    uri,
    tlsUri,
    pids: child.pid === undefined ? [] : [child.pid],
    startMs: performance.now() - startedMs,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      rmSync(certificates, { recursive: true });
      if (dataDir === null) rmSync(directory, { recursive: true });
    },
  };
}

/** A certificate of its own, and the file that says so. */
async function writeTlsConfiguration(directory: string): Promise<string> {
  const authority = await CertificateAuthority.create(directory, 'bench');
  const { certFile, keyFile } = await authority.issue('server', 'CN=leveret', {
    ip: ['127.0.0.1'],
  });
  const file = join(directory, 'leveret.conf');
  const lines = [
    'listeners.ssl.default = 127.0.0.1:0',
    `ssl_options.certfile = ${certFile}`,
    `ssl_options.keyfile = ${keyFile}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
