/** What the routes of the management API have: all that plugins have, and the settings of this one. */
import type { PluginContext } from '../plugin-api.ts';
import type { NodeNumbers } from './node-numbers.ts';

export interface ManagementSettings {
  /** In front of `/api`; empty for none. */
  readonly pathPrefix: string;
  /** Which rates are told. `detailed` tells what `basic` does: nothing is counted for each pair of channel and queue. */
  readonly ratesMode: 'basic' | 'detailed' | 'none';
  /** Lists tell what was declared, and nothing that is counted. */
  readonly isStatsDisabled: boolean;
  /** With that: numbers of messages of queues all the same. */
  readonly hasQueueTotals: boolean;
  readonly isOperatorPolicyReadOnly: boolean;
  /** The description of the API is for users only. */
  readonly requiresAuthForReference: boolean;
}

export interface ManagementContext extends PluginContext {
  readonly nodeNumbers: NodeNumbers;
  readonly settings: ManagementSettings;
}

export const DEFAULT_SETTINGS: ManagementSettings = {
  pathPrefix: '',
  ratesMode: 'basic',
  isStatsDisabled: false,
  hasQueueTotals: false,
  isOperatorPolicyReadOnly: false,
  requiresAuthForReference: false,
};
