// What the memory alarm does beside other alarms; its effect on clients is in test/behaviour/alarms.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Alarms } from '../../../src/broker/alarms.ts';
import { MemoryAlarm } from '../../../src/broker/memory-alarm.ts';
import { createSystemRuntime } from '../../../src/runtime/system-runtime.ts';
import { CollectedLog } from '../../support/collected-log.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';

test('the memory alarm is logged while another alarm is active', () => {
  const time = new SimulatedTime();
  const log = new CollectedLog();
  const alarms = new Alarms();
  let residentOctets = 2000;
  const memory = { residentOctets: () => residentOctets, totalOctets: () => 10_000 };
  alarms.set('disk', true);
  const runtime = { ...createSystemRuntime({ log }), clock: time, timers: time, memory };
  const alarm = new MemoryAlarm(alarms, runtime, { octets: 1000 });
  assert.equal(alarms.reason, 'low on disk & memory');
  residentOctets = 1000;
  time.pass(2500);
  assert.equal(alarms.reason, 'low on disk');
  alarm.close();
  assert.deepEqual(log.lines, ['warn memory alarm: publishers wait', 'info memory alarm is over']);
});
