// A real LDAP server for tests: Debian's slapd on a free port, with a directory of its own in a temporary folder. Where it
// is missing, scripts/provision.ts says so.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateFilePaths } from './certificates.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

const PROGRAM = '/usr/sbin/slapd';
const LOADER = '/usr/sbin/slapadd';
const SCHEMAS = '/etc/ldap/schema';

/** The program, or null. */
export function findSlapd(): string | null {
  return existsSync(PROGRAM) && existsSync(SCHEMAS) ? PROGRAM : null;
}

export interface SlapdOptions {
  /** Entries in LDIF, below `dc=example,dc=org`, which is there. */
  readonly entries: string;
  /** Serves ldaps, and StartTLS. */
  readonly tls?: CertificateFilePaths;
}

export const ADMIN = { userDn: 'cn=admin,dc=example,dc=org', password: 'admin secret' };

const BASE = `dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
dc: example
o: Example
`;

export class Slapd implements AsyncDisposable {
  readonly port: number;
  /** 0 without TLS. */
  readonly tlsPort: number;
  readonly #directory: string;
  readonly #process: () => ChildProcess;

  private constructor(directory: string, port: number, tlsPort: number, start: () => ChildProcess) {
    this.#directory = directory;
    this.port = port;
    this.tlsPort = tlsPort;
    this.#process = start;
  }

  #running: ChildProcess | null = null;

  static async start({ entries, tls }: SlapdOptions): Promise<Slapd> {
    const directory = mkdtempSync(join(tmpdir(), 'leveret-slapd-'));
    mkdirSync(join(directory, 'db'));
    const config = join(directory, 'slapd.conf');
    writeFileSync(config, configuration(directory, tls));
    load(config, `${BASE}\n${entries}`);
    const port = await freePort();
    const tlsPort = tls === undefined ? 0 : await freePort();
    const urls = [
      `ldap://127.0.0.1:${port}`,
      ...(tlsPort === 0 ? [] : [`ldaps://127.0.0.1:${tlsPort}`]),
    ];
    // With -d it stays in the foreground.
    const start = (): ChildProcess =>
      spawn(PROGRAM, ['-d', '0', '-f', config, '-h', urls.join(' ')], { stdio: 'ignore' });
    const server = new Slapd(directory, port, tlsPort, start);
    await server.run();
    return server;
  }

  /** Starts it, again if it was stopped. */
  async run(): Promise<void> {
    this.#running = this.#process();
    await eventually('slapd listens', async () => isListening(this.port));
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    if (running === null || running.exitCode !== null) return;
    const ended = new Promise((resolve) => {
      running.once('exit', resolve);
    });
    running.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function configuration(directory: string, tls: CertificateFilePaths | undefined): string {
  const schemas = ['core', 'cosine', 'inetorgperson'];
  return [
    ...schemas.map((name) => `include ${SCHEMAS}/${name}.schema`),
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `pidfile ${directory}/pid`,
    'idletimeout 0',
    ...(tls === undefined
      ? []
      : [`TLSCertificateFile ${tls.certFile}`, `TLSCertificateKeyFile ${tls.keyFile}`]),
    'database mdb',
    'maxsize 10485760',
    'suffix "dc=example,dc=org"',
    `rootdn "${ADMIN.userDn}"`,
    `rootpw "${ADMIN.password}"`,
    `directory ${directory}/db`,
    'access to attrs=userPassword by anonymous auth by * none',
    'access to * by * read',
    '',
  ].join('\n');
}

function load(config: string, entries: string): void {
  const run = spawnSync(LOADER, ['-f', config], { input: entries, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`slapadd: ${run.stderr}`);
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
