/**
 * One client's connection: reads its frames, leads it through the handshake, gives frames to their channels, turns
 * refusals into close methods and ends in order. It knows no socket, only a Transport.
 */
import type { BrokerTotals } from '../broker/statistics/broker-totals.ts';
import type { BrokerEvents } from '../broker/events.ts';
import type { MessageInterceptors } from '../broker/message-interceptors.ts';
import type { Turn } from '../broker/turn.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Channel, ChannelHost } from './channel.ts';
import { ChannelMultiplexer } from './channel-multiplexer.ts';
import type { ConnectionAccess } from './connection-access.ts';
import { ConnectionFacts, type DescribedConnection } from './connection-facts.ts';
import type { ConnectionOptions } from './connection-options.ts';
import type { OpenChannel } from './connection-registry.ts';
import {
  CLOSED,
  CLOSING,
  HANDSHAKE,
  HEADER,
  logEnd,
  neverOpened,
  RUNNING,
  type ConnectionState,
} from './connection-state.ts';
import { ProtocolError, refusal, refusalOf, type Refusal } from './errors.ts';
import { frameReaderOf, type RoutedConnection } from './frame-router.ts';
import { Handshake, LoginRefused } from './handshake.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Limits } from './limits.ts';
import { AWAITED_ANSWER, InputGate } from './input-gate.ts';
import { OutputBuffer } from './output-buffer.ts';
import { PublishBlock } from './publish-block.ts';
import { onRunningMethod } from './running-methods.ts';
import { StoredAnswers } from './stored-answers.ts';
import { ProtocolHeaderReader } from './protocol-header.ts';
import { SocketEnd } from './socket-end.ts';
import { connectionName, peerOf, type Endpoints, type Transport } from './transport.ts';
import { PROTOCOL_HEADER } from './wire/frame.ts';
import type { FrameReader } from './wire/frame-reader.ts';
import {
  CONNECTION_CLOSE,
  CONNECTION_CLOSE_OK,
  decodeMethod,
  encodeConnectionClose,
  encodeConnectionCloseOk,
} from './wire/generated/methods.ts';
import { WireReader } from './wire/wire-reader.ts';

export class Connection implements RoutedConnection, ChannelHost, DescribedConnection {
  readonly name: string;
  readonly out: OutputBuffer;
  readonly turn: Turn;
  readonly runtime: Runtime;
  readonly limits: Limits;
  readonly totals: BrokerTotals;
  readonly events: BrokerEvents;
  readonly nodeName: string;
  readonly interceptors: MessageInterceptors | null;
  readonly owner: object = this;
  readonly endpoints: Endpoints;
  readonly #options: ConnectionOptions;
  /** As others see it; null before it is open. */
  #facts: ConnectionFacts | null = null;
  frameMax: number;
  readonly #transport: Transport;
  readonly #gate: InputGate;
  readonly log: Logger;
  readonly #reader: FrameReader;
  readonly handshake: Handshake;
  readonly channels: ChannelMultiplexer;
  state: ConnectionState = HEADER;
  readonly #header = new ProtocolHeaderReader();
  #virtualHost: VirtualHost | null = null;
  readonly #heartbeat: Heartbeat;
  readonly block: PublishBlock;
  readonly answers: StoredAnswers;
  readonly #end: SocketEnd;

  constructor(options: ConnectionOptions, transport: Transport, endpoints: Endpoints) {
    const { broker, limits, pool } = options;
    this.#options = options;
    this.#transport = transport;
    this.endpoints = endpoints;
    this.name = connectionName(endpoints);
    this.runtime = broker.runtime;
    this.turn = broker.turn;
    this.limits = limits;
    this.totals = broker.totals;
    this.events = broker.events;
    this.nodeName = broker.nodeName;
    this.interceptors = broker.interceptors;
    this.frameMax = limits.initialFrameMax;
    this.#reader = frameReaderOf(this, limits.initialFrameMax);
    this.#gate = new InputGate(transport, this.#reader);
    this.out = new OutputBuffer(transport, this.#gate, pool, this.turn, limits.unsentOctetsMax);
    this.log = broker.runtime.log.child({ connection: this.name });
    this.handshake = new Handshake({ ...options, peer: peerOf(endpoints), out: this.out });
    this.channels = new ChannelMultiplexer(this, limits.channelMax);
    this.#heartbeat = new Heartbeat(this.out);
    this.block = new PublishBlock(
      broker.alarms,
      this.out,
      this.#gate,
      () => this.handshake.client?.wantsBlockedNotification ?? false,
    );
    this.block.alarmed();
    this.answers = new StoredAnswers(this.out, this.#gate, () => this.#onStored());
    this.#end = new SocketEnd({
      transport,
      gate: this.#gate,
      out: this.out,
      timers: this.runtime.timers,
      log: this.log,
      closeTimeoutMs: limits.closeTimeoutMs,
    });
    this.#end.setDeadline(limits.handshakeTimeoutMs, 'handshake timeout');
  }

