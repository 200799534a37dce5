// Definitions between RabbitMQ and Leveret, in both directions: what one exports is there in the other.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { connect } from 'amqplib';
import { createBroker, type CreateBrokerOptions } from 'leveret';
import { ApiClient } from '../../support/management.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { portsOf, type BothBrokers } from './both-brokers.ts';
import { HASHED_USERS, JSON_BODY, makeRich, SHOP } from './rich-topology.ts';

type Item = Readonly<Record<string, unknown>>;
type Document = Readonly<Record<string, readonly Item[]>>;

const SECTIONS = [
  'users',
  'vhosts',
  'permissions',
  'topic_permissions',
  'parameters',
  'policies',
  'queues',
  'exchanges',
  'bindings',
] as const;
const SECTIONS_OF_HOST = ['policies', 'queues', 'exchanges', 'bindings'] as const;

export async function testDefinitions(t: TestContext, { rabbitmq }: BothBrokers): Promise<void> {
  const theirs = apiOf(rabbitmq.managementPort);
  await makeRich(theirs);
  const exported = await theirs.get<Document>('/definitions');
  const shop = encodeURIComponent(SHOP);

  await t.test(
    'what RabbitMQ exports is in Leveret what it was, imported over the API',
    async () => {
      await using broker = await createBroker(WITH_PORTS);
      const ours = apiOf(portsOf(broker).managementPort);
      await post(ours, '/definitions', exported);
      assertSame(await ours.get<Document>('/definitions'), exported, SECTIONS);
      await assertLogins(broker.port);
    },
  );

  await t.test('and loaded at the start', async (s) => {
    const path = join(temporaryDirectory(s), 'definitions.json');
    writeFileSync(path, JSON.stringify(exported));
    await using broker = await createBroker({ loadDefinitions: { path } });
    assertSame(broker.definitions.export() as Document, exported, SECTIONS);
    await assertLogins(broker.port);
  });

  await t.test('and so is one virtual host, in one of another name', async () => {
    const theirShop = await theirs.get<Document>(`/definitions/${shop}`);
    await using broker = await createBroker(WITH_PORTS);
    const ours = apiOf(portsOf(broker).managementPort);
    await ours.expect(201, 'PUT', '/vhosts/copy', {});
    await post(ours, '/definitions/copy', theirShop);
    const copy = await ours.get<Document>('/definitions/copy');
    assertSame(copy, without(theirShop, 'vhost'), SECTIONS_OF_HOST);
    await post(theirs, `/definitions/${shop}`, copy);
  });

  await t.test('what Leveret exports makes no difference to where it came from', async () => {
    await using broker = await createBroker();
    await broker.definitions.import(exported);
    await post(theirs, '/definitions', broker.definitions.export() as Document);
    assertSame(await theirs.get<Document>('/definitions'), exported, SECTIONS);
    await assertLogins(rabbitmq.port);
  });

  await t.test('what was made in Leveret is in RabbitMQ what it was, its users too', async () => {
    await using broker = await createBroker(WITH_HASHES_OF_RABBITMQ);
    const ours = apiOf(portsOf(broker).managementPort);
    await makeRich(ours);
    await theirs.expect(204, 'DELETE', `/vhosts/${shop}`);
    for (const user of [...Object.keys(HASHED_USERS), 'clear', 'external']) {
      // oxlint-disable-next-line no-await-in-loop -- a few
      await theirs.expect(204, 'DELETE', `/users/${user}`);
    }
    const made = await ours.get<Document>('/definitions');
    await post(theirs, '/definitions', made);
    assertSame(await theirs.get<Document>('/definitions'), asKnownTo310(made), SECTIONS);
    await assertLogins(rabbitmq.port);
  });
}

const WITH_PORTS: CreateBrokerOptions = { management: { port: 0 }, prometheus: { port: 0 } };
const WITH_HASHES_OF_RABBITMQ: CreateBrokerOptions = {
  ...WITH_PORTS,
  access: { hashingAlgorithm: 'rabbit_password_hashing_sha256' },
};

function apiOf(port: number): ApiClient {
  return new ApiClient(`http://127.0.0.1:${port}/api`, 'guest', 'guest');
}

async function post(api: ApiClient, path: string, document: Document): Promise<void> {
  const answer = await api.send('POST', path, document, JSON_BODY);
  assert.equal(answer.status, 204, await answer.text());
}

/** Each item of `wanted` is there with all of its fields, and there are no others. */
function assertSame(found: Document, wanted: Document, sections: readonly string[]): void {
  for (const section of sections) {
    const left = inOrder(found[section] ?? []);
    const right = inOrder(wanted[section] ?? []);
    assert.deepEqual(left.map(nameOf), right.map(nameOf), section);
    for (const [index, item] of right.entries()) {
      assert.partialDeepStrictEqual(left[index], item, `${section}: ${nameOf(item)}`);
    }
  }
}

function inOrder(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** What tells items of a section apart. */
function nameOf(item: Item): string {
  const { vhost, component, name, user, exchange, source, destination, routing_key: key } = item;
  const args = Object.entries(item['arguments'] ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const which = source === undefined ? [] : [item['destination_type'], args];
  return JSON.stringify([
    vhost,
    component,
    name,
    user,
    exchange,
    source,
    destination,
    key,
    ...which,
  ]);
}

/** The items without a field. */
function without(document: Document, field: string): Document {
  const sections = Object.entries(document).map(([name, items]) => [
    name,
    Array.isArray(items)
      ? items.map((item: Item) =>
          Object.fromEntries(Object.entries(item).filter(([key]) => key !== field)),
        )
      : items,
  ]);
  return Object.fromEntries(sections) as Document;
}

/** RabbitMQ 3.10 has no types of queues but in their arguments, and nothing but names for virtual hosts. */
function asKnownTo310(document: Document): Document {
  const vhosts = (document['vhosts'] ?? []).map(({ name }) => ({ name }));
  return { ...without(document, 'type'), exchanges: document['exchanges'] ?? [], vhosts };
}

async function assertLogins(port: number): Promise<void> {
  const users = [
    ...Object.entries(HASHED_USERS),
    ['clear', { password: 'swordfish-clear' }],
  ] as const;
  const logins = users.map(async ([user, { password }]) => {
    const opening = connect({ hostname: '127.0.0.1', port, username: user, password, vhost: '/' });
    if (user === 'sha512') return (await opening).close();
    // Who has no permission in the virtual host is told so after the login.
    return assert.rejects(opening, { message: /530|ConnectionClose/u }, user);
  });
  await Promise.all(logins);
}
