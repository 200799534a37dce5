import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PublishTarget } from '../../../src/amqp/publish-target.ts';
import { RecentTargets } from '../../../src/amqp/recent-targets.ts';
import { MessageAddress } from '../../../src/broker/message.ts';

describe('the recent targets of a channel', () => {
  test('are found by exactly the octets that they were added with, or not at all', () => {
    const keys = fc.array(fc.string({ maxLength: 12 }), { minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(keys, (sequence) => {
        const recent = new RecentTargets();
        for (const key of sequence) {
          const octets = Buffer.from(`--${key}--`);
          const end = octets.length - 2;
          const found = recent.find(octets, 2, end);
          if (found !== null) {
            assert.equal(found.address.routingKey, key);
            continue;
          }
          recent.add(octets, 2, end, new PublishTarget(new MessageAddress('', key), false, false));
          assert.equal(recent.find(octets, 2, end)?.address.routingKey, key);
        }
      }),
    );
  });

  test('are remembered by the hundred', () => {
    const recent = new RecentTargets();
    const octets = Array.from({ length: 100 }, (_, i) => Buffer.from(`sensor.${i}.temperature`));
    for (const key of octets) {
      const address = new MessageAddress('', key.toString());
      recent.add(key, 0, key.length, new PublishTarget(address, false, false));
    }
    const found = octets.filter((key) => recent.find(key, 0, key.length) !== null);
    assert.ok(found.length > 95, `${found.length} of 100`);
  });
});
