// Lists of the management API: how much of them is made.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listOf, type Shown } from '../../../../src/plugins/management/lists.ts';
import type { Request } from '../../../../src/plugins/management/route.ts';

const COUNT = 10_000;

interface Thing {
  readonly name: string;
  readonly size: number;
}

const THINGS: readonly Thing[] = Array.from({ length: COUNT }, (_, i) => ({
  name: `thing-${(i * 7919) % COUNT}`,
  size: (i * 31) % 997,
}));

function request(query: string): Request {
  return {
    params: {},
    query: new URLSearchParams(query),
    body: undefined,
    user: { name: 'guest', tags: [], authorizers: [] },
    peer: { address: '127.0.0.1', isLoopback: true, isTls: false, certificate: null },
    header: () => null,
  };
}

/** The body of the answer, and how many things were shown for it. */
async function listed(
  query: string,
): Promise<{ readonly body: unknown; readonly shownCount: number }> {
  let shownCount = 0;
  const shown: Shown<Thing> = {
    nameOf: ({ name }) => name,
    show: (thing) => {
      shownCount++;
      return thing;
    },
    keyOf: (path) => (path === 'size' ? ({ size }) => size : null),
  };
  const { body } = await listOf(THINGS, shown, request(query));
  return { body, shownCount };
}

interface Paged {
  readonly items: readonly Thing[];
  readonly total_count: number;
}

describe('a list of ten thousand things', { concurrency: true }, () => {
  for (const query of [
    'page=1',
    'page=7&page_size=100&sort=name',
    'page=1&sort=size&sort_reverse=true',
    'page=2&name=9&sort=size',
    'page=1&name=^thing-1&use_regex=true',
  ]) {
    test(`makes only the page of it: ${query}`, async () => {
      const { body, shownCount } = await listed(query);
      assert.equal(shownCount, 100);
      assert.equal((body as Paged).items.length, 100);
      assert.equal((body as Paged).total_count, COUNT);
    });
  }

  test('is ordered by name where nothing else is asked for', async () => {
    const { body } = await listed('page=1&page_size=3');
    assert.deepEqual(
      (body as Paged).items.map(({ name }) => name),
      ['thing-0', 'thing-1', 'thing-10'],
    );
  });

  test('has the largest first, sorted the other way round', async () => {
    const { body } = await listed('page=1&sort=size&sort_reverse=true');
    assert.equal((body as Paged).items[0]?.size, 996);
  });

  test('is sorted by what only the whole object tells, too', async () => {
    const { body, shownCount } = await listed('page=1&sort=name.length');
    assert.equal(shownCount, COUNT + 100);
    assert.equal((body as Paged).items.length, 100);
  });

  test('is made in pieces where all of it is asked for', async () => {
    const { body } = await listed('');
    assert.equal((JSON.parse(body as string) as Thing[]).length, COUNT);
  });
});
