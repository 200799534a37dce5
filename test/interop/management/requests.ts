// Requests over the topology, in order, and the statuses that both brokers answer them with.
//
//   guest PUT /queues/shop/new {"durable":true} -> 201
//   guest PUT /cluster-name {"name":1} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
//
// Users of the topology ask; `none` sends no credentials, `wrong` a password that is not theirs. Paths are below `/api`, but
// for those that begin with two slashes.
import { CHANGES } from './requests-of-changes.ts';
import { LISTS } from './requests-of-lists.ts';
import { PERMISSIONS } from './requests-of-permissions.ts';
import { READING } from './requests-of-reading.ts';

export interface Asked {
  readonly asker: string;
  readonly method: string;
  readonly path: string;
  /** As it is sent; empty for none. */
  readonly body: string;
  readonly status: number;
  /** What RabbitMQ 3.10 answers with instead, and why. */
  readonly rabbitmq: { readonly status: number; readonly why: string } | null;
}

export const REQUESTS: readonly Asked[] = [READING, LISTS, PERMISSIONS, CHANGES].flatMap((text) =>
  text.trim().split('\n').map(readLine),
);

function readLine(line: string): Asked {
  const [, asker = '', method = '', path = '', body = '', status, other, why = ''] =
    /^(\w+) ([A-Z]+) (\S+)(?: (.*))? -> (\d{3})(?: \(RabbitMQ: (\d{3}), (.*)\))?$/u.exec(line) ??
    [];
  if (status === undefined) throw new Error(`not a request: ${line}`);
  const rabbitmq = other === undefined ? null : { status: Number(other), why };
  return { asker, method, path, body, status: Number(status), rabbitmq };
}

/** Where requests go, and what is in their paths. */
export interface Asking {
  /** Without a path. */
  readonly origin: string;
  readonly node: string;
  readonly port: number;
}

const PASSWORDS: Readonly<Record<string, string>> = { guest: 'guest:guest', wrong: 'guest:wrong' };

/** Sends one. */
export async function ask(
  { origin, node, port }: Asking,
  { asker, method, path, body }: Asked,
): Promise<{ readonly status: number; readonly text: string }> {
  const place = path.replace('NODE', node).replace('PORT', String(port));
  const login = PASSWORDS[asker] ?? `${asker}:test12`;
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  const url = place.startsWith('//') ? `${origin}${place.slice(1)}` : `${origin}/api${place}`;
  const answer = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      ...(asker === 'none' ? {} : { authorization }),
    },
    ...(body === '' ? {} : { body }),
  });
  return { status: answer.status, text: await answer.text() };
}
