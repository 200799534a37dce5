/** What RabbitMQ has no names for: how busy the one thread is, how long commits take, what waits for the disk. */
import { COMMIT_TIME_LIMITS, type EventLoopWatch, type PluginContext } from '../plugin-api.ts';
import type { Exposition } from './exposition.ts';

const MS_PER_SECOND = 1000;

export function writeLeveretMetrics(
  out: Exposition,
  { broker }: PluginContext,
  eventLoop: EventLoopWatch,
): void {
  const { mean, max, p99, utilisation } = eventLoop.take();
  out.gauge(
    'leveret_event_loop_delay_seconds',
    'How late the event loop is, since the last scrape',
    [
      { labels: { quantile: 'mean' }, value: mean / MS_PER_SECOND },
      { labels: { quantile: '0.99' }, value: p99 / MS_PER_SECOND },
      { labels: { quantile: '1' }, value: max / MS_PER_SECOND },
    ],
  );
  out.gauge(
    'leveret_event_loop_utilisation',
    'Share of time that the event loop was busy',
    utilisation,
  );
  const { commits, waitingOctets, writtenOctets } = broker.journalStats;
  out.histogram(
    'leveret_commit_duration_seconds',
    'From the beginning of a write of the journal until it is durable',
    {},
    {
      limits: COMMIT_TIME_LIMITS.map((limitMs) => limitMs / MS_PER_SECOND),
      counts: commits.counts,
      sum: commits.sumMs / MS_PER_SECOND,
    },
  );
  out.gauge('leveret_journal_waiting_bytes', 'What the journal has yet to write', waitingOctets);
  out.counter('leveret_journal_written_bytes_total', 'What the journal has written', writtenOctets);
}