  // What channels ask for ----------------------------------------------------------------------

  get virtualHost(): VirtualHost {
    return this.#virtualHost ?? neverOpened();
  }

  get access(): ConnectionAccess {
    return this.handshake.access ?? neverOpened();
  }

  get wantsCancelNotification(): boolean {
    return this.handshake.client?.wantsCancelNotification ?? false;
  }

  channelFacts(channel: Channel): OpenChannel {
    return this.#facts?.channelFacts(channel) ?? neverOpened();
  }

  whenAnswered<T>(channel: Channel, result: Promise<T>, respond: (value: T) => void): void {
    this.#pauseUntil(
      result,
      (value) => {
        if (!channel.isClosing && this.state === RUNNING) respond(value);
      },
      channel,
    );
  }

  /** Reads nothing further until the promise settles. */
  #pauseUntil<T>(result: Promise<T>, respond: (value: T) => void, channel: Channel | null): void {
    this.#gate.close(AWAITED_ANSWER);
    const proceed = (complete: () => void): void => {
      if (this.state === CLOSED) return;
      // What follows may have to wait for the next answer: only then is anything read.
      this.#gate.open(AWAITED_ANSWER);
      try {
        complete();
      } catch (error) {
        this.#refuse(error, channel);
      }
      this.#readFrames();
    };
    result.then(
      (value) => proceed(() => respond(value)),
      (error: unknown) => proceed(() => this.#refuse(error, channel)),
    );
  }

  // Input --------------------------------------------------------------------------------------

  /** Octets from the client. */
  onData(chunk: Buffer): void {
    this.#heartbeat.hasReceived = true;
    this.out.traffic.receivedOctets += chunk.length;
    this.out.traffic.receivedCount++;
    if (this.state === HEADER) this.#readHeader(chunk);
    else if (this.state !== CLOSED) this.#reader.push(chunk);
    this.#readFrames();
  }

  /** The socket can take more again. */
  onDrain(): void {
    this.out.drained();
    this.channels.resume();
    this.turn.end();
  }

  /** What was held is sent. */
  #onStored(): void {
    if (this.state === CLOSED) return;
    this.channels.resume();
    this.#readFrames();
  }

  /** The connection is gone, for whatever reason: the last call that the transport makes. */
  onClosed(): void {
    logEnd(this.state, this.log);
    this.state = CLOSED;
    this.handshake.admission.leave();
    this.#end.callOff();
    this.#endChannels();
    this.#facts?.closed();
    this.turn.end();
  }

  #readHeader(chunk: Buffer): void {
    const verdict = this.#header.push(chunk);
    if (verdict.is === 'incomplete') return;
    if (verdict.is === 'other') {
      this.log.warn(`refused: ${verdict.hint}`);
      // What we speak, and goodbye (0-9-1 section 4.2.2).
      this.out.bytes(PROTOCOL_HEADER);
      this.#endTransport();
      return;
    }
    this.state = HANDSHAKE;
    this.handshake.begin();
    this.out.touch();
    this.#reader.push(verdict.rest);
  }

  /** Reads all frames there are; a refused one does not keep the rest from being read. */
  #readFrames(): void {
    for (;;) {
      try {
        this.#reader.run();
        break;
      } catch (error) {
        this.#refuse(error, this.channels.current);
        if (this.state === CLOSED) break;
      }
    }
    this.turn.end();
  }

  // Methods of the connection ------------------------------------------------------------------

  /** A method on channel 0. */
  onConnectionMethod(id: number, buffer: Buffer, start: number, end: number): void {
    this.channels.current = null;
    this.channels.strayMethodId = id;
    if (this.state === CLOSED) return;
    if (id === CONNECTION_CLOSE) {
      this.answers.afterwards(() => this.#closedByClient());
      return;
    }
    if (this.state === CLOSING) {
      if (id === CONNECTION_CLOSE_OK) this.#endTransport();
      return;
    }
    const method = decodeMethod(id, new WireReader().reset(buffer, start, end));
    if (this.state === RUNNING) {
      const answered = onRunningMethod(method, this);
      if (answered instanceof Promise) this.#pauseUntil(answered, () => {}, null);
      return;
    }
    const pending = this.handshake.onMethod(method);
    if (pending instanceof Promise) this.#pauseUntil(pending, () => this.#proceed(), null);
    else this.#proceed();
  }

  #closedByClient(): void {
    this.#endChannels();
    encodeConnectionCloseOk(this.out, 0, {});
    this.log.info('closed by the client');
    this.#endTransport();
  }

  /** The broker's alarms have changed. */
  alarmed(): void {
    this.block.alarmed();
    this.#readFrames();
  }

  /** A step of the handshake is done. */
  #proceed(): void {
    this.out.touch();
    const { negotiated, virtualHost } = this.handshake;
    if (virtualHost !== null) {
      virtualHost.enter(this);
      this.#virtualHost = virtualHost;
      this.state = RUNNING;
      this.#facts = new ConnectionFacts(this, this.#options);
      this.#end.callOff();
      this.log.info('opened', this.handshake.describe());
    } else if (negotiated !== null) {
      this.channels.channelMax = negotiated.channelMax;
      this.frameMax = negotiated.frameMax;
      this.#reader.frameMax = negotiated.frameMax;
      this.#heartbeat.start(negotiated.heartbeatSeconds, this.runtime.clock.monotonicMs());
    }
  }

  #endChannels(): void {
    this.channels.endAll();
    this.#virtualHost?.leave(this);
  }

  /** What went wrong on a channel outside of its methods. */
  refuseChannel(channel: Channel, error: unknown): void {
    this.#refuse(error, channel);
    this.turn.end();
  }

  // Refusals -----------------------------------------------------------------------------------

  #refuse(error: unknown, channel: Channel | null): void {
    if (error instanceof LoginRefused) {
      this.#refuseLogin(error);
      return;
    }
    const refused = refusalOf(error, this.log);
    if (!refused.isHard && channel !== null) {
      this.log.warn(`channel error: ${refused.replyText}`, { channel: channel.number });
      this.channels.refuse(channel, refused);
    } else {
      const blamed = error instanceof ProtocolError ? error.blamedMethodId : 0;
      const handled = channel?.methodId ?? this.channels.strayMethodId;
      this.#closeConnection(refused, blamed === 0 ? handled : blamed);
    }
  }

  #closeConnection(refused: Refusal, methodId: number): void {
    if (this.state === CLOSING || this.state === CLOSED) {
      // Already ending: what is wrong now needs no second answer.
      this.#endTransport();
      return;
    }
    this.log.error(`connection error: ${refused.replyText}`);
    if (this.state === HANDSHAKE && this.handshake.isSilentAbout(refused.replyCode)) {
      this.#endLater();
      return;
    }
    this.#sendClose(refused, methodId);
    if (refused.isFatal) this.#endLater();
  }

  /** The broker ends the connection on its own account (320), for instance because it stops. */
  forceClose(reason: string): void {
    if (this.state !== RUNNING) {
      this.#endTransport();
      this.turn.end();
      return;
    }
    this.#sendClose(refusal('CONNECTION_FORCED', reason), 0);
    this.turn.end();
  }

  #sendClose({ replyCode, replyText }: Refusal, methodId: number): void {
    this.#endChannels();
    this.block.release();
    this.state = CLOSING;
    encodeConnectionClose(this.out, 0, {
      replyCode,
      replyText,
      classId: methodId >>> 16,
      methodId: methodId & 0xffff,
    });
    this.out.touch();
    this.#end.await();
  }

  #refuseLogin(error: LoginRefused): void {
    this.log.warn(`login refused: ${error.message}`, { mechanism: error.mechanism });
    if (this.handshake.client?.wantsAuthenticationFailureClose === true) {
      const text = `Login was refused using authentication mechanism ${error.mechanism}. For details see the broker logfile.`;
      this.#sendClose(refusal('ACCESS_REFUSED', text), 0);
    } else {
      this.#endLater();
    }
  }

  #endLater(): void {
    this.state = CLOSING;
    this.#end.later();
  }

  #endTransport(): void {
    this.state = CLOSED;
    this.#endChannels();
    this.#end.now();
  }

  /** The listener's sweep: ends expired credentials, sends a heartbeat when it is time, and gives up on a silent peer. */
  sweep(monotonicMs: number, nowMs: number): void {
    // From whom we do not read we do not expect heartbeats either.
    if (this.block.isBlocked) this.#heartbeat.hasReceived = true;
    if (this.state !== RUNNING) return;
    if (nowMs >= this.access.expiresAtMs) {
      this.log.warn('the credentials have expired');
      this.forceClose('credential expired');
      return;
    }
    if (this.#heartbeat.sweep(monotonicMs)) return;
    this.log.error('missed heartbeats from the client');
    this.#transport.destroy();
  }
}
