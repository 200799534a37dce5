/**
 * What is counted as messages come and go: plain numbers, raised where it happens, read whenever somebody asks. They
 * only grow, so that a rate is the difference of two looks at them.
 */

/** How messages leave a queue, or reach a channel. */
export interface DeliveryCounters {
  /** To consumers that acknowledge. */
  deliver: number;
  /** To consumers that do not. */
  deliverNoAck: number;
  /** With basic.get, to be acknowledged. */
  get: number;
  /** With basic.get, not to be acknowledged. */
  getNoAck: number;
  /** basic.get that found nothing. */
  getEmpty: number;
  /** Of all deliveries those of messages that had been delivered before. */
  redeliver: number;
  ack: number;
}

export class QueueCounters implements DeliveryCounters {
  /** Messages that clients have published and that were routed to the queue; dead letters are not among them. */
  publish = 0;
  deliver = 0;
  deliverNoAck = 0;
  get = 0;
  getNoAck = 0;
  getEmpty = 0;
  redeliver = 0;
  ack = 0;
}

export class ExchangeCounters {
  /** Messages that clients have published to the exchange. */
  publishIn = 0;
  /** Messages that went to queues by that: one that goes to two counts twice. */
  publishOut = 0;
}

export class ChannelCounters implements DeliveryCounters {
  publish = 0;
  /** Publishes that were confirmed. */
  confirm = 0;
  /** Mandatory messages that nobody wanted. */
  returnUnroutable = 0;
  /** Others that nobody wanted. */
  dropUnroutable = 0;
  deliver = 0;
  deliverNoAck = 0;
  get = 0;
  getNoAck = 0;
  getEmpty = 0;
  redeliver = 0;
  ack = 0;
}
