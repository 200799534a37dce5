/**
 * The way of a connection from protocol header to open-ok:
 *
 *   client: header            start-ok            tune-ok, open
 *   server:         start               tune                     open-ok
 *
 * A mechanism with a challenge puts secure and secure-ok before tune.
 * What is refused here is thrown; the connection closes.
 */
import type { AccessControl } from '../access/access-control.ts';
import type { AuthenticatedUser, Peer } from '../access/authenticator.ts';
import { whenKnown, type Eventually } from '../access/eventually.ts';
import { PLAIN, type SaslMechanism, type SaslStep } from '../access/sasl.ts';
import type { Broker } from '../broker/broker.ts';
import type { LogFields } from '../runtime/logger.ts';
import type { VirtualHost } from '../broker/virtual-host.ts';
import { Admission } from './admission.ts';
import { ConnectionAccess } from './connection-access.ts';
import { ProtocolError } from './errors.ts';
import { FRAME_MAX_MIN, type Limits } from './limits.ts';
import { saslMechanisms } from './mechanisms.ts';
import type { FieldTable } from './wire/field-table.ts';
import { readClientProperties, type ClientProperties } from './server-properties.ts';
import {
  CONNECTION_OPEN,
  CONNECTION_SECURE_OK,
  CONNECTION_START_OK,
  CONNECTION_TUNE,
  CONNECTION_TUNE_OK,
  encodeConnectionOpenOk,
  encodeConnectionSecure,
  encodeConnectionStart,
  encodeConnectionTune,
  type ConnectionOpen,
  type ConnectionStartOk,
  type ConnectionTuneOk,
  type Method,
} from './wire/generated/methods.ts';
import { REPLY_CODES } from './wire/reply-codes.ts';
import type { WireWriter } from './wire/wire-writer.ts';

const MECHANISMS = saslMechanisms({});

/** The login failed. Told to clients that want to know, silent to others. */
export class LoginRefused extends Error {
  readonly mechanism: string;

  constructor(mechanism: string, reason: string) {
    super(reason);
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
  readonly access: AccessControl;
  readonly mechanisms?: readonly SaslMechanism[];
  readonly limits: Limits;
  readonly serverProperties: FieldTable;
  readonly peer: Peer;
  readonly out: WireWriter;
}

/** RabbitMQ's names for what a connection is doing. */
const STATES = {
  'start-ok': 'starting',
  'secure-ok': 'securing',
  'tune-ok': 'tuning',
  open: 'opening',
} as const;

export class Handshake {
  /** Null before tune-ok. */
  negotiated: Negotiated | null = null;
  /** What connection.open chose; null before. */
  virtualHost: VirtualHost | null = null;
  readonly #options: HandshakeOptions;
  /** What the user may do in it; null before. */
  access: ConnectionAccess | null = null;
  #user: AuthenticatedUser | null = null;
  readonly admission: Admission;
  #expects: 'start-ok' | 'secure-ok' | 'tune-ok' | 'open' = 'start-ok';
  #client: ClientProperties | null = null;
  #mechanism: SaslMechanism = PLAIN;
  /** What a challenge is answered with. */
  #respond: ((response: Buffer) => SaslStep) | null = null;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    this.admission = new Admission(options);
  }

  get #mechanisms(): readonly SaslMechanism[] {
    const { mechanisms = MECHANISMS, peer } = this.#options;
    return mechanisms.filter((mechanism) => mechanism.isOffered(peer));
  }

  /** The protocol header was right. */
  begin(): void {
    encodeConnectionStart(this.#options.out, 0, {
      versionMajor: 0,
      versionMinor: 9,
      serverProperties: this.#options.serverProperties,
      mechanisms: Buffer.from(this.#mechanisms.map(({ name }) => name).join(' ')),
      locales: Buffer.from('en_US'),
    });
  }

  /** What the client said of itself; null before start-ok. */
  get client(): ClientProperties | null {
    return this.#client;
  }

  /** How the client logs in. */
  get mechanismName(): string {
    return this.#mechanism.name;
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
      return this.#start(method);
    }
    if (method.id === CONNECTION_SECURE_OK && this.#expects === 'secure-ok') {
      return this.#take(this.#respond!(method.response));
    }
    if (method.id === CONNECTION_TUNE_OK && this.#expects === 'tune-ok') return this.#tune(method);
    if (method.id === CONNECTION_OPEN && this.#expects === 'open') return this.#open(method);
    const state = STATES[this.#expects];
    throw new ProtocolError('CHANNEL_ERROR', `unexpected method in connection state ${state}`);
  }

  #start(method: ConnectionStartOk): Eventually<void> {
    this.#client = readClientProperties(method.clientProperties);
    const mechanism = this.#mechanisms.find((candidate) => candidate.name === method.mechanism);
    if (mechanism === undefined) {
      throw new ProtocolError(
        'COMMAND_INVALID',
        `unknown authentication mechanism '${method.mechanism}'`,
      );
    }
    this.#mechanism = mechanism;
    return this.#take(mechanism.respond(method.response, this.#options.peer));
  }

  #take(step: SaslStep): Eventually<void> {
    const { name } = this.#mechanism;
    switch (step.is) {
      case 'malformed':
        throw new ProtocolError('SYNTAX_ERROR', `${name} response is malformed`);
      case 'refused':
        throw new LoginRefused(name, step.reason);
      case 'challenge':
        this.#respond = step.respond;
        this.#expects = 'secure-ok';
        return encodeConnectionSecure(this.#options.out, 0, { challenge: step.challenge });
      default:
        return this.#login(step.userName, step.password);
    }
  }

  #login(userName: string, password: string | null): Eventually<void> {
    const { access, peer } = this.#options;
    const { events } = this.#options.broker;
    const reasons: string[] = [];
    const onRefusal = (reason: string): void => void reasons.push(reason);
    return whenKnown(access.authenticate({ userName, password, peer, onRefusal }), (user) => {
      const event = user === null ? 'failure' : 'success';
      events.emit(`user.authentication.${event}`, () => ({
        name: user?.name ?? userName,
        protocol: 'AMQP 0-9-1',
        auth_mechanism: this.#mechanism.name,
        peer_host: peer.address,
        ssl: peer.isTls,
      }));
      if (user === null) {
        const reason = `user '${userName}': wrong credentials, or not allowed from this address`;
        const details = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
        throw new LoginRefused(this.#mechanism.name, `${reason}${details}`);
      }
      this.#acceptLogin(user);
    });
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

  #open(method: ConnectionOpen): Eventually<void> {
    const user = this.#user;
    if (user === null) throw new Error('nobody has logged in');
    const { access, broker, peer } = this.#options;
    const { log } = broker.runtime;
    return whenKnown(this.admission.enter(user, method.virtualHost), (virtualHost) => {
      this.virtualHost = virtualHost;
      const { name: vhost } = virtualHost;
      this.access = new ConnectionAccess({ access, user, vhost, peer, log });
      encodeConnectionOpenOk(this.#options.out, 0, {});
    });
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
