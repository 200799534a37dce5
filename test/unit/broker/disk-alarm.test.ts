// When the disk alarm is raised and ends, and how often it looks: https://www.rabbitmq.com/docs/disk-alarms
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Alarms } from '../../../src/broker/alarms.ts';
import { DEFAULT_DISK_FREE_LIMIT, DiskAlarm } from '../../../src/broker/disk-alarm.ts';
import type { Disk } from '../../../src/runtime/disk.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { createSystemRuntime } from '../../../src/runtime/system-runtime.ts';
import { CollectedLog } from '../../support/collected-log.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';

const LIMIT = 50_000_000;
const RAISED = 'warn disk alarm: publishers wait';
const OVER = 'info disk alarm is over';

describe('the disk alarm', () => {
  let time: SimulatedTime;
  let log: CollectedLog;
  let alarms: Alarms;
  let runtime: Runtime;
  /** What the disk tells; null: it fails. */
  let freeOctets: number | null = null;
  /** The times at which it was asked, in milliseconds. */
  let looks: number[] = [];

  beforeEach(() => {
    time = new SimulatedTime();
    log = new CollectedLog();
    alarms = new Alarms();
    freeOctets = 1e12;
    looks = [];
    const system = createSystemRuntime({ log });
    const memory = { residentOctets: () => 0, totalOctets: () => 1e9 };
    const disk: Disk = {
      ...system.disk,
      freeOctets: (path) => {
        assert.equal(path, '/data');
        looks.push(time.nowMs());
        if (freeOctets === null) throw new Error('no such disk');
        return freeOctets;
      },
    };
    runtime = { ...system, clock: time, timers: time, memory, disk };
  });

  function start(limit = DEFAULT_DISK_FREE_LIMIT): DiskAlarm {
    return new DiskAlarm(alarms, runtime, '/data', limit);
  }

  test('is raised at once where less than the limit is free', () => {
    freeOctets = LIMIT - 1;
    start();
    assert.equal(alarms.reason, 'low on disk');
    assert.deepEqual(log.lines, [RAISED]);
  });

  test('is not raised where just the limit is free', () => {
    freeOctets = LIMIT;
    start();
    assert.equal(alarms.reason, null);
    assert.deepEqual(log.lines, []);
  });

  test('is raised when the disk fills and ends by itself when space returns', () => {
    start();
    freeOctets = LIMIT - 1;
    time.pass(9_999);
    assert.equal(alarms.reason, null);
    time.pass(1);
    assert.equal(alarms.reason, 'low on disk');
    time.pass(60_000);
    freeOctets = LIMIT;
    time.pass(10_000);
    assert.equal(alarms.reason, null);
    assert.deepEqual(log.lines, [RAISED, OVER]);
  });

  test('looks as often as a fast disk takes to fill half of what is left', () => {
    freeOctets = LIMIT + 1_000_000_000;
    start();
    time.pass(2_000);
    assert.deepEqual(looks, [0, 2_000]);
    freeOctets = LIMIT + 250_000_000;
    time.pass(3_000);
    assert.deepEqual(looks, [0, 2_000, 4_000, 4_500, 5_000]);
  });

  test('looks every 10 seconds where there is much, or too little', () => {
    start();
    time.pass(10_000);
    freeOctets = 0;
    time.pass(20_000);
    assert.deepEqual(looks, [0, 10_000, 20_000, 30_000]);
  });

  test('looks 10 times a second when the limit is near', () => {
    freeOctets = LIMIT;
    start();
    time.pass(300);
    assert.deepEqual(looks, [0, 100, 200, 300]);
  });

  test('takes a multiple of the memory for its limit', () => {
    freeOctets = 1.5e9;
    start({ share: 1.5 });
    assert.equal(alarms.reason, null);
    freeOctets--;
    time.pass(100);
    assert.equal(alarms.reason, 'low on disk');
  });

  test('is never raised for what is free where the limit is 0', () => {
    freeOctets = 0;
    start({ octets: 0 });
    assert.equal(alarms.reason, null);
  });

  test('follows a new limit at once', () => {
    const alarm = start();
    alarm.setLimit({ octets: 2e12 });
    assert.equal(alarms.reason, 'low on disk');
    alarm.setLimit({ octets: 0 });
    assert.equal(alarms.reason, null);
    assert.equal(time.timerCount, 1);
  });

  test('is raised at once when a write fails, and ends at once when writes succeed', () => {
    const alarm = start();
    alarm.writeFailed();
    alarm.writeFailed();
    assert.equal(alarms.reason, 'low on disk');
    time.pass(60_000);
    assert.equal(alarms.reason, 'low on disk', 'that much is free does not end it');
    alarm.writeSucceeded();
    alarm.writeSucceeded();
    assert.equal(alarms.reason, null);
    assert.deepEqual(log.lines, [RAISED, OVER]);
    assert.equal(time.timerCount, 1);
  });

  test('does not end when writes succeed while less than the limit is free', () => {
    const alarm = start();
    alarm.writeFailed();
    freeOctets = LIMIT - 1;
    alarm.writeSucceeded();
    assert.equal(alarms.reason, 'low on disk');
    freeOctets = LIMIT;
    time.pass(10_000);
    assert.equal(alarms.reason, null);
  });

  test('costs nothing while writes succeed', () => {
    const alarm = start();
    alarm.writeSucceeded();
    assert.deepEqual(looks, [0]);
  });

  test('says once that it cannot read what is free, goes on, and knows of failed writes only', () => {
    freeOctets = null;
    const alarm = start();
    time.pass(30_000);
    assert.equal(alarms.reason, null);
    alarm.writeFailed();
    assert.equal(alarms.reason, 'low on disk');
    alarm.writeSucceeded();
    freeOctets = 0;
    time.pass(10_000);
    assert.equal(alarms.reason, 'low on disk');
    assert.deepEqual(log.lines, [
      'warn free disk space cannot be read',
      RAISED,
      OVER,
      'info free disk space can be read again',
      RAISED,
    ]);
  });

  test('is logged while another alarm is active', () => {
    alarms.set('memory', true);
    freeOctets = 0;
    start();
    assert.equal(alarms.reason, 'low on memory & disk');
    assert.deepEqual(log.lines, [RAISED]);
  });

  test('looks no more once it is closed', () => {
    const alarm = start();
    alarm.close();
    alarm.writeFailed();
    alarm.setLimit({ octets: 2e12 });
    time.pass(60_000);
    assert.equal(alarms.reason, null);
    assert.deepEqual(looks, [0]);
    assert.equal(time.timerCount, 0);
  });
});
