/**
 * What the user of one connection may do in its virtual host, as its channels ask before each operation. What was allowed
 * is remembered until anything about users or permissions changes, so that a back end is asked once.
 *
 * An operation first makes sure that all answers it may need are `known`, which may take a while, and then requires
 * them one by one, in RabbitMQ's order.
 */
import type { AccessControl } from '../access/access-control.ts';
import {
  expiryOf,
  type Access,
  type AuthenticatedUser,
  type Peer,
} from '../access/authenticator.ts';
import { DisclosedRefusal } from '../access/disclosed-refusal.ts';
import { whenKnown, type Eventually } from '../access/eventually.ts';
import { BrokerError } from '../broker/errors.ts';
import { disclosing, isReached } from './admission.ts';
import { ProtocolError } from './errors.ts';
import type { Logger } from '../runtime/logger.ts';

export interface Question {
  readonly access: Access;
  readonly kind: 'exchange' | 'queue';
  readonly name: string;
  /** For a routing key or binding key, where the exchange is of type topic; a byte string. */
  readonly topic?: string;
}

/** Answers that are remembered; then it starts anew. */
const ANSWERS_MAX = 1024;

export interface ConnectionAccessOptions {
  readonly access: AccessControl;
  readonly user: AuthenticatedUser;
  readonly vhost: string;
  readonly peer: Peer;
  readonly log: Logger;
}

export class ConnectionAccess {
  /** Whose connection it is; renewed with a new secret. */
  user: AuthenticatedUser;
  /** When the credentials end, in milliseconds since 1970; infinite for never. */
  expiresAtMs: number;
  readonly #options: ConnectionAccessOptions;
  readonly #allowed = new Set<string>();
  /**
   * What was found not to be allowed, with what is to be told of the reason; for the operation under way only: the next
   * one asks again.
   */
  readonly #refused = new Map<string, string>();
  #generation = -1;

  constructor(options: ConnectionAccessOptions) {
    this.user = options.user;
    this.expiresAtMs = expiryOf(options.user);
    this.#options = options;
  }

  /** What was allowed is so for as long as this stays the same. */
  get generation(): number {
    return this.#options.access.generation;
  }

  /** Gets the answers to questions: nothing when they are there, else a promise until they are. */
  known(questions: readonly Question[]): Promise<void> | void {
    this.#refused.clear();
    const pending: Promise<unknown>[] = [];
    for (const question of questions) {
      const answer = this.#answer(question);
      if (answer instanceof Promise) pending.push(answer);
    }
    return pending.length === 0 ? undefined : settled(pending);
  }

  /** @throws BrokerError ACCESS_REFUSED */
  require(question: Question): void {
    if (this.allows(question)) return;
    const { access, kind, name, topic } = question;
    const { vhost } = this.#options;
    const resource = `${kind} '${shownName(kind, name)}' in vhost '${vhost}'`;
    const what = topic === undefined ? resource : `topic '${textOf(topic)}' in ${resource}`;
    const explanation = this.#refused.get(keyOf(question)) ?? '';
    throw new BrokerError(
      'ACCESS_REFUSED',
      `${access} access to ${what} refused for user '${this.user.name}'${explanation}`,
    );
  }

  /** A passive declaration changes nothing: whoever may do anything with the thing may know that it is there. */
  requireAny(kind: 'exchange' | 'queue', name: string): void {
    const others: readonly Access[] = ['write', 'read'];
    if (others.some((access) => this.allows({ access, kind, name }))) return;
    this.require({ access: 'configure', kind, name });
  }

  /** @throws ProtocolError NOT_ALLOWED when the user has as many channels as it may */
  channelOpened(): void {
    const { name } = this.user;
    const { users, usage } = this.#options.access;
    const max = users.find(name)?.limits['max-channels'] ?? -1;
    if (isReached(usage.channelsOf(name), max)) {
      throw new ProtocolError(
        'NOT_ALLOWED',
        `number of channels opened for user '${name}' has reached the maximum allowed user limit of (${max})`,
      );
    }
    usage.channelOpened(name);
    // As RabbitMQ, which remembers for each channel what was allowed.
    if (this.user.authorizers.some((one) => one.changesUnnoticed === true)) this.#allowed.clear();
  }

