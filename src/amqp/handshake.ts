/**
 * The way of a connection from protocol header to open-ok:
 *
 *   client: header            start-ok            tune-ok, open
 *   server:         start               tune                     open-ok
 *
 * What is refused here is thrown; the connection closes.
 */
import type { AuthenticatedUser, Authenticator } from '../access/authenticator.ts';
import { PLAIN, type SaslMechanism } from '../access/sasl.ts';
import type { Broker } from '../broker/broker.ts';
import type { LogFields } from '../runtime/logger.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';
import { AMQPLAIN } from './amqplain.ts';
import { ProtocolError } from './errors.ts';
import { FRAME_MAX_MIN, type Limits } from './limits.ts';
import type { FieldTable } from './wire/field-table.ts';
import { readClientProperties, type ClientProperties } from './server-properties.ts';
import {
  CONNECTION_OPEN,
  CONNECTION_START_OK,
  CONNECTION_TUNE,
  CONNECTION_TUNE_OK,
  encodeConnectionOpenOk,
  encodeConnectionStart,
  encodeConnectionTune,
  type ConnectionOpen,
  type ConnectionStartOk,
  type ConnectionTuneOk,
  type Method,
} from './wire/generated/methods.ts';
import { REPLY_CODES } from './wire/reply-codes.ts';
import type { WireWriter } from './wire/wire-writer.ts';

const MECHANISMS: readonly SaslMechanism[] = [PLAIN, AMQPLAIN];
/** As connection.start lists them. */
const MECHANISM_NAMES = MECHANISMS.map((mechanism) => mechanism.name).join(' ');

/** The login failed. Told to clients that want to know, silent to others. */
export class LoginRefused extends Error {
  readonly mechanism: string;

  constructor(mechanism: string, userName: string) {
    super(`user '${userName}': wrong credentials, or not allowed from this address`);
    this.mechanism = mechanism;
  }
}

/** What both sides agreed on. */
export interface Negotiated {
  readonly channelMax: number;
  /** In octets. */
  readonly frameMax: number;
  /** In seconds; 0 for none. */
  readonly heartbeatSeconds: number;
}

export interface HandshakeOptions {
  readonly broker: Broker;
  readonly authenticator: Authenticator;
  readonly limits: Limits;
  readonly serverProperties: FieldTable;
  /** The client is on this machine. */
  readonly isLoopback: boolean;
  readonly out: WireWriter;
}

