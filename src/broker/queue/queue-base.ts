/** What every declared queue of this process is: its properties, and what its arguments and policies make of it. */
import type { FieldTable } from '../../amqp/wire/field-table.ts';
import type { Clock } from '../../runtime/clock.ts';
import { NO_DEFINITION, type AppliedPolicy } from '../policy/applied-policy.ts';
import type { Policy, PolicyDefinition } from '../policy/policy.ts';
import type { QueueCounters } from '../statistics/counters.ts';
import type { QueueTypeName } from './queue-arguments.ts';
import type { QueueOwner } from './queue-ref.ts';
import type { QueueSettings } from './queue-settings.ts';

export interface QueueIdentity {
  /** Identifies the queue in the journal; never used twice. */
  readonly id: number;
  readonly name: string;
  readonly vhost: string;
  readonly isDurable: boolean;
  readonly isAutoDelete: boolean;
  readonly owner: QueueOwner | null;
  readonly arguments: FieldTable;
  readonly settings: QueueSettings;
  readonly applied: AppliedPolicy | null;
}

export abstract class QueueBase {
  readonly type: QueueTypeName;
  readonly id: number;
  readonly name: string;
  readonly vhost: string;
  readonly isDurable: boolean;
  readonly isAutoDelete: boolean;
  readonly owner: QueueOwner | null;
  readonly arguments: FieldTable;
  settings: QueueSettings;
  isScheduled = false;
  counters: QueueCounters | null = null;
  /** When it was last used, on the turn's clock. */
  usedAtMs = 0;
  #applied: AppliedPolicy | null;

  constructor(type: QueueTypeName, identity: QueueIdentity) {
    this.type = type;
    this.id = identity.id;
    this.name = identity.name;
    this.vhost = identity.vhost;
    this.isDurable = identity.isDurable;
    this.isAutoDelete = identity.isAutoDelete;
    this.owner = identity.owner;
    this.arguments = identity.arguments;
    this.settings = identity.settings;
    this.#applied = identity.applied;
  }

  /** The same object as long as the same policies apply. */
  get applied(): AppliedPolicy | null {
    return this.#applied;
  }

  get policy(): Policy | null {
    return this.#applied?.policy ?? null;
  }

  get operatorPolicy(): Policy | null {
    return this.#applied?.operatorPolicy ?? null;
  }

  /** What the two make together: not what the queue's own arguments make of that. */
  get effectivePolicy(): PolicyDefinition {
    return this.#applied?.effective ?? NO_DEFINITION;
  }

  get consumerTimeoutMs(): number {
    return this.settings.consumerTimeoutMs;
  }

  get hasSingleActiveConsumer(): boolean {
    return this.settings.isSingleActiveConsumer;
  }

  /** By the wall clock. Who asks is in no turn perhaps, and would leave its time to the next one. */
  protected idleSinceMs(clock: Clock): number {
    return clock.nowMs() - (Math.floor(clock.monotonicMs()) - this.usedAtMs);
  }

  /** Other policies apply from now on. */
  applyPolicy(applied: AppliedPolicy | null, settings: QueueSettings): void {
    const earlier = this.settings;
    this.#applied = applied;
    this.settings = settings;
    this.settingsChanged(earlier);
  }

  /** The settings are others than they were: what they say holds at once. */
  protected abstract settingsChanged(earlier: QueueSettings): void;
}
