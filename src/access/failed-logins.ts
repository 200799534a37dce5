/**
 * Slows down who guesses passwords: after logins that failed, the next from the same peer wait, and longer each time.
 * Counted are the failures of a user from an address, which grow quickly, and those of an address for whatever users.
 * Others do not notice, and nothing but the login that waits is held up.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import type { Timers } from '../runtime/timers.ts';
import type { Login } from './authenticator.ts';
import { networkOf } from './peer-network.ts';

interface Rule {
  /** Failures that cost nothing. */
  readonly freeCount: number;
  /** What the next one costs, in milliseconds; each further one twice as much. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

const OF_USER: Rule = { freeCount: 0, firstDelayMs: 100, longestDelayMs: 5000 };
const OF_ADDRESS: Rule = { freeCount: 20, firstDelayMs: 50, longestDelayMs: 1000 };

/** Peers that are remembered; then the one that failed longest ago is forgotten. */
const PEERS_MAX = 10_000;
/** Longer names count by their digest, in characters. */
const NAME_LENGTH_MAX = 64;
/** After this long without a failure everything is forgotten, in milliseconds. */
const MEMORY_MS = 600_000;
/** Logins of a peer that may wait; more are refused at once, right or wrong. */
const WAITING_MAX = 32;

interface Failures {
  count: number;
  lastMs: number;
  /** When the next login may be tried. */
  nextMs: number;
  waitingCount: number;
}

export class FailedLogins {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #ofUsers: PeerTable;
  readonly #ofAddresses: PeerTable;

  /** Passwords whose answer is awaited, by user; the one that came first. */
  readonly #underWay = new Map<string, { readonly password: string | null; count: number }>();

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
    this.#ofUsers = new PeerTable(OF_USER);
    this.#ofAddresses = new PeerTable(OF_ADDRESS);
  }

  /**
   * Nothing when the login may be tried at once; else a promise that resolves when it may: true, or with false when so
   * many wait that it is refused.
   */
  wait(login: Login): Promise<boolean> | void {
    const nowMs = this.#clock.monotonicMs();
    const key = userKey(login);
    const other = this.#underWay.get(key);
    // At least one of two passwords is wrong: who tries many at the same time does not get around the wait.
    if (other !== undefined && other.password !== login.password) this.#ofUsers.failed(key, nowMs);
    const ofUser = this.#ofUsers.find(key, nowMs);
    const ofAddress = this.#ofAddresses.find(networkOf(login.peer), nowMs);
    if (ofUser === null && ofAddress === null) return undefined;
    const waitMs = Math.max(
      this.#ofUsers.waitOf(ofUser, nowMs),
      this.#ofAddresses.waitOf(ofAddress, nowMs),
    );
    if (waitMs === 0) {
      this.#ofUsers.reserve(ofUser, nowMs);
      this.#ofAddresses.reserve(ofAddress, nowMs);
      return undefined;
    }
    if (isFull(ofUser) || isFull(ofAddress)) return Promise.resolve(false);
    this.#ofUsers.reserve(ofUser, nowMs);
    this.#ofAddresses.reserve(ofAddress, nowMs);
    return this.#pause(waitMs, [ofUser, ofAddress]);
  }

  #pause(waitMs: number, peers: readonly (Failures | null)[]): Promise<boolean> {
    for (const peer of peers) if (peer !== null) peer.waitingCount++;
    return new Promise((resolve) => {
      this.#timers.after(waitMs, () => {
        for (const peer of peers) if (peer !== null) peer.waitingCount--;
        resolve(true);
      });
    });
  }

  /** The answer takes a while. Returns what to call when it is there. */
  awaited(login: Login): () => void {
    const key = userKey(login);
    const awaited = this.#underWay.get(key) ?? { password: login.password, count: 0 };
    awaited.count++;
    this.#underWay.set(key, awaited);
    return () => {
      awaited.count--;
      if (awaited.count === 0) this.#underWay.delete(key);
    };
  }

  failed(login: Login): void {
    const nowMs = this.#clock.monotonicMs();
    this.#ofUsers.failed(userKey(login), nowMs);
    this.#ofAddresses.failed(networkOf(login.peer), nowMs);
  }

  succeeded(login: Login): void {
    this.#ofUsers.forget(userKey(login));
  }
}

function isFull(peer: Failures | null): boolean {
  return peer !== null && peer.waitingCount >= WAITING_MAX;
}

/**
 * Tokens are no guesses, and many share a name with them, or none: one that has expired slows down itself alone. Its address
 * counts all the same, because back ends with slow hashes may be asked, too.
 */
function userKey(login: Login): string {
  const { userName, password } = login;
  return `${networkOf(login.peer)} ${isTokenLike(password) ? hash('sha256', password) : shortened(userName)}`;
}

/** Ten thousand of these are kept, and a client may send long ones. */
function shortened(userName: string): string {
  return userName.length > NAME_LENGTH_MAX ? hash('sha256', userName) : userName;
}

/** As JSON Web Tokens begin. */
function isTokenLike(password: string | null): password is string {
  return password?.startsWith('eyJ') === true && password.split('.', 4).length === 3;
}

/** Who failed lately, the last one last. */
class PeerTable {
  readonly #rule: Rule;
  readonly #peers = new Map<string, Failures>();

  constructor(rule: Rule) {
    this.#rule = rule;
  }

  find(key: string, nowMs: number): Failures | null {
    const peer = this.#peers.get(key);
    if (peer === undefined) return null;
    if (nowMs - peer.lastMs < MEMORY_MS) return peer;
    this.#peers.delete(key);
    return null;
  }

  waitOf(peer: Failures | null, nowMs: number): number {
    return peer === null ? 0 : Math.max(0, peer.nextMs - nowMs);
  }

  /** Another login is going to be tried: one that comes after it waits for longer. */
  reserve(peer: Failures | null, nowMs: number): void {
    if (peer !== null) peer.nextMs = Math.max(nowMs, peer.nextMs) + this.#delayOf(peer);
  }

  failed(key: string, nowMs: number): void {
    const peer = this.find(key, nowMs) ?? { count: 0, lastMs: 0, nextMs: 0, waitingCount: 0 };
    peer.count++;
    peer.lastMs = nowMs;
    peer.nextMs = Math.max(peer.nextMs, nowMs + this.#delayOf(peer));
    this.#peers.delete(key);
    const [oldest] = this.#peers.keys();
    if (this.#peers.size >= PEERS_MAX && oldest !== undefined) this.#peers.delete(oldest);
    this.#peers.set(key, peer);
  }

  forget(key: string): void {
    this.#peers.delete(key);
  }

  #delayOf({ count }: Failures): number {
    const { freeCount, firstDelayMs, longestDelayMs } = this.#rule;
    if (count <= freeCount) return 0;
    // Beyond some doublings it is the longest anyway.
    const doublings = Math.min(count - freeCount - 1, 30);
    return Math.min(longestDelayMs, firstDelayMs * 2 ** doublings);
  }
}
