// What goes on while the broker lives: publishers, readers of most queues, the owner of one, and who declares and
// deletes. All of them end when the broker does.
import { SeededRandom } from '../support/seeded-random.ts';
import { Disconnected } from './channel.ts';
import { Consumer } from './consumer.ts';
import { runDefiner } from './definer.ts';
import type { DefinitionLedger } from './definition-ledger.ts';
import type { Ledger } from './ledger.ts';
import { runOwner } from './owner.ts';
import { runPublisher } from './publisher.ts';
import { Author } from './recorded-channel.ts';
import { OWNED_QUEUE, QUEUES } from './topology.ts';

const PUBLISHERS = 4;

export class Workload {
  readonly #port: number;
  readonly #ledger: Ledger;
  readonly #definitions: DefinitionLedger;
  readonly #publishers: readonly Author[];
  readonly #readers: ReadonlyMap<string, readonly Author[]>;
  readonly #owner: Author;
  readonly drainer: Author;
  #running: Promise<void>[] = [];
  #isEnding = false;

  constructor(port: number, ledger: Ledger, definitions: DefinitionLedger) {
    this.#port = port;
    this.#ledger = ledger;
    this.#definitions = definitions;
    let count = 0;
    const author = (): Author => new Author(++count);
    this.#publishers = Array.from({ length: PUBLISHERS }, author);
    this.#readers = new Map(
      QUEUES.filter(({ name }) => name !== OWNED_QUEUE).map(({ name, hasOneReader }) => [
        name,
        hasOneReader ? [author()] : [author(), author()],
      ]),
    );
    this.#owner = author();
    this.drainer = author();
  }

  /** Begins: two of three readers are there, so that some queues grow. */
  start(random: SeededRandom): void {
    const port = this.#port;
    const ledger = this.#ledger;
    const fork = (): SeededRandom => new SeededRandom(random.below(2 ** 31));
    this.#isEnding = false;
    for (const author of this.#publishers) {
      this.#run('a publisher', runPublisher(port, ledger, author, fork()));
    }
    for (const [queue, authors] of this.#readers) {
      for (const author of authors) {
        const consumer = new Consumer(port, ledger, queue, author, fork());
        if (!random.oneIn(3)) this.#run(`a reader of ${queue}`, consumer.run());
      }
    }
    this.#run('the owner', runOwner(port, ledger, this.#owner, fork()));
    this.#run('the definer', runDefiner(port, this.#definitions, fork()));
  }

  /** The broker is about to end: from now on, lost connections are no surprise. */
  expectTheEnd(): void {
    this.#isEnding = true;
  }

  /** All connections have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
    this.#running = [];
  }

  #run(who: string, running: Promise<void>): void {
    const told = running.then(
      () => this.#tell(who, 'it ended'),
      (error: unknown) => {
        if (error instanceof Disconnected) this.#tell(who, error.message);
        else this.#ledger.report('broker', `${who}: ${String(error)}`);
      },
    );
    this.#running.push(told);
  }

  #tell(who: string, what: string): void {
    if (!this.#isEnding) this.#ledger.report('broker', `${who}: ${what}`);
  }
}
