// Keys of a provider: when they are fetched, and what happens when they cannot be.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProviderKeys } from '../../../../src/access/oauth2/provider-keys.ts';
import { CollectedLog } from '../../../support/collected-log.ts';
import { eventually } from '../../../support/eventually.ts';
import { SimulatedTime } from '../../../support/simulated-time.ts';

const RSA = { kty: 'RSA', n: 'AQAB', e: 'AQAB' };

interface Stage {
  readonly keys: ProviderKeys;
  readonly time: SimulatedTime;
  readonly log: CollectedLog;
  /** Addresses that were asked. */
  readonly asked: string[];
  /** What each address answers, as JSON unless it is text; an Error fails. */
  readonly answers: Record<string, unknown>;
}

function stage(
  answers: Record<string, unknown>,
  urls: { readonly keysUrl?: string; readonly discoveryUrl?: string } = {},
): Stage {
  const time = new SimulatedTime();
  const log = new CollectedLog();
  const asked: string[] = [];
  const { keysUrl = 'https://idp/keys', discoveryUrl = null } = urls;
  const keys = new ProviderKeys({
    keysUrl: discoveryUrl === null ? keysUrl : null,
    discoveryUrl,
    clock: time,
    log,
    fetch: async ({ href }) => {
      asked.push(href);
      const answer = answers[href];
      if (answer instanceof Error) throw answer;
      return typeof answer === 'string' ? answer : JSON.stringify(answer);
    },
  });
  return { keys, time, log, asked, answers };
}

function keySet(...ids: readonly string[]): unknown {
  return { keys: ids.map((kid) => ({ ...RSA, kid })) };
}

const KEYS = 'https://idp/keys';

describe('the keys of a provider', () => {
  test('are fetched when one is asked for, and kept', async () => {
    const { keys, asked } = stage({ [KEYS]: keySet('a', 'b') });
    assert.deepEqual(asked, []);
    assert.equal((await keys.find('a'))?.kid, 'a');
    assert.equal((await keys.find('b'))?.kid, 'b');
    assert.deepEqual(asked, [KEYS]);
  });

  test('are fetched once for all who ask meanwhile', async () => {
    const { keys, asked } = stage({ [KEYS]: keySet('a') });
    await Promise.all(['a', 'a', 'b', 'c'].map(async (id) => keys.find(id)));
    assert.deepEqual(asked, [KEYS]);
  });

  test('are fetched again for an unknown one, but not within ten seconds', async () => {
    const { keys, asked, time, answers } = stage({ [KEYS]: keySet('a') });
    await keys.find('a');
    answers[KEYS] = keySet('b');
    for (let i = 0; i < 100; i++) assert.equal(await keys.find('b'), null);
    assert.equal(asked.length, 1);
    time.pass(10_000);
    assert.equal((await keys.find('b'))?.kid, 'b');
    assert.equal(asked.length, 2);
  });

  test('that are no longer published are no longer known', async () => {
    const { keys, time, answers } = stage({ [KEYS]: keySet('a') });
    await keys.find('a');
    answers[KEYS] = keySet('b');
    time.pass(10_000);
    await keys.find('b');
    assert.equal(await keys.find('a'), null);
  });

  test('are looked after every ten minutes while they are used', async () => {
    const { keys, asked, time, answers } = stage({ [KEYS]: keySet('a') });
    await keys.find('a');
    answers[KEYS] = keySet('b');
    time.pass(600_001);
    assert.equal((await keys.find('a'))?.kid, 'a', 'nobody waits for that');
    assert.equal(asked.length, 2);
    await eventually('the new ones are there', async () => (await keys.find('a')) === null);
  });

  test('stay in use when they cannot be fetched again', async () => {
    const { keys, time, answers, log } = stage({ [KEYS]: keySet('a') });
    await keys.find('a');
    answers[KEYS] = new Error('does not answer');
    time.pass(600_001);
    await keys.find('a');
    await assert.rejects(
      keys.find('b'),
      /keys .* cannot be had: https:\/\/idp\/keys does not answer/u,
    );
    assert.equal((await keys.find('a'))?.kid, 'a');
    assert.equal(log.complaints.length, 1);
  });

  test('are asked for again two seconds after a failure, which is told once', async () => {
    const { keys, asked, time, answers, log } = stage({ [KEYS]: new Error('is down') });
    for (let i = 0; i < 10; i++) {
      await assert.rejects(keys.find('a'), /is down/u);
      time.pass(500);
    }
    assert.equal(asked.length, 3);
    assert.deepEqual(log.complaints, ['warn the keys of an OAuth 2 provider cannot be had']);
    answers[KEYS] = keySet('a');
    time.pass(2000);
    assert.equal((await keys.find('a'))?.kid, 'a');
    assert.equal(log.lines.at(-1), 'info the keys of an OAuth 2 provider can be had again');
  });

  for (const answer of ['', '<html>', 'null', '7', '[]', '{}', '{"keys":7}', '{"keys":[]}']) {
    test(`are none in the answer ${JSON.stringify(answer)}`, async () => {
      const { keys } = stage({ [KEYS]: answer });
      await assert.rejects(keys.find('a'), /https:\/\/idp\/keys answers with /u);
    });
  }

  test('leave out what is no public key for signatures', async () => {
    const odd = [
      null,
      7,
      { ...RSA },
      { ...RSA, kid: 7 },
      { kty: 'oct', k: 'c2VjcmV0', kid: 'secret' },
      { ...RSA, kid: 'encryption', use: 'enc' },
      { kid: 'typeless' },
    ];
    const { keys } = stage({ [KEYS]: { keys: [...odd, { ...RSA, kid: 'a' }] } });
    assert.equal((await keys.find('a'))?.kid, 'a');
    for (const id of ['secret', 'encryption', 'typeless', 'constructor']) {
      assert.equal(await keys.find(id), null);
    }
  });

  test("may use UAA's names of algorithms", async () => {
    const { keys } = stage({ [KEYS]: { keys: [{ ...RSA, kid: 'a', alg: 'SHA256withRSA' }] } });
    assert.equal((await keys.find('a'))?.alg, 'RS256');
  });
});

describe('the address of keys', () => {
  const DISCOVERY = 'https://idp/.well-known/openid-configuration';

  test('is asked of the issuer', async () => {
    const answers = { [DISCOVERY]: { jwks_uri: KEYS }, [KEYS]: keySet('a') };
    const { keys, asked } = stage(answers, { discoveryUrl: DISCOVERY });
    assert.equal((await keys.find('a'))?.kid, 'a');
    assert.deepEqual(asked, [DISCOVERY, KEYS]);
  });

  for (const found of [undefined, 7, '', '/keys', 'file:///etc/passwd', 'http://idp/keys']) {
    test(`is none that an issuer with TLS calls ${JSON.stringify(found)}`, async () => {
      const { keys } = stage({ [DISCOVERY]: { jwks_uri: found } }, { discoveryUrl: DISCOVERY });
      await assert.rejects(keys.find('a'), /tells no address of keys/u);
    });
  }
});
