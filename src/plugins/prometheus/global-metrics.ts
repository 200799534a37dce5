/** What happened to all messages since the start, and how many take part. */
import { MESSAGE_SIZE_LIMITS, type PluginContext } from '../plugin-api.ts';
import type { Scrape } from './scrape.ts';

const AMQP = { protocol: 'amqp091' };

type Totals = PluginContext['broker']['totals'];

/** Of all messages: what they are counted from, and how many publishes wait for their confirm. */
const GLOBALS: ReadonlyArray<
  readonly [name: string, help: string, valueOf: (totals: Totals, unconfirmed: number) => number]
> = [
  [
    'messages_received',
    'Total number of messages received from publishers',
    ({ publish }) => publish,
  ],
  [
    'messages_received_confirm',
    'Total number of messages received from publishers expecting confirmations',
    ({ confirm }, unconfirmed) => confirm + unconfirmed,
  ],
  [
    'messages_confirmed',
    'Total number of messages confirmed to publishers',
    ({ confirm }) => confirm,
  ],
  [
    'messages_routed',
    'Total number of messages routed to queues or streams',
    ({ publish, dropUnroutable, returnUnroutable }) => publish - dropUnroutable - returnUnroutable,
  ],
  [
    'messages_unroutable_dropped',
    'Total number of messages published as non-mandatory into an exchange and dropped as unroutable',
    ({ dropUnroutable }) => dropUnroutable,
  ],
  [
    'messages_unroutable_returned',
    'Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable',
    ({ returnUnroutable }) => returnUnroutable,
  ],
  [
    'messages_delivered',
    'Total number of messages delivered to consumers',
    ({ deliver, deliverNoAck, get, getNoAck }) => deliver + deliverNoAck + get + getNoAck,
  ],
  [
    'messages_delivered_consume_manual_ack',
    'Total number of messages delivered to consumers using basic.consume with manual acknowledgment',
    ({ deliver }) => deliver,
  ],
  [
    'messages_delivered_consume_auto_ack',
    'Total number of messages delivered to consumers using basic.consume with automatic acknowledgment',
    ({ deliverNoAck }) => deliverNoAck,
  ],
  [
    'messages_delivered_get_manual_ack',
    'Total number of messages delivered to consumers using basic.get with manual acknowledgment',
    ({ get }) => get,
  ],
  [
    'messages_delivered_get_auto_ack',
    'Total number of messages delivered to consumers using basic.get with automatic acknowledgment',
    ({ getNoAck }) => getNoAck,
  ],
  [
    'messages_get_empty',
    'Total number of times basic.get operations fetched no message',
    ({ getEmpty }) => getEmpty,
  ],
  [
    'messages_redelivered',
    'Total number of messages redelivered to consumers',
    ({ redeliver }) => redeliver,
  ],
  ['messages_acknowledged', 'Total number of messages acknowledged by consumers', ({ ack }) => ack],
];

export function globalMetrics(scrape: Scrape): void {
  const { totals } = scrape.context.broker;
  const { channels } = scrape;
  const unconfirmed = sum(channels.map(({ unconfirmedCount }) => unconfirmedCount));
  for (const [name, help, valueOf] of GLOBALS) {
    const value = valueOf(totals, unconfirmed);
    scrape.counter(`global_${name}_total`, help, [{ labels: AMQP, value }]);
  }
  const publishing = channels.filter(({ counters }) => counters.publish > 0).length;
  const consuming = sum(channels.map(({ consumerCount }) => consumerCount));
  scrape.gauge('global_publishers', 'Publishers currently connected', [
    { labels: AMQP, value: publishing },
  ]);
  scrape.gauge('global_consumers', 'Consumers currently connected', [
    { labels: AMQP, value: consuming },
  ]);
  for (const [reason, value] of Object.entries(totals.deadLetters)) {
    scrape.counter(
      `global_messages_dead_lettered_${reason}_total`,
      `Total number of messages dead-lettered, reason ${reason}`,
      value,
    );
  }
  const { counts, sum: octets } = totals.messageSizes;
  const help = 'Size of messages received from publishers';
  scrape.out.histogram('rabbitmq_message_size_bytes', help, AMQP, {
    limits: MESSAGE_SIZE_LIMITS,
    counts,
    sum: octets,
  });
}

/** How much there is of everything. */
export function objectTotals(scrape: Scrape): void {
  const { connections, channels, queues } = scrape;
  scrape.gauge('connections', 'Connections currently open', connections.length);
  scrape.gauge('channels', 'Channels currently open', channels.length);
  const consumers = sum(queues.map(({ queue }) => queue.consumerCount));
  scrape.gauge('consumers', 'Consumers currently connected', consumers);
  scrape.gauge('queues', 'Queues available', queues.length);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
