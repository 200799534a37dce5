// A broker without sockets, in simulated time, and clients that throw sequences at it: everything that happens follows
// from the seed, so that what went wrong can be made to go wrong again.
import { Connection } from '../../src/amqp/connection.ts';
import type { ConnectionOptions } from '../../src/amqp/connection-options.ts';
import { DEFAULT_LIMITS } from '../../src/amqp/limits.ts';
import { BlockPool } from '../../src/amqp/output-buffer.ts';
import { serverProperties } from '../../src/amqp/server-properties.ts';
import type { Transport } from '../../src/amqp/transport.ts';
import { FrameReader, type FrameHandler } from '../../src/amqp/wire/frame-reader.ts';
import { CONNECTION_CLOSE, decodeMethod } from '../../src/amqp/wire/generated/methods.ts';
import { WireReader } from '../../src/amqp/wire/wire-reader.ts';
import { guestAccess } from '../support/guest-access.ts';
import { Broker } from '../../src/broker/broker.ts';
import type { Logger } from '../../src/runtime/logger.ts';
import { systemDisk } from '../../src/runtime/system-disk.ts';
import { MemoryDefinitionStore } from '../../src/store/memory/memory-definition-store.ts';
import { MemoryJournal } from '../../src/store/memory/memory-journal.ts';
import { SimulatedTime } from '../support/simulated-time.ts';
import { Conversation } from './conversation.ts';
import { changePolicies } from './operator.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

const ENDPOINTS = {
  remoteAddress: '127.0.0.1',
  remotePort: 1,
  localAddress: '127.0.0.1',
  localPort: 5672,
  tls: null,
};

/** Something that must never happen. */
/** Hashes passwords in this thread: what takes another one would outlive the run. */
const AT_ONCE = 'rabbit_password_hashing_sha256';

export class Finding extends Error {}

export class FuzzedBroker {
  readonly broker: Broker;
  readonly time: SimulatedTime = new SimulatedTime();
  readonly #options: ConnectionOptions;

  constructor(random: SeededRandom) {
    const log = findingLog();
    const memory = { residentOctets: () => 0, totalOctets: () => 1 };
    const time = this.time;
    const runtime = { clock: time, timers: time, random, memory, disk: systemDisk, log };
    const journal = new MemoryJournal();
    this.broker = new Broker({ runtime, journal, definitions: new MemoryDefinitionStore() });
    this.broker.recover();
    this.#options = {
      broker: this.broker,
      access: guestAccess({ runtime, hashingAlgorithm: AT_ONCE }),
      limits: { ...DEFAULT_LIMITS, unsentOctetsMax: 50_000, consumerTimeoutMs: 500 },
      pool: new BlockPool(),
      serverProperties: serverProperties('0.0.0', 'leveret@localhost'),
    };
  }

  connect(random: SeededRandom): FuzzedClient {
    return new FuzzedClient(this.#options, this.time, random);
  }

  changePolicies(random: SeededRandom): void {
    const virtualHost = this.broker.findVirtualHost('/');
    if (virtualHost !== null) changePolicies(virtualHost, random);
  }

  /** @throws Finding when something of connections that are gone is left */
  checkNothingIsLeft(): void {
    const virtualHost = this.broker.findVirtualHost('/');
    if (virtualHost === null) throw new Finding('the virtual host is gone');
    const { connections } = virtualHost;
    if (connections.size > 0) throw new Finding(`${connections.size} connections are left`);
    for (const queue of virtualHost.queues) {
      const { unackedCount } = queue.stats();
      const { consumerCount } = queue;
      if (queue.owner !== null) throw new Finding(`exclusive queue '${queue.name}' is left`);
      if (consumerCount + unackedCount > 0) {
        const what = `${consumerCount} consumers, ${unackedCount} unacknowledged messages`;
        throw new Finding(`queue '${queue.name}' has ${what}`);
      }
    }
  }
}

/** A log in which an internal error is a finding. */
function findingLog(): Logger {
  const log: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message, fields = {}) => {
      const { error } = fields;
      if (!message.includes('internal')) return;
      throw new Finding(error instanceof Error ? (error.stack ?? error.message) : message);
    },
    child: () => log,
  };
  return log;
}

