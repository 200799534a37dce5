// The rows of the benchmark: what load each puts on a broker, as options of `leveret perf`.

export interface Row {
  readonly name: string;
  readonly options: readonly string[];
  /** What is counted: messages published or delivered. */
  readonly counts: 'published' | 'consumed';
  /** Over TLS. */
  readonly isEncrypted?: boolean;
  /** Shows latencies instead of rates. */
  readonly isLatency?: boolean;
  /** Bindings declared beside the one that matches. */
  readonly extraBindings?: number;
}

const SETTLED = ['--confirm', '1000', '--ack', 'each', '--prefetch', '1000'];
const PERSISTENT = ['--durable', '--persistent', ...SETTLED];

function queueArguments(args: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(args).flatMap(([name, value]) => ['--queue-arg', `${name}=${value}`]);
}

export const ROWS: readonly Row[] = [
  { name: 'transient 16 B, auto-ack', options: [], counts: 'consumed' },
  { name: 'transient 16 B, confirms, one ack each', options: SETTLED, counts: 'consumed' },
  { name: 'persistent 16 B, confirms, one ack each', options: PERSISTENT, counts: 'consumed' },
  {
    name: 'persistent 1 KiB, confirms, one ack each',
    options: [...PERSISTENT, '--size', '1024'],
    counts: 'consumed',
  },
  {
    name: 'quorum queue, persistent 16 B, confirms, one ack each',
    options: [...PERSISTENT, '--queue-type', 'quorum'],
    counts: 'consumed',
  },
  { name: 'transient 1 KiB, auto-ack', options: ['--size', '1024'], counts: 'consumed' },
  { name: 'transient 64 KiB, auto-ack', options: ['--size', '65536'], counts: 'consumed' },
  { name: 'transient 1 MiB, auto-ack', options: ['--size', '1048576'], counts: 'consumed' },
  {
    name: 'persistent 16 B, one message a write',
    options: [...PERSISTENT, '--write-size', '1'],
    counts: 'consumed',
  },
  {
    name: '20 producers, 20 consumers, 20 queues',
    options: [
      '-x',
      '20',
      '-y',
      '20',
      '-q',
      '20',
      '--confirm',
      '200',
      '--ack',
      'each',
      '--prefetch',
      '200',
    ],
    counts: 'consumed',
  },
  {
    name: '1 producer, 10 consumers, prefetch 1',
    options: ['-y', '10', '--confirm', '500', '--ack', 'each', '--prefetch', '1'],
    counts: 'consumed',
  },
  {
    name: 'fan-out to 10 queues, auto-ack (deliveries)',
    options: ['--exchange', 'bench-fan', '--exchange-type', 'fanout', '-q', '10', '-y', '10'],
    counts: 'consumed',
  },
  {
    name: 'topic exchange, 10,000 bindings, 100 distinct keys',
    options:
      '--exchange bench-topic --exchange-type topic --routing-key x.y --keys 100 --binding-key x.y.*'.split(
        ' ',
      ),
    counts: 'consumed',
    extraBindings: 10_000,
  },
  {
    name: 'TTL, dead-lettering, priorities and a length limit in use',
    options: [
      ...SETTLED,
      ...queueArguments({
        'x-message-ttl': 60_000,
        'x-dead-letter-exchange': 'amq.fanout',
        'x-max-priority': 5,
        'x-max-length': 1_000_000,
      }),
    ],
    counts: 'consumed',
  },
  {
    name: 'TLS 1.3, transient 1 KiB, auto-ack',
    options: ['--size', '1024'],
    counts: 'consumed',
    isEncrypted: true,
  },
  {
    name: 'latency at 2,000/s, transient',
    options: ['--rate', '2000', '--confirm', '100', '--ack', 'each', '--prefetch', '100'],
    counts: 'consumed',
    isLatency: true,
  },
  {
    name: 'latency at 2,000/s, persistent',
    options: '--durable --persistent --rate 2000 --confirm 100 --ack each --prefetch 100'.split(
      ' ',
    ),
    counts: 'consumed',
    isLatency: true,
  },
];
