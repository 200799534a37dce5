// The management API against RabbitMQ's own: the same topology in both, their answers compared field by field, and the
// same requests with the same statuses. What differs must be in a table, with its reason, which is told to readers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createBroker, type EmbeddedBroker } from 'leveret';
import { eventually } from '../support/eventually.ts';
import { ApiClient } from '../support/management.ts';
import { findRabbitmqServer, RabbitmqServer } from '../support/rabbitmq-server.ts';
import { COMPARED, LISTED } from './management/answers.ts';
import { compare, withoutPlace, type Difference } from './management/compare.ts';
import {
  COMES_AND_GOES,
  KNOWN_DIFFERENCES,
  VARYING,
  type KnownDifference,
} from './management/differences.ts';
import { ask, REQUESTS, type Asking } from './management/requests.ts';
import { Topology } from './management/topology.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NOT_HERE = "Debian's rabbitmq-server is not here";
const isMissing = findRabbitmqServer() === null && process.env['CI'] !== 'true';

/** RabbitMQ tells what it counts when its collectors come by: as often as they can. */
const EACH_SECOND = [
  'collect_statistics_interval = 1000',
  'management.sample_retention_policies.global.minute = 1',
  'management.sample_retention_policies.basic.minute = 1',
  'management.sample_retention_policies.detailed.10 = 1',
];

/** How long that may take: quorum queues tell every five seconds what they have. */
const COUNTED_MS = 25_000;

interface Place extends Asking {
  readonly api: ApiClient;
}

describe('the management API and that of RabbitMQ', { skip: isMissing && NOT_HERE }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'leveret-'));
  let rabbitmq: RabbitmqServer;
  let broker: EmbeddedBroker;
  let ours: Place;
  let theirs: Place;
  let topologies: readonly Topology[] = [];

  before(async () => {
    rabbitmq = await RabbitmqServer.start(EACH_SECOND);
    broker = await createBroker({
      dataDir: directory,
      management: { port: 0 },
      statisticsIntervalMs: 1000,
    });
    const listener = broker.listeners.find(({ protocol }) => protocol === 'http');
    ours = await placeAt(listener?.port ?? 0, broker.port);
    await rabbitmq.ready();
    theirs = await placeAt(rabbitmq.managementPort, rabbitmq.port);
    topologies = await Promise.all([Topology.build(ours), Topology.build(theirs)]);
  });

  after(async () => {
    await Promise.all(topologies.map(async (one) => one[Symbol.asyncDispose]()));
    await rabbitmq[Symbol.asyncDispose]();
    await broker.close();
    rmSync(directory, { recursive: true });
  });

  test('answer with the same fields, types and values, but for the differences that are told', async () => {
    let unknown: readonly string[] = [];
    let unseen: readonly KnownDifference[] = [];
    const hasCounted = async (): Promise<boolean> => {
      const found = await differences(ours, theirs);
      unknown = found.filter((one) => knownAs(one) === undefined).map(report);
      const seen = new Set(found.map(knownAs));
      unseen = KNOWN_DIFFERENCES.filter((one) => !seen.has(one));
      return unknown.length === 0 && unseen.length === 0;
    };
    await eventually('RabbitMQ has counted all', hasCounted, COUNTED_MS).catch(() => {});
    assert.deepEqual([...new Set(unknown)], [], 'differences that are not in the table');
    assert.deepEqual(unseen, [], 'differences in the table that are not there');
  });

  test('show each user the same things', async () => {
    const words = [await wordsOf(ours), await wordsOf(theirs)] as const;
    const unequal: string[] = [];
    for (const asker of ['maker', 'watcher', 'worker', 'stranger']) {
      for (const path of LISTED) {
        const request = { asker, method: 'GET', path, body: '', status: 200, rabbitmq: null };
        // oxlint-disable-next-line no-await-in-loop -- hashes of passwords take their time
        const [one, other] = await Promise.all([ask(ours, request), ask(theirs, request)]);
        assert.equal(one.status, other.status, `${asker} ${path}`);
        if (one.status !== 200) continue;
        const found = compare(
          '',
          withoutPlace(one.text, words[0]),
          withoutPlace(other.text, words[1]),
        );
        for (const { field, kind, ours: our, theirs: their } of found) {
          const what = `${asker} ${path}: ${kind}: ${JSON.stringify(our ?? their)}`;
          if (field === '[]' && kind !== 'value') unequal.push(what);
        }
      }
    }
    assert.deepEqual(unequal, []);
  });

  test('answer the same requests with the same statuses, but for those that are told', async () => {
    for (const request of REQUESTS) {
      // oxlint-disable no-await-in-loop -- each relies on those before
      const our = await ask(ours, request);
      const their = await ask(theirs, request);
      // oxlint-enable no-await-in-loop
      const what = `${request.asker} ${request.method} ${request.path} ${request.body}`;
      assert.equal(our.status, request.status, `${what}: ${our.text}`);
      assert.equal(
        their.status,
        request.rabbitmq?.status ?? request.status,
        `RabbitMQ: ${what}: ${their.text}`,
      );
      assert.ok(request.rabbitmq?.status !== request.status, `${what} differs no longer`);
    }
  });
});

