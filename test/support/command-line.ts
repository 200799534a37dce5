// The `leveret` command as people run it: a process of its own, against a broker of the test's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { createBroker, type CreateBrokerOptions, type EmbeddedBroker } from 'leveret';

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export interface RunOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Given on the standard input. */
  readonly input?: string;
}

/** Runs `leveret` with these arguments to its end. */
export async function leveret(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return run([process.execPath, 'bin/from-source.js', ...args], options);
}

/** Runs any program to its end. */
export async function run(
  [file = '', ...args]: readonly string[],
  { environment = {}, input = '' }: RunOptions = {},
): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LEVERET_'));
  const child = spawn(file, args, { env: { ...Object.fromEntries(inherited), ...environment } });
  child.stdin.on('error', () => {}).end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve).once('error', reject);
  });
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, output, errors };
}

export interface Stage {
  readonly broker: EmbeddedBroker;
  /** Of the management API. */
  readonly url: string;
  /** Runs `leveret` against this broker, as guest. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** The same; it must end well. What it tells, without what it says about itself. */
  readonly told: (...args: readonly string[]) => Promise<string>;
  /** The JSON that it tells. */
  readonly json: (...args: readonly string[]) => Promise<unknown>;
}

/** Runs a test with a broker of its own. */
export async function withBroker(
  test: (stage: Stage) => Promise<void>,
  options: CreateBrokerOptions = {},
): Promise<void> {
  await using broker = await createBroker({ management: { port: 0 }, ...options });
  const listener = broker.listeners.find(({ protocol }) => protocol.startsWith('http'));
  assert.ok(listener !== undefined);
  const scheme = listener.protocol === 'http' ? 'http' : 'https';
  const url = `${scheme}://${listener.address}:${listener.port}`;
  const run = async (args: readonly string[], given: RunOptions = {}): Promise<Ended> =>
    leveret(args, { ...given, environment: { LEVERET_URL: url, ...given.environment } });
  const told = async (...args: readonly string[]): Promise<string> => {
    const { code, output, errors } = await run(['--quiet', ...args]);
    assert.equal(code, 0, errors);
    assert.equal(errors, '');
    return output;
  };
  const json = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse(await told('--formatter', 'json', ...args)) as unknown;
  await test({ broker, url, run, told, json });
}
