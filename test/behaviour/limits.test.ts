// Limits that whoever starts a broker can set.
import { describe, test } from 'node:test';
import { createBroker } from 'leveret';
import { RawClient } from '../support/raw-client.ts';

describe('limits', { concurrency: true }, () => {
  test('a message larger than messageSizeMax closes the channel with 406', async () => {
    await using broker = await createBroker({ limits: { messageSizeMax: 1000 } });
    await using client = await RawClient.open(broker.port);
    const channel = await client.channel();
    channel.publish('', 'q', Buffer.alloc(1001));
    await client.expectChannelClose(
      1,
      406,
      'PRECONDITION_FAILED - message size 1001 is larger than configured max size 1000',
    );
  });

  test('who says nothing is dropped after handshakeTimeoutMs', async () => {
    await using broker = await createBroker({ limits: { handshakeTimeoutMs: 20 } });
    await using client = await RawClient.connect(broker.port);
    await client.ended();
  });
});
