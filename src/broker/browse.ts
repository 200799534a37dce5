/** Looking at the messages of a queue from outside of the broker: without consuming them, at any depth of its backlog. */
import type { BasicProperties } from '../amqp/wire/generated/properties.ts';
import { bodyOf, propertiesOf } from './message.ts';
import type { BrowsedMessage, MessageState } from './queue/browsed-message.ts';

/** A message as it stands in its queue. */
export interface BrowsedView {
  /** Identifies the message in its queue for as long as it is there; later messages have higher ones. */
  readonly position: number;
  /** Waiting for a consumer; held by one; or waiting for its time. */
  readonly state: MessageState;
  readonly exchange: string;
  /** A byte string: one character for each octet. */
  readonly routingKey: string;
  readonly properties: BasicProperties;
  readonly body: Buffer;
}

export function viewOf({ position, state, message }: BrowsedMessage): BrowsedView {
  const { address } = message;
  return {
    position,
    state,
    exchange: address.exchange,
    routingKey: address.routingKey,
    properties: propertiesOf(message),
    body: bodyOf(message),
  };
}