  channelsClosed(count: number): void {
    this.#options.access.usage.channelsClosed(this.user.name, count);
  }

  /**
   * connection.update-secret: the client has a new token for its login (https://www.rabbitmq.com/docs/oauth2), with which
   * it may do more or less than before. A promise when somebody else has to be asked.
   *
   * @throws ProtocolError NOT_ALLOWED when the secret is refused, or does not allow the virtual host
   */
  updateSecret(secret: string): Eventually<void> {
    const { access, vhost, peer } = this.#options;
    return whenKnown(access.updateSecret(this.user, secret), (user) => {
      if (user === null) {
        throw new ProtocolError('NOT_ALLOWED', 'New secret was refused by one of the backends');
      }
      const refusal = `access to vhost '${vhost}' refused for user '${user.name}'`;
      return whenKnown(disclosing(access.vhostAccess(user, vhost, peer), refusal), (isAllowed) => {
        if (!isAllowed) throw new ProtocolError('NOT_ALLOWED', refusal);
        this.user = user;
        this.expiresAtMs = expiryOf(user);
      });
    });
  }

  /** The answer to a question that is `known`. */
  allows(question: Question): boolean {
    const answer = this.#answer(question);
    if (answer instanceof Promise) throw new Error('a permission is used that was not asked for');
    return answer;
  }

  #answer(question: Question): Eventually<boolean> {
    const { generation } = this;
    if (this.#generation !== generation) {
      this.#allowed.clear();
      this.#generation = generation;
    }
    const key = keyOf(question);
    if (this.#allowed.has(key)) return true;
    if (this.#refused.has(key)) return false;
    const answer = this.#ask(question);
    if (!(answer instanceof Promise)) return this.#remember(key, answer, generation);
    return answer.then(
      (isAllowed) => this.#remember(key, isAllowed, generation),
      (error: unknown) => {
        const isDisclosed = error instanceof DisclosedRefusal;
        this.#refused.set(key, isDisclosed ? ` ${error.explanation}` : '');
        if (isDisclosed) return false;
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.log.error('a permission could not be checked', { reason });
        return false;
      },
    );
  }

  #remember(key: string, isAllowed: boolean, generation: number): boolean {
    if (!isAllowed) this.#refused.set(key, '');
    else if (this.#generation === generation) {
      if (this.#allowed.size >= ANSWERS_MAX) this.#allowed.clear();
      this.#allowed.add(key);
    }
    return isAllowed;
  }

  #ask({ access, kind, name, topic }: Question): Eventually<boolean> {
    const { access: control, vhost } = this.#options;
    const { user } = this;
    if (topic === undefined || access === 'configure') {
      const resource = { kind, name: shownName(kind, name) };
      return control.resourceAccess(user, vhost, resource, access);
    }
    const variables = { username: user.name, vhost };
    return control.topicAccess(user, vhost, name, textOf(topic), access, variables);
  }
}

async function settled(answers: readonly Promise<unknown>[]): Promise<void> {
  await Promise.all(answers);
}

function keyOf({ access, kind, name, topic }: Question): string {
  // Publishers and arguments name exchanges as they like, and keys may be anything: only the length tells where one ends.
  return topic === undefined
    ? `${access} ${kind} ${name}`
    : `${access} topic ${name.length} ${name}${topic}`;
}

/** The default exchange has no name; for permissions it has. */
function shownName(kind: 'exchange' | 'queue', name: string): string {
  return kind === 'exchange' && name === '' ? 'amq.default' : name;
}

/** Keys are octets here, and text for expressions. */
function textOf(byteString: string): string {
  // oxlint-disable-next-line no-control-regex
  const isAscii = /^[\u0000-\u007f]*$/.test(byteString);
  return isAscii ? byteString : Buffer.from(byteString, 'latin1').toString();
}
