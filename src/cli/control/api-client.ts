/** A client of the management API: requests, lists by pages, and what its refusals mean. */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { urlOf, type BrokerAddress, type Login } from './broker-address.ts';
import { connectionProblem } from './connection-problem.ts';
import { ControlError, EXIT, usageError } from './control-error.ts';

/** Of an answer, in octets: the definitions of large brokers are the largest. */
const ANSWER_OCTETS_MAX = 512 * 1024 * 1024;

/** The most that the API gives at once. */
const PAGE_SIZE = 500;

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below `/api`, made with `pathOf`. */
  readonly path: string;
  /** Sent as JSON, unless it is octets. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly octets: Buffer;
}

/** The broker answered, but not with what was asked for. */
export class RefusedError extends ControlError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message, EXIT.unavailable);
    this.status = status;
  }
}

/** A path of names, which may have any characters in them. @throws ControlError for one that is empty: another path would come of it */
export function pathOf(...names: readonly string[]): string {
  if (names.includes('')) throw usageError('a name is empty');
  return names.map((name) => `/${encodeURIComponent(name)}`).join('');
}

export class ApiClient {
  readonly address: BrokerAddress;
  readonly #timeoutMs: number;
  #agent: Promise<Agent> | null = null;

  /** @param timeoutMs for each answer: who reads a list page by page may take their time */
  constructor(address: BrokerAddress, timeoutMs: number) {
    this.address = address;
    this.#timeoutMs = timeoutMs;
  }

  /** The same broker, asked by somebody else. */
  as(login: Login): ApiClient {
    return new ApiClient({ ...this.address, login }, this.#timeoutMs);
  }

  /** @throws RefusedError, or ControlError when there is no answer */
  async get<T>(path: string): Promise<T> {
    const { octets } = await this.send({ method: 'GET', path });
    return this.parse(octets) as T;
  }

  /** Like `get`, with null for what is not there. */
  async find<T>(path: string): Promise<T | null> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof RefusedError && error.status === 404) return null;
      throw error;
    }
  }

  /** Of the JSON that POST is answered with. */
  async post<T>(path: string, body: unknown): Promise<T> {
    const { octets } = await this.send({ method: 'POST', path, body });
    return this.parse(octets) as T;
  }

  /** Items of a list, a page at a time, so that memory is bounded. @param columns those that are needed */
  async *list<T>(path: string, columns: readonly string[]): AsyncGenerator<T> {
    const query = new URLSearchParams({ page_size: String(PAGE_SIZE) });
    if (columns.length > 0) query.set('columns', columns.join(','));
    for (let number = 1, count = 1; number <= count; number++) {
      query.set('page', String(number));
      // oxlint-disable-next-line no-await-in-loop -- each page tells whether there is another
      const page = await this.#page<T>(`${path}?${query.toString()}`, number);
      if (!('items' in page)) return yield* page;
      yield* page.items;
      count = page.page_count;
    }
  }

  /** What was there when the last page was counted may be gone meanwhile. */
  async #page<T>(path: string, number: number): Promise<Page<T> | readonly T[]> {
    try {
      return await this.get<Page<T> | readonly T[]>(path);
    } catch (error) {
      if (number > 1 && error instanceof RefusedError && error.status === 400) return [];
      throw error;
    }
  }

  /** Sends and takes any answer of success. @throws RefusedError, or ControlError when there is no answer */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const answer = await this.ask(request);
    if (answer.status < 200 || answer.status > 299) throw this.refusal(answer);
    return answer;
  }

  /** Sends and takes any answer. @throws ControlError when there is none */
  async ask({ method, path, body, headers }: ApiRequest): Promise<ApiAnswer> {
    const { isTls, host, port, pathPrefix, login, ca } = this.address;
    const { request } = isTls ? await import('node:https') : await import('node:http');
    this.#agent ??= agentFor(isTls);
    const octets = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
    const options: RequestOptions = {
      agent: await this.#agent,
      host,
      port,
      method,
      path: `${pathPrefix}/api${path}`,
      signal: AbortSignal.timeout(this.#timeoutMs),
      headers: {
        // RabbitMQ refuses to answer some changes with JSON.
        accept: method === 'GET' ? 'application/json' : '*/*',
        authorization: authorizationOf(login),
        ...(octets === undefined
          ? {}
          : {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(octets),
            }),
        ...headers,
      },
      ...(ca === null ? {} : { ca }),
    };
    try {
      const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
        request(options, resolve).on('error', reject).end(octets);
      });
      return { status: incoming.statusCode ?? 0, octets: await readAll(incoming) };
    } catch (error) {
      throw error instanceof ControlError ? error : connectionProblem(error, this.address);
    }
  }

  /** @throws ControlError for what is no JSON, and so none of the API */
  parse(octets: Buffer): unknown {
    try {
      return JSON.parse(octets.toString());
    } catch {
      throw this.#notTheApi();
    }
  }

  #notTheApi(): ControlError {
    const url = urlOf(this.address);
    return new ControlError(
      `what answers at ${url} is no management API: the address is said with --url or LEVERET_URL`,
      EXIT.unavailable,
    );
  }

  /** What an answer means that is no success: the API tells `error` and `reason`. */
  refusal({ status, octets }: ApiAnswer): ControlError {
    let told: Refusal = {};
    try {
      told = JSON.parse(octets.toString()) as Refusal;
    } catch {
      if (status !== 401) return this.#notTheApi();
    }
    const reason = typeof told.reason === 'string' ? told.reason : `status ${status}`;
    if (status === 401) return new RefusedError(status, this.#notAllowed(told, reason));
    return new RefusedError(status, reason);
  }

  #notAllowed({ error }: Refusal, reason: string): string {
    const { login } = this.address;
    const who = login.kind === 'token' ? 'the bearer of the token' : `user '${login.user}'`;
    if (error !== 'not_authorised' && login.kind === 'token') {
      return 'the token is refused: it may have ended, or be for another broker';
    }
    if (error !== 'not_authorised') {
      return `${who} is not let in: wrong name or password. They are said with --user and --password, or LEVERET_USER and LEVERET_PASSWORD`;
    }
    if (reason.startsWith('Not ') && login.kind === 'password') {
      const tag = /^Not (\w+) user$/u.exec(reason)?.[1] ?? 'management';
      return `${who} may not do this (${reason}): an administrator can allow it with \`leveret set_user_tags ${login.user} ${tag}\``;
    }
    return `${who} may not do this: ${reason}`;
  }
}

interface Refusal {
  readonly error?: unknown;
  readonly reason?: unknown;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly page_count: number;
}

/** One connection serves all requests of a command. */
async function agentFor(isTls: boolean): Promise<Agent> {
  const { Agent } = isTls ? await import('node:https') : await import('node:http');
  return new Agent({ keepAlive: true, maxSockets: 1 });
}

function authorizationOf(login: Login): string {
  if (login.kind === 'token') return `Bearer ${login.token}`;
  const { user, password } = login;
  return `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of incoming) {
    pieces.push(piece as Buffer);
    length += (piece as Buffer).length;
    if (length > ANSWER_OCTETS_MAX) {
      throw new ControlError(
        `the answer is larger than ${ANSWER_OCTETS_MAX} octets`,
        EXIT.unavailable,
      );
    }
  }
  return Buffer.concat(pieces);
}
