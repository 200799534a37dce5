// A run of cycles: start, look, load, end. The broker ends by SIGKILL at a random moment of its load, right after or
// during its start, twice in a row, and now and then by SIGTERM. Some cycles drain all queues, others leave a backlog.
import { SeededRandom } from '../support/seeded-random.ts';
import type { BrokerUnderTest } from './broker-under-test.ts';
import { Client } from './client.ts';
import { checkDefinitions } from './definer.ts';
import { DefinitionLedger } from './definition-ledger.ts';
import { checkCounts, drain } from './drain.ts';
import { Ledger, type Counts, type Problem } from './ledger.ts';
import { declareTopology, declareTransient, missingDefinitions, QUEUES } from './topology.ts';
import { Workload } from './workload.ts';

/** The longest load of a cycle, in milliseconds. */
const LOAD_MS = 900;
/** The longest part of a start that is let pass before a kill during it, in milliseconds. */
const RECOVERY_MS = 500;

export interface RunOptions {
  readonly seed: number;
  readonly cycles: number;
  /** After how many cycles the data directory is deleted, to see that the ledger notices; null for never. */
  readonly forgetAfter?: number | null;
  /** Told what each cycle was, in one line. */
  readonly tell?: (line: string) => void;
}

export interface RunResult {
  /** Cycles that were completed. */
  readonly cycles: number;
  /** Of the first cycle that had any. */
  readonly problems: readonly Problem[];
  readonly counts: Counts;
}

export async function run(broker: BrokerUnderTest, options: RunOptions): Promise<RunResult> {
  return new Run(broker, options).run();
}

class Run {
  readonly #broker: BrokerUnderTest;
  readonly #options: RunOptions;
  readonly #random: SeededRandom;
  readonly #ledger: Ledger;
  readonly #definitions = new DefinitionLedger();
  readonly #workload: Workload;
  #story: string[] = [];

  constructor(broker: BrokerUnderTest, options: RunOptions) {
    this.#broker = broker;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#ledger = new Ledger(QUEUES, broker.promises);
    this.#workload = new Workload(broker.port, this.#ledger, this.#definitions);
  }

  async run(): Promise<RunResult> {
    const { cycles, forgetAfter = null, tell = () => {} } = this.#options;
    await this.#firstStart();
    for (let cycle = 0; cycle < cycles; cycle++) {
      this.#story = [];
      if (cycle > 0) await this.#startAgain(this.#random.oneIn(3));
      if (this.#hasFailed) return this.#result(cycle);
      await this.#load();
      tell(`cycle ${cycle}: ${this.#story.join(', ')}`);
      if (this.#hasFailed) return this.#result(cycle);
      if (cycle + 1 === forgetAfter) await this.#broker.forget();
    }
    this.#story = [];
    await this.#startAgain(true);
    tell(`the end: ${this.#story.join(', ')}`);
    await this.#broker.stop();
    return this.#result(cycles);
  }

  get #hasFailed(): boolean {
    return this.#ledger.problems.length > 0;
  }

  #result(cycles: number): RunResult {
    return { cycles, problems: this.#ledger.problems, counts: this.#ledger.counts };
  }

  async #firstStart(): Promise<void> {
    this.#broker.spawn();
    await this.#broker.ready();
    const client = await Client.open(this.#broker.port);
    await declareTopology(await client.channel());
    await client.close();
    if (!this.#broker.needsFirstStop) return;
    await this.#broker.stop();
    this.#broker.spawn();
    await this.#broker.ready();
    const again = await Client.open(this.#broker.port);
    await declareTransient(await again.channel());
    await again.close();
  }

  /** Starts it, killing it on the way now and then, and compares what it kept. */
  async #startAgain(isDrained: boolean): Promise<void> {
    while (this.#random.oneIn(5)) {
      this.#broker.spawn();
      const afterMs = this.#random.below(RECOVERY_MS);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await this.#broker.kill();
      this.#ledger.brokerEnded('killed');
      this.#story.push(`killed ${afterMs} ms after its start`);
    }
    const beginMs = performance.now();
    this.#broker.spawn();
    await this.#broker.ready();
    this.#story.push(`ready in ${Math.round(performance.now() - beginMs)} ms`);
    try {
      await this.#look(isDrained);
    } catch (error) {
      this.#ledger.report('broker', `after the start: ${String(error)}`);
    }
  }

  async #look(isDrained: boolean): Promise<void> {
    const client = await Client.open(this.#broker.port);
    const missing = await missingDefinitions(client);
    for (const name of missing) this.#ledger.report('definition', `${name} is not there`);
    // With these, the ledger can still say which messages are lost.
    if (missing.length > 0) await declareTopology(await client.channel());
    await declareTransient(await client.channel());
    await checkDefinitions(client, this.#definitions, this.#ledger);
    await checkCounts(client, this.#ledger);
    await client.close();
    if (!isDrained && !this.#hasFailed) return;
    const before = this.#ledger.counts.delivered;
    await drain(this.#broker.port, this.#ledger, this.#workload.drainer);
    this.#story.push(`drained of ${this.#ledger.counts.delivered - before}`);
  }

  async #load(): Promise<void> {
    const random = this.#random;
    this.#workload.start(random);
    const loadMs = random.oneIn(6) ? random.below(5) : random.below(LOAD_MS);
    await new Promise((resolve) => setTimeout(resolve, loadMs));
    this.#workload.expectTheEnd();
    const how = random.oneIn(6) ? 'stopped' : 'killed';
    if (how === 'stopped') this.#ledger.brokerStopping();
    if (how === 'killed') await this.#broker.kill();
    else if (!(await this.#broker.stop())) this.#ledger.report('broker', 'SIGTERM does not end it');
    await this.#workload.ended();
    this.#ledger.brokerEnded(how);
    const { least, most } = this.#ledger.expectedCount(QUEUES.map(({ name }) => name));
    this.#story.push(`${how} after ${loadMs} ms, ${least} to ${most} messages left`);
  }
}