/** One client: its octets go in as fast as the broker takes them, and what comes back must be frames. */
export class FuzzedClient implements Transport, FrameHandler {
  writableLength = 0;
  isEnded = false;
  readonly conversation: Conversation;
  readonly #connection: Connection;
  readonly #time: SimulatedTime;
  readonly #random: SeededRandom;
  readonly #reader = new FrameReader(this, 0);
  #isFirst = true;
  #unsent: Buffer = Buffer.alloc(0);
  #isPaused = false;
  #isClosed = false;
  #finding: Finding | null = null;

  constructor(options: ConnectionOptions, time: SimulatedTime, random: SeededRandom) {
    this.#time = time;
    this.#random = random;
    this.conversation = new Conversation(random);
    this.#connection = new Connection(options, this, ENDPOINTS);
  }

  /** Says something more, or a piece of it. False when there is no more to say. @throws Finding */
  async advance(): Promise<boolean> {
    await this.#waitUntilRead();
    if (this.isEnded) return false;
    if (this.#unsent.length === 0) {
      const said = this.conversation.next();
      if (said === null) return false;
      this.#unsent = said;
    }
    const length = 1 + this.#random.below(this.#random.pick([10, 1000, 100_000]));
    this.#connection.onData(Buffer.from(this.#unsent.subarray(0, length)));
    this.#unsent = this.#unsent.subarray(length);
    if (this.writableLength > 0 && this.#random.oneIn(2)) this.#drain();
    if (this.#random.oneIn(5)) this.#time.pass(this.#random.below(100));
    if (this.#random.oneIn(20)) {
      this.#connection.sweep(this.#time.monotonicMs(), this.#time.nowMs());
    }
    this.#throwFinding();
    return true;
  }

  /** What the broker waits for settles in microtasks; and what it wants to be read of its answers is read now. */
  async #waitUntilRead(): Promise<void> {
    for (let tries = 0; this.#isPaused && tries < 10; tries++) {
      await Promise.resolve();
      if (this.writableLength > 0) this.#drain();
    }
    if (!this.#isPaused || this.isEnded) return;
    // Either it ends, after a while, or it hangs.
    this.#time.pass(60_000);
    if (!this.isEnded) throw new Finding('the broker reads no further and does not end');
  }

  /** The socket is gone. @throws Finding */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.onClosed();
    this.#throwFinding();
  }

  #throwFinding(): void {
    if (this.#finding !== null) throw this.#finding;
  }

  // What the broker does with the socket ---------------------------------------------------------

  write(bytes: Uint8Array, done?: () => void): boolean {
    this.#read(Buffer.from(bytes));
    done?.();
    if (!this.#random.oneIn(4)) return this.writableLength === 0;
    this.writableLength += bytes.length;
    return false;
  }

  /** The first octets may be a protocol header; everything else must be frames. */
  #read(bytes: Buffer): void {
    const isHeader = this.#isFirst && bytes.subarray(0, 4).toString('latin1') === 'AMQP';
    this.#isFirst = false;
    if (isHeader) return;
    try {
      this.#reader.push(bytes);
      this.#reader.run();
    } catch (error) {
      this.#finding ??= new Finding(`unreadable output: ${String(error)}`);
    }
  }

  #drain(): void {
    this.writableLength = 0;
    this.#connection.onDrain();
  }

  cork(): void {}

  uncork(): void {}

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    this.isEnded = true;
  }

  // What the broker says -------------------------------------------------------------------------

  onMethod(channel: number, id: number, buffer: Buffer, start: number, end: number): void {
    const method = decodeMethod(id, new WireReader().reset(buffer, start, end));
    this.conversation.heard(channel, method);
    if (method.id === CONNECTION_CLOSE && method.replyCode === 541) {
      this.#finding ??= new Finding('closed with 541');
    }
  }

  onHeader(): void {}

  onBody(): void {}

  onHeartbeat(): void {}
}
