/** Limits of the AMQP front end, each with its unit, where it is enforced and what exceeding it gives. */

export interface Limits {
  /** Connections that may be open at a time: 530. */
  readonly connectionMax: number;
  /** Consumers of a channel: 530. */
  readonly channelConsumerMax: number;
  /** Channels of a connection, negotiated down by the client: 530. */
  readonly channelMax: number;
  /** Channels of all connections together: 530. */
  readonly nodeChannelMax: number;
  /** Octets of a frame, negotiated down by the client: 501. */
  readonly frameMax: number;
  /** Octets of a frame before the negotiation: 501. */
  readonly initialFrameMax: number;
  /** Octets of a message body; checked when the body is complete: 406. */
  readonly messageSizeMax: number;
  /** Octets of a body that may be announced at all: 501. */
  readonly announcedSizeMax: number;
  /** Heartbeat that the server proposes, in seconds. */
  readonly heartbeatSeconds: number;
  /** From accept until connection.open-ok, in milliseconds: dropped. */
  readonly handshakeTimeoutMs: number;
  /** From our close to the end of the socket, in milliseconds: dropped. */
  readonly closeTimeoutMs: number;
  /** Octets waiting to be sent beyond which no more input is read from the connection. */
  readonly unsentOctetsMax: number;
  /** How long a consumer of a quorum queue may hold a delivery, in milliseconds: cancelled. 0 for ever. */
  readonly consumerTimeoutMs: number;
  /** The timeout is for all types of queues, and closes the channel with 406: as RabbitMQ did up to 4.2. */
  readonly isConsumerTimeoutForAll: boolean;
  /** basic.qos with `global` limits all consumers of a channel together; false: it is for consumers to come, as in RabbitMQ 4.3. */
  readonly hasGlobalPrefetch: boolean;
}

/** RabbitMQ's defaults. */
export const DEFAULT_LIMITS: Limits = {
  connectionMax: Number.POSITIVE_INFINITY,
  channelConsumerMax: Number.POSITIVE_INFINITY,
  channelMax: 2047,
  nodeChannelMax: Number.POSITIVE_INFINITY,
  frameMax: 131_072,
  initialFrameMax: 8192,
  messageSizeMax: 16_777_216,
  announcedSizeMax: 536_870_912,
  heartbeatSeconds: 60,
  handshakeTimeoutMs: 10_000,
  closeTimeoutMs: 3000,
  unsentOctetsMax: 4 * 1024 * 1024,
  consumerTimeoutMs: 1_800_000,
  isConsumerTimeoutForAll: false,
  hasGlobalPrefetch: true,
};

/** Smallest frame_max that a peer may ask for: RabbitMQ asks 8192 since 4.1, older clients fix 4096 (behaviour 1.4). */
export const FRAME_MAX_MIN = 4096;
