// A broker with the management API, and a client of that API.
import assert from 'node:assert/strict';
import { createBroker, type CreateBrokerOptions, type EmbeddedBroker } from 'leveret';

export class ApiClient {
  readonly #base: string;
  readonly #authorization: string;

  constructor(base: string, user: string, password: string) {
    this.#base = base;
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  /** @param path below `/api`. @param body sent as JSON, unless it is text */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return fetch(`${this.#base}${path}`, {
      method,
      headers: {
        authorization: this.#authorization,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** The JSON of an answer with 200. */
  async get<T = unknown>(path: string): Promise<T> {
    const answer = await this.send('GET', path);
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()) as T;
  }

  /** Sends, and expects one of these statuses. */
  async expect(status: number, method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.send(method, path, body);
    const text = await answer.text();
    assert.equal(answer.status, status, text);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }
}

export interface Management {
  readonly broker: EmbeddedBroker;
  /** As guest. */
  readonly api: ApiClient;
  /** As another user. */
  readonly as: (user: string, password: string) => ApiClient;
}

/** Runs a test with a broker of its own. */
export async function withManagement(
  run: (management: Management) => Promise<void>,
  options: CreateBrokerOptions = {},
): Promise<void> {
  await using broker = await createBroker({ management: { port: 0 }, ...options });
  const listener = broker.listeners.find(({ protocol }) => protocol === 'http');
  assert.ok(listener !== undefined);
  const base = `http://${listener.address}:${listener.port}/api`;
  const as = (user: string, password: string): ApiClient => new ApiClient(base, user, password);
  await run({ broker, api: as('guest', 'guest'), as });
}

/** A request, and what it is answered with: method, path, body, status, and what the answer has among other things. */
export type Step = readonly [
  method: string,
  path: string,
  body: unknown,
  status: number,
  answer?: unknown,
];

/** Sends one after the other. */
export async function runSteps(api: ApiClient, steps: readonly Step[]): Promise<void> {
  for (const [method, path, body, status, answer] of steps) {
    // oxlint-disable-next-line no-await-in-loop -- a story
    const given = await api.expect(status, method, path, body);
    if (answer === undefined) continue;
    assert.partialDeepStrictEqual(given, answer, `${method} ${path}: ${JSON.stringify(given)}`);
  }
}
