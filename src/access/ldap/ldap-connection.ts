/**
 * One connection to an LDAP server, over the client of ldapts: it connects once and is never renewed behind our back, as
 * what is bound would be nobody then.
 */
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type * as Ldap from 'ldapts';
import type { Client, Entry, Filter, SearchOptions } from 'ldapts';
import { openSocket, secureSocket } from '../../runtime/outgoing-socket.ts';
import type { Timers } from '../../runtime/timers.ts';
import { LdapStream } from './ldap-stream.ts';
import type { AttributeValue, Directory } from './query/query-evaluation.ts';
import { startTls } from './start-tls.ts';

/** Who asks the server. */
export type BindAs = 'anonymous' | Credentials;

export interface Credentials {
  /** Mostly a distinguished one. */
  readonly name: string;
  readonly password: string;
}

export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  /** For an answer; infinite for no limit. */
  readonly timeoutMs: number;
  readonly tls: ConnectionOptions;
  readonly security: 'none' | 'tls' | 'start-tls';
  readonly timers: Timers;
  /** Called with each thing that is asked, without passwords. */
  readonly trace: (operation: string, facts: Readonly<Record<string, string>>) => void;
}

/** The server does not know who wants to be bound, or not with that password. */
export class BindRefused extends Error {
  override readonly name = 'BindRefused';
  readonly credentials: Credentials;

  constructor(credentials: Credentials) {
    super(`the LDAP server refuses to bind ${credentials.name}`);
    this.credentials = credentials;
  }
}

/** A connection takes no longer to be there, in milliseconds. */
const LONGEST_CONNECTING_MS = 10_000;
/** What one look-up finds. */
const ENTRIES_MAX = 1000;
/** For the attributes of an object: none. RFC 4511 section 4.5.1.8. */
const NO_ATTRIBUTES = ['1.1'];

/** Result codes, RFC 4511 section 4.1.9. */
const NO_SUCH_OBJECT = 32;
/** Of a bind: no such object, no name, inappropriate authentication, invalid credentials. */
const REFUSALS: readonly number[] = [NO_SUCH_OBJECT, 34, 48, 49];
/** Busy, unavailable, other: another connection may do better. */
const TROUBLES: readonly number[] = [51, 52, 80];

export class LdapConnection implements Directory {
  /** Null: whoever it was, the next has to bind. */
  boundAs: BindAs | null = 'anonymous';
  readonly #client: Client;
  readonly #ldap: typeof Ldap;
  readonly #stream: LdapStream;
  readonly #settings: ConnectionSettings;

  private constructor(stream: LdapStream, ldap: typeof Ldap, settings: ConnectionSettings) {
    this.#stream = stream;
    this.#ldap = ldap;
    this.#settings = settings;
    let isConnected = false;
    const connectOnce = (): Socket => {
      if (isConnected) throw new Error('the connection to the LDAP server has ended');
      isConnected = true;
      // It has all of a socket that the client uses.
      return stream as unknown as Socket;
    };
    const { timeoutMs } = settings;
    this.#client = new ldap.Client({
      url: 'ldap://server.invalid',
      timeout: Number.isFinite(timeoutMs) ? timeoutMs : 0,
      createConnection: connectOnce,
    });
  }

  /** @throws Error when there is no such connection in time */
  static async open(settings: ConnectionSettings): Promise<LdapConnection> {
    const { host, port, security, tls, timers } = settings;
    const timeoutMs = Math.min(settings.timeoutMs, LONGEST_CONNECTING_MS);
    const ldap = await import('ldapts');
    let socket = await openSocket(host, port, timeoutMs);
    try {
      if (security === 'start-tls') await startTls(socket, ldap, timers, timeoutMs);
      if (security !== 'none') socket = await secureSocket(socket, host, tls, timeoutMs);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return new LdapConnection(new LdapStream(socket), ldap, settings);
  }

  get isUsable(): boolean {
    return !this.#stream.destroyed && !this.isEndedByServer;
  }

  /** As servers do with connections that are not used. */
  get isEndedByServer(): boolean {
    return this.#stream.isEndedByServer;
  }

  close(): void {
    this.#stream.destroy();
  }

  /** @throws BindRefused for wrong credentials; Error when it cannot be told */
  async bind(credentials: Credentials): Promise<void> {
    const { name, password } = credentials;
    // The client would take such a name for another way to bind, and a blank password makes everybody nobody (RFC 4513).
    const isMechanism = this.#ldap.SASL_MECHANISMS.some((mechanism) => mechanism === name);
    if (isMechanism || name === '' || password === '') throw new BindRefused(credentials);
    this.boundAs = null;
    this.#settings.trace('bind', { name });
    await this.#run(async () => this.#client.bind(name, password)).catch((error: unknown) => {
      if (REFUSALS.includes(codeOf(error))) throw new BindRefused(credentials);
      throw error;
    });
    this.boundAs = credentials;
  }

  async has(dn: string, value: AttributeValue | null): Promise<boolean> {
    const filter = value === null ? this.#anything() : this.#equality(value);
    const entries = await this.#search(dn, { scope: 'base', filter, attributes: NO_ATTRIBUTES });
    return entries.length > 0;
  }

  async valuesOf(dn: string, attribute: string): Promise<readonly string[]> {
    const options: SearchOptions = {
      scope: 'base',
      filter: this.#anything(),
      attributes: [attribute],
    };
    const [entry] = await this.#search(dn, options);
    // Servers may write the name in their own way.
    const name = Object.keys(entry ?? {}).find(
      (known) => known.toLowerCase() === attribute.toLowerCase(),
    );
    const values = name === undefined ? [] : [entry?.[name] ?? []].flat();
    return values.map((value) => value.toString());
  }

  async find(
    base: string,
    scope: 'subtree' | 'one-level',
    value: AttributeValue,
  ): Promise<readonly string[]> {
    const entries = await this.#search(base, {
      scope: scope === 'subtree' ? 'sub' : 'one',
      filter: this.#equality(value),
      attributes: NO_ATTRIBUTES,
    });
    return entries.map(({ dn }) => dn);
  }

  /** None where there is no such base. @throws Error when it cannot be told */
  async #search(base: string, options: SearchOptions): Promise<readonly Entry[]> {
    const { scope = 'base', filter = '' } = options;
    this.#settings.trace('search', { base, scope, filter: filter.toString() });
    try {
      const { searchEntries } = await this.#run(async () =>
        this.#client.search(base, { ...options, sizeLimit: ENTRIES_MAX }),
      );
      if (searchEntries.length >= ENTRIES_MAX) throw new Error('the LDAP server finds too much');
      return searchEntries;
    } catch (error) {
      if (codeOf(error) === NO_SUCH_OBJECT) return [];
      throw error;
    }
  }

  /** After trouble the connection is of no use: what is bound is not known. */
  async #run<T>(operate: () => Promise<T>): Promise<T> {
    if (!this.isUsable) throw new Error('the connection to the LDAP server has ended');
    try {
      return await operate();
    } catch (error) {
      const isAnswer = error instanceof this.#ldap.ResultCodeError;
      if (!isAnswer || TROUBLES.includes(error.code)) this.close();
      throw error;
    }
  }

  #anything(): Filter {
    return new this.#ldap.PresenceFilter({ attribute: 'objectClass' });
  }

  /** A value in a message of its own needs no escapes. */
  #equality(value: AttributeValue): Filter {
    return new this.#ldap.EqualityFilter(value);
  }
}

function codeOf(error: unknown): number {
  return error instanceof Error && 'code' in error && typeof error.code === 'number'
    ? error.code
    : -1;
}
