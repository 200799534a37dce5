/** Publishing one message without a channel, mandatory and confirmed: for the few that come over HTTP. */
import type { Broker } from '../broker/broker.ts';
import type { Exchange } from '../broker/exchange/exchange.ts';
import { Message, MessageAddress, routingKeysOf } from '../broker/message.ts';
import { JOURNALED, REJECTED, type QueueRef } from '../broker/queue/queue-ref.ts';
import { ChannelCounters } from '../broker/statistics/counters.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';
import type { ConnectionAccess } from './connection-access.ts';
import { admitProperties, checkUserId, traitsOf } from './published-properties.ts';
import { PublishMeter } from './publish-meter.ts';
import { PublishTarget } from './publish-target.ts';
import type { BasicProperties } from './wire/generated/properties.ts';
import { writeProperties } from './wire/property-octets.ts';

export interface DirectPublish {
  /** Empty for the default exchange. */
  readonly exchange: string;
  /** A byte string. */
  readonly routingKey: string;
  readonly properties: BasicProperties;
  readonly body: Buffer;
}

/** `unroutable`: nobody gets it. `refused`: a queue did not take it. */
export type PublishResult = 'routed' | 'unroutable' | 'refused';

export interface PublishSurroundings {
  readonly broker: Broker;
  readonly virtualHost: VirtualHost;
  readonly access: ConnectionAccess;
}

/** Nobody waits for replies here: replies go to queues. */
const NO_REPLIES = { address: (): string => '' };

/** Resolves when the message is as safe as a confirmed one; whoever calls ends the turn then. @throws BrokerError as basic.publish */
export async function publishDirectly(
  { exchange, routingKey, properties, body }: DirectPublish,
  { broker, virtualHost, access }: PublishSurroundings,
): Promise<PublishResult> {
  const target = new PublishTarget(new MessageAddress(exchange, routingKey), true, false);
  const { expiration = null, priority = -1, deliveryMode } = properties;
  const sent = writeProperties(properties);
  const octets = broker.interceptors?.intercept(sent, 0, sent.length) ?? sent;
  const { admitted: message, userId } = admitProperties(
    new Message(
      target.address,
      deliveryMode === 2,
      octets,
      0,
      octets.length,
      body,
      0,
      body.length,
      null,
      -1,
      broker.turn.nowMs(),
      expiration === null && priority < 0 ? null : traitsOf(priority, expiration),
    ),
    NO_REPLIES,
  );
  const questions = [...target.questions(virtualHost), ...target.copyQuestions(message)];
  await access.known(questions);
  for (const question of questions) access.require(question);
  checkUserId(userId, access.user);
  const source = target.find(virtualHost);
  const { queues } = virtualHost.routeByKeys(source, routingKeysOf(message), message);
  count(message, source, queues, broker);
  if (queues.length === 0) return 'unroutable';
  const outcomes = queues.map((queue) => queue.publish(message));
  if (outcomes.includes(JOURNALED)) await durable(broker);
  if (outcomes.includes(REJECTED)) return 'refused';
  broker.totals.confirm++;
  return 'routed';
}

/** As what comes over a channel. */
function count(
  message: Message,
  exchange: Exchange,
  queues: readonly QueueRef[],
  { totals, turn }: Broker,
): void {
  const meter = new PublishMeter(new ChannelCounters(), totals, turn);
  meter.published(exchange, queues, message.bodyLength);
  meter.settle();
  if (queues.length > 0) return;
  meter.unroutable(true);
  totals.confirm++;
}

/** Everything that is in the journal's batch now is on the disk. */
async function durable({ turn }: Broker): Promise<void> {
  await new Promise<void>((resolve) => {
    turn.joinCommit({
      beforeCommit: () => turn.whenDurable({ committed: () => resolve() }, 0),
    });
    turn.end();
  });
}
