// Octets that are not what the protocol asks for, on an open connection with channel 1, and the answer that is due
// (0-9-1 section 4.2; codes and texts as RabbitMQ's).
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import type { RawClient } from './raw-client.ts';

/** The arguments of a basic.publish to queue q. */
export const PUBLISH: readonly number[] = [0, 60, 0, 40, 0, 0, 0, 1, 0x71, 0];
export const contentHeader = (classId: number, size: number, weight = 0): readonly number[] => [
  0,
  classId,
  0,
  weight,
  ...Array.from({ length: 4 }, () => 0),
  (size >>> 24) & 255,
  (size >>> 16) & 255,
  (size >>> 8) & 255,
  size & 255,
  0,
  0,
];

export interface BadInput {
  readonly what: string;
  readonly send: (client: RawClient) => void;
  readonly code: number;
  readonly text: string;
  /** Where RabbitMQ does otherwise: see the conformance suite. */
  readonly options?: { readonly differsIn310?: string; readonly leveretDiffers?: string };
}

export const BAD_INPUT: readonly BadInput[] = [
  {
    what: 'a frame larger than frame_max',
    send: (client) => client.socket.write(Buffer.from([3, 0, 1, 0, 2, 0, 1])),
    code: 501,
    text: 'FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,131073,131064}',
  },
  {
    what: 'a wrong end octet',
    send: (client) => client.sendFrame(1, 1, [0, 20, 0, 10, 0], 0x41),
    code: 501,
    text: 'FRAME_ERROR - type 1, all octets = <<0,20,0,10,0>>: {invalid_frame_end_marker,65}',
  },
  {
    what: 'an unknown frame type',
    send: (client) => client.sendFrame(7, 0, []),
    code: 501,
    text: 'FRAME_ERROR - type 7, all octets = <<>>: unknown_frame',
  },
  {
    what: 'a heartbeat with a payload',
    send: (client) => client.sendFrame(8, 0, [1]),
    code: 501,
    text: 'FRAME_ERROR - type 8, all octets = <<1>>: unknown_frame',
  },
  {
    what: 'an unknown method',
    send: (client) => client.sendFrame(1, 1, [0, 60, 0, 99]),
    code: 503,
    text: 'COMMAND_INVALID - unknown method: class 60, method 99',
    options: { leveretDiffers: 'RabbitMQ drops the socket without saying why' },
  },
  {
    what: 'a method that only servers send',
    send: (client) =>
      client.send(methods.encodeQueueDeclareOk, 1, {
        queue: 'q',
        messageCount: 0,
        consumerCount: 0,
      }),
    code: 503,
    text: 'COMMAND_INVALID - unimplemented method',
  },
  {
    what: 'a second channel.open',
    send: (client) => client.send(methods.encodeChannelOpen, 1, {}),
    code: 504,
    text: "CHANNEL_ERROR - second 'channel.open' seen",
  },
  {
    what: 'a method on a channel that is not open',
    send: (client) => client.send(methods.encodeTxSelect, 2, {}),
    code: 504,
    text: "CHANNEL_ERROR - expected 'channel.open'",
  },
  {
    what: 'a content header where a method is due',
    send: (client) => client.sendFrame(2, 1, contentHeader(60, 0)),
    code: 505,
    text: 'UNEXPECTED_FRAME - expected method frame, got non method frame instead',
  },
  {
    what: 'a body where a method is due',
    send: (client) => client.sendFrame(3, 1, [1]),
    code: 505,
    text: 'UNEXPECTED_FRAME - expected method frame, got non method frame instead',
  },
  {
    what: 'a method where a content header is due',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.send(methods.encodeBasicQos, 1, { prefetchSize: 0, prefetchCount: 1, global: false });
    },
    code: 505,
    text: 'UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead',
  },
  {
    what: 'a content header of another class',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(2, 1, contentHeader(50, 0));
    },
    code: 505,
    text: 'UNEXPECTED_FRAME - expected content header for class 60, got one for class 50 instead',
  },
  {
    what: 'a method where a body is due',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(2, 1, contentHeader(60, 5));
      client.send(methods.encodeTxSelect, 1, {});
    },
    code: 505,
    text: 'UNEXPECTED_FRAME - expected content body, got non content body frame instead',
  },
  {
    what: 'a body longer than announced',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(2, 1, contentHeader(60, 2));
      client.sendFrame(3, 1, [1, 2, 3]);
    },
    code: 501,
    text: 'FRAME_ERROR - content body frame exceeds remaining content size',
    options: { differsIn310: 'it waited for more' },
  },
  {
    what: 'a body announced with more than 512 MiB',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(2, 1, contentHeader(60, 0x20000001));
    },
    code: 501,
    text: 'FRAME_ERROR - content body size 536870913 exceeds maximum allowed size 536870912',
    options: { differsIn310: 'it waited for the body' },
  },
  {
    what: 'a queue name that is not UTF-8',
    send: (client) => client.sendFrame(1, 1, [0, 50, 0, 30, 0, 0, 1, 0xff, 0]),
    code: 501,
    text: 'FRAME_ERROR - Malformed UTF-8 in shortstr',
  },
  {
    what: 'an exchange name that is not UTF-8',
    send: (client) => client.sendFrame(1, 1, [0, 40, 0, 10, 0, 0, 1, 0xff, 1, 0x78, 0, 0, 0, 0, 0]),
    code: 501,
    text: 'FRAME_ERROR - Malformed UTF-8 in shortstr',
  },
  {
    what: 'a consumer tag that is not UTF-8',
    send: (client) => client.sendFrame(1, 1, [0, 60, 0, 20, 0, 0, 1, 0x71, 1, 0xff, 0, 0, 0, 0, 0]),
    code: 501,
    text: 'FRAME_ERROR - Malformed UTF-8 in shortstr',
  },
  {
    what: 'a second content header',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(2, 1, contentHeader(60, 5));
      client.sendFrame(2, 1, contentHeader(60, 5));
    },
    code: 505,
    text: 'UNEXPECTED_FRAME - expected content body, got non content body frame instead',
  },
  {
    what: 'a body where a content header is due',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(3, 1, [1]);
    },
    code: 505,
    text: 'UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead',
  },
  {
    what: 'a body behind an empty content',
    send(client) {
      client.sendFrame(1, 1, PUBLISH);
      client.sendFrame(2, 1, contentHeader(60, 0));
      client.sendFrame(3, 1, [1]);
    },
    code: 505,
    text: 'UNEXPECTED_FRAME - expected method frame, got non method frame instead',
  },
];
