// Reading publisher confirms, however the broker groups them.
import assert from 'node:assert/strict';
import { BASIC_ACK, BASIC_NACK } from '../../../src/amqp/wire/generated/methods.ts';
import type { RawClient } from '../../support/raw-client.ts';

/** Waits for the verdicts on this many publishes: + for an ack, - for a nack, in the order of publishing. */
export async function readVerdicts(client: RawClient, count: number): Promise<string> {
  const verdicts = new Map<number, string>();
  while (verdicts.size < count) {
    const { method } = await client.next();
    assert.ok(method.id === BASIC_ACK || method.id === BASIC_NACK);
    const first = method.multiple ? 1 : method.deliveryTag;
    for (let seq = first; seq <= method.deliveryTag; seq++) {
      if (!verdicts.has(seq)) verdicts.set(seq, method.id === BASIC_ACK ? '+' : '-');
    }
  }
  return Array.from({ length: count }, (_, i) => verdicts.get(i + 1)).join('');
}
