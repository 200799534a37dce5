/**
 * Connections to LDAP servers, kept and shared: so many at a time, each used by one question after the other, closed when
 * nobody needed it for a while. The first server that can be reached is used; one that could not be comes last for a time.
 */
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Timer } from '../../runtime/timers.ts';
import { LdapConnection, type BindAs, type ConnectionSettings } from './ldap-connection.ts';
import type { Directory } from './query/query-evaluation.ts';

export interface LdapPoolOptions extends Omit<ConnectionSettings, 'host'> {
  /** In the order in which they are tried. */
  readonly servers: readonly string[];
  /** Connections at a time. */
  readonly size: number;
  /** Infinite for never. */
  readonly idleTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Questions that wait for a connection; more fail. */
const WAITING_MAX = 1024;
/** A kept connection may have ended unnoticed; then the question is asked anew, up to so many times. */
const RETRIES_MAX = 3;
/** How long a server comes last that could not be reached, in milliseconds. */
const AVOIDED_MS = 30_000;

interface Idle {
  readonly connection: LdapConnection;
  readonly timer: Timer | null;
}

export class LdapPool {
  readonly #options: LdapPoolOptions;
  /** The one used last is last. */
  #idle: Idle[] = [];
  readonly #inUse = new Set<LdapConnection>();
  /** All of them, and those on the way. */
  #count = 0;
  readonly #waiting: (() => void)[] = [];
  /** When servers could not be reached. */
  readonly #failedMs = new Map<string, number>();
  #isClosed = false;

  constructor(options: LdapPoolOptions) {
    this.#options = options;
  }

  close(): void {
    this.#isClosed = true;
    for (const idle of this.#idle.splice(0)) this.#drop(idle);
    // What is asked fails: nobody waits for it.
    for (const connection of this.#inUse) connection.close();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /**
   * Asks as somebody.
   *
   * @throws BindRefused when the server does not know them; Error when it cannot be told
   */
  async use<T>(bindAs: BindAs, ask: (directory: Directory) => Promise<T>): Promise<T> {
    for (let retriesLeft = RETRIES_MAX; ; retriesLeft--) {
      // oxlint-disable-next-line no-await-in-loop -- the next only when this one has failed
      const { connection, isReused } = await this.#take(bindAs);
      this.#inUse.add(connection);
      try {
        if (bindAs !== 'anonymous' && connection.boundAs !== bindAs) {
          // oxlint-disable-next-line no-await-in-loop
          await connection.bind(bindAs);
        }
        // oxlint-disable-next-line no-await-in-loop
        return await ask(connection);
      } catch (error) {
        if (!isReused || !connection.isEndedByServer || retriesLeft === 0) throw error;
      } finally {
        this.#giveBack(connection);
      }
    }
  }

  async #take(bindAs: BindAs): Promise<{ connection: LdapConnection; isReused: boolean }> {
    for (;;) {
      if (this.#isClosed) throw new Error('the broker stops');
      const kept = this.#takeIdle(bindAs);
      if (kept !== null) return { connection: kept, isReused: true };
      const [oldest] = this.#idle;
      // Somebody is bound on it, and this one wants to be nobody.
      if (this.#count >= this.#options.size && oldest !== undefined) this.#drop(oldest);
      if (this.#count < this.#options.size) {
        return { connection: await this.#open(), isReused: false };
      }
      if (this.#waiting.length >= WAITING_MAX) throw new Error('too many questions wait for LDAP');
      // oxlint-disable-next-line no-await-in-loop -- until there is one
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** The one that is bound already, else any that can be. */
  #takeIdle(bindAs: BindAs): LdapConnection | null {
    const ended = this.#idle.filter(({ connection }) => !connection.isUsable);
    for (const idle of ended) this.#drop(idle);
    const fitting =
      this.#idle.findLast(({ connection }) => connection.boundAs === bindAs) ??
      (bindAs === 'anonymous' ? undefined : this.#idle.at(-1));
    if (fitting === undefined) return null;
    fitting.timer?.cancel();
    this.#idle = this.#idle.filter((idle) => idle !== fitting);
    return fitting.connection;
  }

  #giveBack(connection: LdapConnection): void {
    const { timers, idleTimeoutMs } = this.#options;
    this.#inUse.delete(connection);
    if (this.#isClosed || !connection.isUsable) {
      this.#end(connection);
      return;
    }
    const idle: Idle = {
      connection,
      timer: Number.isFinite(idleTimeoutMs)
        ? timers.after(idleTimeoutMs, () => this.#drop(idle))
        : null,
    };
    this.#idle.push(idle);
    this.#waiting.shift()?.();
  }

  #drop(idle: Idle): void {
    idle.timer?.cancel();
    this.#idle = this.#idle.filter((one) => one !== idle);
    this.#end(idle.connection);
  }

  #end(connection: LdapConnection): void {
    connection.close();
    this.#count--;
    this.#waiting.shift()?.();
  }

  async #open(): Promise<LdapConnection> {
    this.#count++;
    try {
      return await this.#openAny();
    } catch (error) {
      this.#count--;
      this.#waiting.shift()?.();
      throw error;
    }
  }

  /** @throws Error with what is wrong with each server */
  async #openAny(): Promise<LdapConnection> {
    const { clock, log } = this.#options;
    const problems: string[] = [];
    for (const host of this.#serversInOrder()) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- the next only when this one fails
        const connection = await LdapConnection.open({ ...this.#options, host });
        this.#failedMs.delete(host);
        return connection;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const isNews = !this.#failedMs.has(host);
        this.#failedMs.set(host, clock.monotonicMs());
        if (isNews) log.warn('an LDAP server cannot be reached', { server: host, reason });
        problems.push(`${host}: ${reason}`);
      }
    }
    throw new Error(`no LDAP server can be reached (${problems.join('; ')})`);
  }

  #serversInOrder(): readonly string[] {
    const nowMs = this.#options.clock.monotonicMs();
    const isAvoided = (host: string): boolean =>
      nowMs - (this.#failedMs.get(host) ?? Number.NEGATIVE_INFINITY) < AVOIDED_MS;
    return this.#options.servers.toSorted(
      (one, other) => Number(isAvoided(one)) - Number(isAvoided(other)),
    );
  }
}
