/**
 * Where and why a message was dead-lettered, and the headers that tell it to consumers: `x-death`, `x-first-death-*` and
 * `x-last-death-*` (https://www.rabbitmq.com/docs/dlx#effects).
 */
import type { FieldTable, FieldValue } from '../amqp/wire/field-table.ts';

/** Why a message left its queue without being acknowledged. */
export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

/** One entry for each queue and reason. */
export interface Death {
  readonly queue: string;
  readonly reason: DeathReason;
  /** How often it died there for this reason. */
  readonly count: number;
  /** When it did so first, in seconds since 1970. */
  readonly timeSeconds: number;
  /** Where it was published to when it died. */
  readonly exchange: string;
  /** Its routing key and those of CC, as byte strings. */
  readonly routingKeys: readonly string[];
  /** The `expiration` that dead-lettering took away; null when there was none. */
  readonly originalExpiration: string | null;
}

export class DeathHistory {
  /** The most recent first. */
  readonly deaths: readonly Death[];
  readonly first: Death;

  private constructor(deaths: readonly Death[], first: Death) {
    this.deaths = deaths;
    this.first = first;
  }

  /** A history as it was kept. */
  static of(deaths: readonly Death[], first: Death): DeathHistory {
    return new DeathHistory(deaths, first);
  }

  /** The history after one more death. `count` is 1 in `death`, and counts on from an earlier entry. */
  static after(earlier: DeathHistory | null, death: Death): DeathHistory {
    if (earlier === null) return new DeathHistory([death], death);
    const isSame = ({ queue, reason }: Death): boolean =>
      queue === death.queue && reason === death.reason;
    const known = earlier.deaths.find(isSame);
    const latest = known === undefined ? death : { ...known, count: known.count + 1 };
    const others = earlier.deaths.filter((other) => !isSame(other));
    return new DeathHistory([latest, ...others], earlier.first);
  }

  /**
   * Whether delivery to this queue would close a circle that goes round by itself: the message died there before, and
   * no client has rejected it since.
   */
  isCycleTo(queue: string): boolean {
    for (const death of this.deaths) {
      if (death.reason === 'rejected') return false;
      if (death.queue === queue) return true;
    }
    return false;
  }

  /** The headers with those that tell the history, sorted by name as RabbitMQ sends them. */
  addTo(headers: FieldTable): FieldTable {
    const table = new Map(headers);
    table.set('x-death', { type: 'A', value: this.deaths.map(entryOf) });
    const last = this.deaths[0] ?? this.first;
    for (const [name, death] of [
      ['first', this.first],
      ['last', last],
    ] as const) {
      table.set(`x-${name}-death-reason`, text(death.reason));
      table.set(`x-${name}-death-queue`, text(death.queue));
      table.set(`x-${name}-death-exchange`, text(death.exchange));
    }
    return new Map([...table].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function entryOf(death: Death): FieldValue {
  const entry = new Map<string, FieldValue>();
  if (death.originalExpiration !== null) {
    entry.set('original-expiration', text(death.originalExpiration));
  }
  entry.set('count', { type: 'l', value: BigInt(death.count) });
  entry.set('reason', text(death.reason));
  entry.set('queue', text(death.queue));
  entry.set('time', { type: 'T', value: BigInt(death.timeSeconds) });
  entry.set('exchange', text(death.exchange));
  entry.set('routing-keys', { type: 'A', value: death.routingKeys.map(octets) });
  return { type: 'F', value: entry };
}

function text(value: string): FieldValue {
  return { type: 'S', value };
}

/** A routing key is a byte string: one character for each octet. */
function octets(key: string): FieldValue {
  return { type: 'S', value: Buffer.from(key, 'latin1') };
}
