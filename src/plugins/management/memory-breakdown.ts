/** What the node takes of memory, in RabbitMQ's categories. */

/** What there is in an Erlang machine only; clients read all of them. */
const ABSENT = [
  'connection_readers',
  'connection_writers',
  'connection_channels',
  'connection_other',
  'queue_procs',
  'queue_slave_procs',
  'quorum_queue_procs',
  'quorum_queue_dlx_procs',
  'stream_queue_procs',
  'stream_queue_replica_reader_procs',
  'stream_queue_coordinator_procs',
  'plugins',
  'metadata_store',
  'metrics',
  'mgmt_db',
  'mnesia',
  'quorum_ets',
  'metadata_store_ets',
  'other_ets',
  'msg_index',
  'code',
  'atom',
  'reserved_unallocated',
] as const;

const PERCENT = 100;

/** In octets. */
export function memoryBreakdown(): object {
  const { parts, total } = memory();
  return { ...parts, strategy: 'rss', total };
}

/** In percent of what the process holds. */
export function memoryShares(): object {
  const { parts, total } = memory();
  const shares = Object.entries(parts).map(([name, octets]) => [
    name,
    Math.round((octets / total.rss) * PERCENT),
  ]);
  return Object.fromEntries([...shares, ['total', PERCENT]]) as object;
}

interface MemoryBreakdown {
  readonly parts: Readonly<Record<string, number>>;
  readonly total: { readonly rss: number; readonly erlang: number; readonly allocated: number };
}

/** The heap of JavaScript counts as RabbitMQ's processes do, buffers as its binaries. */
function memory(): MemoryBreakdown {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  const absent = Object.fromEntries(ABSENT.map((name) => [name, 0]));
  const parts = {
    ...absent,
    other_proc: heapUsed,
    binary: external,
    allocated_unused: heapTotal - heapUsed,
    other_system: Math.max(0, rss - heapTotal - external),
  };
  return { parts, total: { rss, erlang: heapUsed + external, allocated: heapTotal + external } };
}
