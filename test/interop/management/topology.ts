// One topology with something of everything, built the same way in any broker: through the management API and AMQP.
import { once } from 'node:events';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import type { ApiClient } from '../../support/management.ts';

/** A broker to build it in. */
export interface Site {
  readonly api: ApiClient;
  readonly port: number;
}

/** The hash of "test12", so that it is the same in both. */
const PASSWORD_HASH = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR';

/** What is put, in this order: path below `/api`, and body. */
const PUTS: ReadonlyArray<readonly [path: string, body: object]> = [
  ['/vhosts/shop', { description: 'What is sold', tags: 'busy,european' }],
  ['/vhosts/empty', {}],
  ['/users/maker', { password_hash: PASSWORD_HASH, tags: 'policymaker' }],
  ['/users/watcher', { password_hash: PASSWORD_HASH, tags: 'monitoring' }],
  ['/users/worker', { password_hash: PASSWORD_HASH, tags: 'management' }],
  ['/users/nobody', { password_hash: PASSWORD_HASH, tags: '' }],
  ['/users/stranger', { password_hash: PASSWORD_HASH, tags: 'management' }],
  ['/permissions/shop/maker', { configure: '.*', write: '.*', read: '.*' }],
  ['/permissions/shop/worker', { configure: '^w\\.', write: '^w\\.', read: '.*' }],
  ['/permissions/shop/nobody', { configure: '', write: '', read: '' }],
  ['/topic-permissions/shop/worker', { exchange: 'news', write: '^eu\\.', read: '.*' }],
  ['/vhost-limits/shop/max-queues', { value: 100 }],
  ['/vhost-limits/shop/max-connections', { value: 50 }],
  ['/user-limits/worker/max-channels', { value: 20 }],
  ['/global-parameters/region', { value: { name: 'eu', zones: [1, 2] } }],
  [
    '/exchanges/shop/orders',
    { type: 'direct', durable: true, arguments: { 'alternate-exchange': 'unsold' } },
  ],
  ['/exchanges/shop/unsold', { type: 'fanout', durable: true, internal: true }],
  ['/exchanges/shop/news', { type: 'topic', durable: true, auto_delete: true }],
  ['/exchanges/shop/parcels', { type: 'headers', durable: false }],
  [
    '/queues/shop/orders',
    { durable: true, arguments: { 'x-max-length': 1000, 'x-overflow': 'reject-publish' } },
  ],
  [
    '/queues/shop/dead',
    {
      durable: true,
      arguments: { 'x-message-ttl': 3_600_000, 'x-dead-letter-exchange': 'unsold' },
    },
  ],
  [
    '/queues/shop/ranked',
    { durable: true, arguments: { 'x-max-priority': 5, 'x-queue-mode': 'lazy' } },
  ],
  ['/queues/shop/passing', { durable: false, auto_delete: true, arguments: {} }],
  ['/queues/shop/only-one', { durable: true, arguments: { 'x-single-active-consumer': true } }],
  [
    '/queues/shop/safe',
    { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 3 } },
  ],
  [
    '/queues/shop/log',
    { durable: true, arguments: { 'x-queue-type': 'stream', 'x-max-age': '7D' } },
  ],
  ['/queues/%2F/plain', { durable: true }],
  [
    '/policies/shop/long',
    { pattern: '^dead$', definition: { 'max-length': 5000 }, 'apply-to': 'queues', priority: 3 },
  ],
  [
    '/policies/shop/routed',
    { pattern: '^news$', definition: { 'alternate-exchange': 'unsold' }, 'apply-to': 'exchanges' },
  ],
  [
    '/operator-policies/shop/capped',
    { pattern: '^(dead|safe)$', definition: { 'max-length-bytes': 1e7 }, 'apply-to': 'queues' },
  ],
];

