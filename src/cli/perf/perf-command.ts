/** `leveret perf`: the load generator's options, help and output. */
import { Command } from 'commander';
import { PerfError, readPerfOptions, type PerfFlags } from './perf-options.ts';
import { runPerf, type PerfCounts, type PerfResult } from './run-perf.ts';

const EXAMPLES = `
Examples:
  leveret perf                                             one producer, one consumer, 10 seconds
  leveret perf --confirm 1000 --ack each --prefetch 1000   with confirms and acknowledgements
  leveret perf --durable --persistent --size 1024          durable queue, persistent messages of 1 KiB
  leveret perf --rate 2000 --duration 30                   latency percentiles at 2,000 messages a second
  leveret perf --exchange fan --exchange-type fanout --queues 10 --consumers 10
  leveret perf --queue-arg x-max-priority=5 --queue-arg x-message-ttl=60000
  leveret perf --exchange t --exchange-type topic --routing-key a --keys 100 --binding-key a.*
  leveret perf --consumers 0 --count 1000000 --keep        fill a queue and leave it
`;

/** The subcommand. */
export function createPerfCommand(): Command {
  return new Command('perf')
    .description('put load on any AMQP 0-9-1 broker, and measure rates and latency')
    .option('--uri <uri>', 'the broker', 'amqp://guest:guest@127.0.0.1:5672/')
    .option('-x, --producers <count>', 'producers, each with a connection', '1')
    .option('-y, --consumers <count>', 'consumers, each with a connection', '1')
    .option('-q, --queues <count>', 'queues; producers and consumers take turns over them', '1')
    .option('-s, --size <octets>', 'message body; 8 or more for latencies', '16')
    .option('-r, --rate <count>', 'messages a second of each producer; 0: as fast as possible', '0')
    .option(
      '-c, --confirm <count>',
      'unconfirmed messages a producer may have; 0: no confirms',
      '0',
    )
    .option('--prefetch <count>', 'unacknowledged messages a consumer may hold; 0: no limit', '0')
    .option(
      '-a, --ack <mode>',
      'auto, each, or a number: every n-th message, with multiple',
      'auto',
    )
    .option('-p, --persistent', 'delivery mode 2')
    .option('--durable', 'durable queues and exchange')
    .option('--queue-type <type>', 'x-queue-type: classic or quorum', '')
    .option('--queue-arg <name=value>', 'an argument of the queues; may be repeated', collect, [])
    .option('--write-size <octets>', 'given to the socket at once; 1: a message a write', '65536')
    .option('--exchange <name>', 'publish to this exchange, queues are bound to it', '')
    .option('--exchange-type <type>', 'declare the exchange with this type', '')
    .option('--routing-key <key>', 'of all messages and bindings; else the name of the queue', '')
    .option('--keys <count>', 'routing keys used in turn: <key>.0, <key>.1, ...', '1')
    .option('--binding-key <key>', 'of all bindings; else the routing key', '')
    .option('--queue-prefix <name>', 'queues are called <name>-0, <name>-1, ...', 'perf')
    .option('-d, --duration <seconds>', 'how long to publish', '10')
    .option(
      '-n, --count <count>',
      'messages of each producer, or of each consumer where there is no producer, instead of a duration',
      '0',
    )
    .option('-l, --latency', 'measure latencies also without a rate')
    .option('--keep', 'leave queues and exchange as they are at the end')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXAMPLES)
    .action(perf);
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

async function perf(flags: PerfFlags): Promise<void> {
  try {
    const options = readPerfOptions(flags);
    const progress = new Progress(process.stderr.isTTY && !options.json);
    const result = await runPerf(options, (counts) => progress.show(counts));
    progress.clear();
    console.log(options.json ? JSON.stringify(result) : summary(result));
  } catch (error) {
    if (!(error instanceof PerfError)) throw error;
    console.error(`leveret perf: ${error.message}`);
    process.exitCode = 1;
  }
}

/** One line on a terminal, with the rates of the last second. */
class Progress {
  readonly #isShown: boolean;
  #last: PerfCounts = { published: 0, confirmed: 0, refused: 0, consumed: 0 };

  constructor(isShown: boolean) {
    this.#isShown = isShown;
  }

  show(counts: PerfCounts): void {
    if (!this.#isShown) return;
    const rate = (name: keyof PerfCounts): string => grouped(counts[name] - this.#last[name]);
    const line = `published ${rate('published')}/s  confirmed ${rate('confirmed')}/s  consumed ${rate('consumed')}/s`;
    process.stderr.write(`\r\u001B[K${line}`);
    this.#last = counts;
  }

  clear(): void {
    if (this.#isShown) process.stderr.write('\r\u001B[K');
  }
}

function summary(result: PerfResult): string {
  const { total, latencyUs } = result;
  const lines = [
    `published  ${grouped(result.publishedPerSecond)}/s  (${grouped(total.published)} in ${result.seconds.toFixed(1)} s)`,
    `confirmed  ${grouped(result.confirmedPerSecond)}/s  (${grouped(total.confirmed)}${total.refused > 0 ? `, refused ${grouped(total.refused)}` : ''})`,
    `consumed   ${grouped(result.consumedPerSecond)}/s  (${grouped(total.consumed)})`,
  ];
  if (latencyUs !== null) {
    const parts = Object.entries(latencyUs).map(([name, us]) => `${name} ${grouped(us)}`);
    lines.push(`latency    ${parts.join('  ')} us`);
  }
  return lines.join('\n');
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
