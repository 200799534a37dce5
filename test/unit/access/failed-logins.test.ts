// Who guesses waits, and longer each time; nobody else does.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Login } from '../../../src/access/authenticator.ts';
import { FailedLogins } from '../../../src/access/failed-logins.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';

function login(userName: string, address = '192.0.2.1'): Login {
  const peer = { address, isLoopback: false, isTls: false, certificate: null };
  return { userName, password: 'guess', peer };
}

/** How long a login waits, in milliseconds. */
async function waitOf(logins: FailedLogins, time: SimulatedTime, who: Login): Promise<number> {
  const startMs = time.nowMs();
  const turn = logins.wait(who);
  if (turn === undefined) return 0;
  const ended = turn.then(() => time.nowMs());
  while (time.timerCount > 0) {
    time.pass(50);
    await Promise.resolve();
    await Promise.resolve();
  }
  return (await ended) - startMs;
}

describe('logins that failed', () => {
  test('make the next of that user from that address wait, longer each time, up to five seconds', async () => {
    const time = new SimulatedTime();
    const logins = new FailedLogins(time, time);
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      waits.push(await waitOf(logins, time, login('a')));
      logins.failed(login('a'));
    }
    assert.deepEqual(waits, [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test('do not concern other addresses, or a few other users', async () => {
    const time = new SimulatedTime();
    const logins = new FailedLogins(time, time);
    for (let i = 0; i < 10; i++) logins.failed(login('a'));
    assert.equal(logins.wait(login('a', '192.0.2.2')), undefined);
    assert.equal(logins.wait(login('b')), undefined);
  });

  test('of one network of IPv6 count together, however its addresses are written', async () => {
    for (const [one, other, elsewhere] of [
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:9::', '2001:db8:1:3:3:4:5:6'],
      ['2001:db8::1', '2001:db8::9:0:0:2', '2001:db8:0:1::1'],
      ['fe80::1', 'fe80::2:3:4:5', 'fe80:0:0:1::1'],
      ['::ffff:192.0.2.1', '::ffff:192.0.2.1', '::ffff:192.0.2.2'],
    ] as const) {
      const logins = new FailedLogins(new SimulatedTime(), new SimulatedTime());
      logins.failed(login('a', one));
      assert.ok(logins.wait(login('a', other)) instanceof Promise, other);
      assert.equal(logins.wait(login('a', elsewhere)), undefined, elsewhere);
    }
  });

  test('of many users from one address slow that address down', async () => {
    const time = new SimulatedTime();
    const logins = new FailedLogins(time, time);
    for (let i = 0; i < 40; i++) logins.failed(login(`user ${i}`));
    assert.equal(await waitOf(logins, time, login('another')), 1000);
    assert.equal(logins.wait(login('another', '192.0.2.2')), undefined);
  });

  test('count for all addresses of one network of IPv6', () => {
    const time = new SimulatedTime();
    const logins = new FailedLogins(time, time);
    logins.failed(login('a', '2001:db8:1:2::1'));
    assert.ok(logins.wait(login('a', '2001:db8:1:2::2')) instanceof Promise);
    assert.equal(logins.wait(login('a', '2001:db8:1:3::1')), undefined);
  });

  test('are forgotten after one that succeeds, and after ten minutes', () => {
    const time = new SimulatedTime();
    const logins = new FailedLogins(time, time);
    for (let i = 0; i < 5; i++) logins.failed(login('a'));
    logins.succeeded(login('a'));
    assert.equal(logins.wait(login('a')), undefined);
    for (let i = 0; i < 5; i++) logins.failed(login('a'));
    time.pass(600_000);
    assert.equal(logins.wait(login('a')), undefined);
  });

  test('that come all at once wait one behind the other, and no more than a few', async () => {
    const time = new SimulatedTime();
    const logins = new FailedLogins(time, time);
    logins.failed(login('a'));
    const turns = Array.from({ length: 40 }, () => logins.wait(login('a')));
    assert.equal(time.timerCount, 32);
    const endsMs: number[] = [];
    for (const turn of turns.slice(0, 3)) {
      void turn?.then(() => endsMs.push(time.nowMs()));
    }
    for (let i = 0; i < 10; i++) {
      time.pass(100);
      await Promise.resolve();
      await Promise.resolve();
    }
    assert.deepEqual(endsMs, [100, 200, 300]);
    assert.equal(await turns[39], false);
  });

  test('of very many peers are kept for the latest', () => {
    const time = new SimulatedTime();
    const logins = new FailedLogins(time, time);
    for (let i = 0; i < 10_001; i++) {
      logins.failed(login('a', `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`));
    }
    assert.equal(logins.wait(login('a', '10.0.0.0')), undefined);
    assert.ok(logins.wait(login('a', '10.0.0.1')) instanceof Promise);
  });

  test('with a token slow down that token only: others may share its name and address', () => {
    const time = new SimulatedTime();
    const logins = new FailedLogins(time, time);
    const token = (password: string): Login => ({ ...login(''), password });
    logins.failed(token('eyJ.expired.x'));
    assert.notEqual(logins.wait(token('eyJ.expired.x')), undefined);
    assert.equal(logins.wait(token('eyJ.right.x')), undefined);
  });
});