const POSTS: ReadonlyArray<readonly [path: string, body: object]> = [
  ['/bindings/shop/e/orders/q/orders', { routing_key: 'new order/1' }],
  ['/bindings/shop/e/orders/q/ranked', { routing_key: '' }],
  ['/bindings/shop/e/unsold/q/dead', {}],
  ['/bindings/shop/e/news/q/log', { routing_key: '#', arguments: { note: 'all' } }],
  ['/bindings/shop/e/parcels/q/safe', { arguments: { 'x-match': 'all', weight: 3 } }],
  ['/bindings/shop/e/orders/e/news', { routing_key: 'eu.*' }],
];

/** What keeps the topology as it is: open connections. */
export class Topology {
  readonly #connections: readonly ChannelModel[];

  private constructor(connections: readonly ChannelModel[]) {
    this.#connections = connections;
  }

  static async build({ api, port }: Site): Promise<Topology> {
    for (const [path, body] of PUTS) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      await api.expect(201, 'PUT', path, body).catch(async (error: unknown) => {
        // Limits have no 201.
        if (!path.includes('limits')) throw error;
        await api.expect(204, 'PUT', path, body);
      });
    }
    // oxlint-disable-next-line no-await-in-loop -- in order
    for (const [path, body] of POSTS) await api.expect(201, 'POST', path, body);
    const publisher = await open(port, 'publisher');
    const consumer = await open(port, 'consumer');
    await publish(publisher);
    await consume(consumer);
    return new Topology([publisher, consumer]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map(async (connection) => connection.close()));
  }
}

async function open(port: number, name: string): Promise<ChannelModel> {
  const login = 'guest:guest';
  const connection = await connect(`amqp://${login}@127.0.0.1:${port}/shop?heartbeat=30`, {
    clientProperties: { connection_name: name },
  });
  connection.on('error', () => {});
  return connection;
}

/** Confirmed messages, one that nobody wants and comes back, one that nobody wants, and a channel with a prefetch of its own. */
async function publish(connection: ChannelModel): Promise<void> {
  const channel = await connection.createConfirmChannel();
  const timestamp = 1_700_000_000;
  for (let i = 0; i < 6; i++) {
    channel.publish('orders', 'new order/1', Buffer.from(`order ${i}`), {
      persistent: true,
      timestamp,
    });
  }
  channel.publish('orders', '', Buffer.from('ranked'), { priority: 3 });
  channel.publish('', 'safe', Buffer.from('safe'), { persistent: true });
  channel.publish('', 'gone', Buffer.from('dropped'));
  const returned = once(channel, 'return');
  channel.publish('', 'nowhere', Buffer.from('comes back'), { mandatory: true });
  await returned;
  await channel.waitForConfirms();
  const second = await connection.createChannel();
  await second.prefetch(7, true);
}

/** Acknowledged, unacknowledged, got, requeued, and not to be acknowledged. */
async function consume(connection: ChannelModel): Promise<void> {
  const channel = await connection.createChannel();
  await channel.prefetch(2);
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    channel
      .consume(
        'orders',
        (message) => {
          count += 1;
          if (message !== null && count <= 2) channel.ack(message);
          if (count === 4) resolve();
        },
        { consumerTag: 'clerk', arguments: { 'x-priority': 2 } },
      )
      .catch(reject);
  });
  await more(connection, await connection.createChannel());
}

async function more(connection: ChannelModel, channel: Channel): Promise<void> {
  await channel.get('ranked', { noAck: true });
  await channel.get('ranked', { noAck: true });
  const got = await channel.get('safe');
  if (got !== false) channel.nack(got, false, true);
  await channel.consume('passing', () => {}, { consumerTag: 'passer', noAck: true });
  const other = await connection.createChannel();
  await other.assertQueue('mine', { exclusive: true, durable: false });
  await other.consume('mine', () => {}, { consumerTag: 'owner', exclusive: true });
  await other.consume('only-one', () => {}, { consumerTag: 'first' });
  await other.consume('only-one', () => {}, { consumerTag: 'second' });
}