export class Handshake {
  /** Null before tune-ok. */
  negotiated: Negotiated | null = null;
  /** What connection.open chose; null before. */
  virtualHost: VirtualHost | null = null;
  readonly #options: HandshakeOptions;
  #expects: 'start-ok' | 'tune-ok' | 'open' = 'start-ok';
  #user: AuthenticatedUser | null = null;
  #client: ClientProperties | null = null;

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  /** The protocol header was right. */
  begin(): void {
    encodeConnectionStart(this.#options.out, 0, {
      versionMajor: 0,
      versionMinor: 9,
      serverProperties: this.#options.serverProperties,
      mechanisms: Buffer.from(MECHANISM_NAMES),
      locales: Buffer.from('en_US'),
    });
  }

  /** Who logged in; null before. */
  get user(): AuthenticatedUser | null {
    return this.#user;
  }

  /** What the client said of itself; null before start-ok. */
  get client(): ClientProperties | null {
    return this.#client;
  }

  /** Who came, for the log. */
  describe(): LogFields {
    const { product = '', version = '', connectionName = '' } = this.#client ?? {};
    const name = connectionName === '' ? {} : { name: connectionName };
    const user = this.#user?.name ?? '';
    const vhost = this.virtualHost?.name ?? '';
    return { user, vhost, client: `${product} ${version}`.trim(), ...name };
  }

  /** Before connection.open RabbitMQ tells nothing but a refused login and what is wrong with tune-ok. */
  isSilentAbout(replyCode: number): boolean {
    return this.#expects !== 'open' && replyCode !== REPLY_CODES.NOT_ALLOWED.code;
  }

  /**
   * A promise when somebody else has to be asked: read nothing until it settles.
   *
   * @throws LoginRefused, ProtocolError
   */
  onMethod(method: Method): Promise<void> | void {
    if (method.id === CONNECTION_START_OK && this.#expects === 'start-ok') {
      return this.#login(method);
    }
    if (method.id === CONNECTION_TUNE_OK && this.#expects === 'tune-ok') return this.#tune(method);
    if (method.id === CONNECTION_OPEN && this.#expects === 'open') return this.#open(method);
    const state = { 'start-ok': 'starting', 'tune-ok': 'tuning', open: 'opening' }[this.#expects];
    throw new ProtocolError('CHANNEL_ERROR', `unexpected method in connection state ${state}`);
  }

  #login(method: ConnectionStartOk): Promise<void> | void {
    this.#client = readClientProperties(method.clientProperties);
    const mechanism = MECHANISMS.find((candidate) => candidate.name === method.mechanism);
    if (mechanism === undefined) {
      throw new ProtocolError(
        'COMMAND_INVALID',
        `unknown authentication mechanism '${method.mechanism}'`,
      );
    }
    const credentials = mechanism.credentialsFrom(method.response);
    if (credentials === null) {
      throw new ProtocolError('SYNTAX_ERROR', `${mechanism.name} response is malformed`);
    }
    const { authenticator, isLoopback } = this.#options;
    const answer = authenticator.authenticate(credentials, isLoopback);
    const finish = (user: AuthenticatedUser | null): void => {
      if (user === null) throw new LoginRefused(mechanism.name, credentials.userName);
      this.#acceptLogin(user);
    };
    return answer instanceof Promise ? answer.then(finish) : finish(answer);
  }

  #acceptLogin(user: AuthenticatedUser): void {
    this.#user = user;
    this.#expects = 'tune-ok';
    const { channelMax, frameMax, heartbeatSeconds: heartbeat } = this.#options.limits;
    encodeConnectionTune(this.#options.out, 0, { channelMax, frameMax, heartbeat });
  }

  #tune(method: ConnectionTuneOk): void {
    const { limits } = this.#options;
    checkNegotiated('frame_max', method.frameMax, FRAME_MAX_MIN, limits.frameMax);
    checkNegotiated('channel_max', method.channelMax, 1, limits.channelMax);
    this.#expects = 'open';
    const { channelMax, frameMax, heartbeat: heartbeatSeconds } = method;
    this.negotiated = { channelMax, frameMax, heartbeatSeconds };
  }

  #open(method: ConnectionOpen): void {
    const { broker, limits } = this.#options;
    if (broker.connectionCount >= limits.connectionMax) {
      throw new ProtocolError(
        'NOT_ALLOWED',
        `connection refused: node connection limit (${limits.connectionMax}) is reached`,
      );
    }
    const virtualHost = broker.findVirtualHost(method.virtualHost);
    if (virtualHost === null) {
      throw new ProtocolError('NOT_ALLOWED', `vhost ${method.virtualHost} not found`);
    }
    this.virtualHost = virtualHost;
    encodeConnectionOpenOk(this.#options.out, 0, {});
  }
}

/** RabbitMQ's rule: 0 asks for no limit, and is refused when the server has one. What is wrong is blamed on connection.tune, too. */
function checkNegotiated(name: string, client: number, min: number, server: number): void {
  if (client !== 0 && client < min) {
    throw new ProtocolError(
      'NOT_ALLOWED',
      `negotiated ${name} = ${client} is lower than the minimum allowed value (${min})`,
      CONNECTION_TUNE,
    );
  }
  if (server !== 0 && (client === 0 || client > server)) {
    const shown = client === 0 ? '0 (no limit)' : String(client);
    throw new ProtocolError(
      'NOT_ALLOWED',
      `negotiated ${name} = ${shown} is higher than the maximum allowed value (${server})`,
      CONNECTION_TUNE,
    );
  }
}
