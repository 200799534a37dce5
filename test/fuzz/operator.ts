// An operator who changes policies while clients are at work.
import type { VirtualHost } from '../../src/broker/virtual-host.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

const DEFINITIONS: readonly Readonly<Record<string, unknown>>[] = [
  { 'max-length': 0 },
  { 'max-length': 3, overflow: 'reject-publish', 'dead-letter-exchange': '' },
  { 'max-length-bytes': 20, overflow: 'reject-publish-dlx', 'dead-letter-exchange': 'amq.fanout' },
  { 'message-ttl': 0 },
  { 'message-ttl': 50, 'dead-letter-exchange': 'amq.direct', 'dead-letter-routing-key': 'q' },
  { expires: 1 },
  { expires: 40, 'consumer-timeout': 30 },
  { 'delivery-limit': 0, 'dead-letter-strategy': 'at-least-once', overflow: 'reject-publish' },
  { 'delayed-retry-type': 'all', 'delayed-retry-min': 20, 'dead-letter-exchange': 'missing' },
  {
    'dead-letter-exchange': 'amq.fanout',
    'dead-letter-strategy': 'at-least-once',
    overflow: 'reject-publish',
  },
  { 'max-age': '1s', 'max-length-bytes': 10, 'stream-max-segment-size-bytes': 1 },
  { 'alternate-exchange': 'amq.fanout' },
];

/** Sets or deletes a policy. */
export function changePolicies({ policies }: VirtualHost, random: SeededRandom): void {
  const name = random.pick(['a', 'b', 'c']);
  if (policies.find(name) !== null && random.oneIn(2)) {
    void policies.delete(name);
    return;
  }
  void policies.put({
    name,
    pattern: random.pick(['', '^q', '[a-m]', '^(?!x)']),
    applyTo: random.pick(['all', 'queues', 'quorum_queues', 'exchanges']),
    priority: random.below(3),
    definition: random.pick(DEFINITIONS),
  });
}