async function placeAt(managementPort: number, port: number): Promise<Place> {
  const origin = `http://127.0.0.1:${managementPort}`;
  const api = new ApiClient(`${origin}/api`, 'guest', 'guest');
  const { node } = await api.get<{ readonly node: string }>('/overview');
  return { origin, api, node, port };
}

/** Found, with the kind of the answer in front of the field. */
interface Found extends Difference {
  readonly of: string;
  readonly path: string;
}

async function differences(ours: Place, theirs: Place): Promise<readonly Found[]> {
  const [our, their] = [await reader(ours), await reader(theirs)];
  const found: Found[] = [];
  for (const { kind: of, paths } of COMPARED) {
    for (const path of paths) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that both are as they were
      const [one, other] = await Promise.all([our(path), their(path)]);
      for (const difference of compare('', one, other)) {
        const field = fieldOf(difference.field);
        const isVarying =
          difference.kind === 'value' && VARYING.some((pattern) => pattern.test(field));
        if (isVarying || COMES_AND_GOES.test(field)) continue;
        found.push({ ...difference, of, path, field });
      }
    }
  }
  return found;
}

/** An item of a list, or of a page of one, has the fields of a single one. */
function fieldOf(path: string): string {
  const field = path.replace(/^\.items\[\]\.|^\[\]\.|^\./u, '');
  return field === '.items[]' || field === 'items[]' ? '[]' : field;
}

function knownAs({ of, field, kind }: Found): KnownDifference | undefined {
  return KNOWN_DIFFERENCES.find(
    (one) =>
      one.of === of && one.kind === kind && one.fields.some((known) => matches(known, field)),
  );
}

function matches(known: string, field: string): boolean {
  return known.endsWith('*') ? field.startsWith(known.slice(0, -1)) : field === known;
}

function report({ of, path, field, kind, ours, theirs }: Found): string {
  const [our, their] = [ours, theirs].map((value) => (JSON.stringify(value) ?? '').slice(0, 100));
  return `${of}: ${field}: ${kind} (${path}: ${our} / ${their})`;
}

interface Named {
  readonly name: string;
  readonly consumer_count: number;
  readonly client_properties: { readonly connection_name: string };
}

/** The names of the place, and the words that stand for them. */
async function wordsOf({ api, node }: Place): Promise<ReadonlyMap<string, string>> {
  const connections = await api.get<readonly Partial<Named>[]>('/connections');
  return new Map([
    ...connections.map(
      ({ name = '', client_properties: told }) =>
        [name, `<${told?.connection_name ?? ''}>`] as const,
    ),
    [node, '<node>'],
  ]);
}

/** Reads answers with the names of the place replaced by words that are the same in both. */
async function reader(place: Place): Promise<(path: string) => Promise<unknown>> {
  const { api, node } = place;
  const words = await wordsOf(place);
  const channels = await api.get<readonly Partial<Named>[]>('/channels');
  const connection = [...words].find(([, word]) => word === '<consumer>')?.[0] ?? 'none';
  const channel = channels.find(({ name }) => name === `${connection} (1)`)?.name ?? 'none';
  return async (path) => {
    const target = path
      .replace('NODE', node)
      .replace('CONNECTION', encodeURIComponent(connection))
      .replace('CHANNEL', encodeURIComponent(channel));
    const answer = await api.send('GET', target);
    const text = await answer.text();
    return answer.status === 200 ? withoutPlace(text, words) : { status: answer.status };
  };
}
