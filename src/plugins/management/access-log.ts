/** A line for each request, in the form that web servers have in common (https://httpd.apache.org/docs/current/logs.html#combined). */
import { join } from 'node:path';
import { isoTime, LogFile, readAuthorization, type Runtime } from '../plugin-api.ts';
import type { HttpContext } from './request-body.ts';

/** Begun anew beyond this size, in octets; as many old ones are kept. */
const ROTATION_SIZE = 10 * 1024 * 1024;
const ROTATION_COUNT = 10;

export class AccessLog {
  readonly #file: LogFile;
  readonly #clock: Runtime['clock'];

  /** @param directory made where it is missing @throws the system's error */
  constructor(directory: string, { clock, log }: Pick<Runtime, 'clock' | 'log'>) {
    this.#clock = clock;
    this.#file = new LogFile({
      path: join(directory, 'access.log'),
      rotationSize: ROTATION_SIZE,
      rotationCount: ROTATION_COUNT,
      isCompressed: false,
      onTrouble: (error) => log.error('the log of HTTP requests cannot be written', { error }),
    });
  }

  add(c: HttpContext, status: number): void {
    const { socket, httpVersion } = c.env.incoming;
    const header = (name: string): string => quoted(c.req.header(name) ?? '-');
    const request = quoted(`${c.req.method} ${withoutSecrets(c.req.url)} HTTP/${httpVersion}`);
    // Who was refused has not proved to be anybody.
    const login = status === 401 ? null : readAuthorization(c.req.header('authorization') ?? null);
    const user = login === null || login.userName === '' ? '-' : plain(login.userName);
    const time = isoTime(this.#clock.nowMs());
    this.#file.write(
      `${socket.remoteAddress ?? '-'} - ${user} [${time}] ${request} ${status} - ${header('referer')} ${header('user-agent')}\n`,
    );
  }
}

/** A password may be in a path. */
function withoutSecrets(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname.replace(/\/hash_password\/.*$/u, '/hash_password/-') + search;
}

function quoted(text: string): string {
  return `"${plain(text).replaceAll(/["\\]/gu, '_')}"`;
}

/** Nothing that would end a line, or part of one. */
function plain(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/gu, '_');
}
