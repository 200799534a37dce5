/**
 * What a command for a running broker is: a row of a table. control-program.ts makes the command line of these rows,
 * completion and the reference pages read them too.
 */
import type { ApiClient } from './api-client.ts';
import type { Given } from './given.ts';
import type { Output } from './output/output.ts';

/** Subjects, in the order of `leveret --help`. */
export const GROUPS = [
  'Queues',
  'Messages',
  'Exchanges and bindings',
  'Connections',
  'Users',
  'Permissions',
  'Virtual hosts',
  'Policies',
  'Parameters',
  'Definitions',
  'Status',
  'Health checks',
] as const;

export type Group = (typeof GROUPS)[number];

/** Whose names complete a word, asked of the running broker; or files; or these words. */
export type Completion =
  | 'queues'
  | 'exchanges'
  | 'vhosts'
  | 'users'
  | 'connections'
  | 'policies'
  | 'files'
  | readonly string[];

export interface CommandArgument {
  /** `<name>`, or `[name]` where it may be left out, `[name...]` for several. */
  readonly usage: string;
  readonly description: string;
  readonly completion?: Completion;
}

export interface CommandOption {
  /** As in `-e, --if-empty` or `--priority <number>`. */
  readonly flags: string;
  readonly description: string;
  readonly completion?: Completion;
  /** May be given several times; its values are a list. */
  readonly isRepeatable?: boolean;
  /** Accepted, so that scripts written for RabbitMQ work, but not shown. */
  readonly isHidden?: boolean;
}

export interface Example {
  /** Without `leveret`. */
  readonly words: string;
  /** What it does. */
  readonly does: string;
}

/** What a command has to do its work with. */
export interface Invocation {
  readonly api: ApiClient;
  /** The virtual host that is meant. */
  readonly vhost: string;
  /** Arguments and options of the command line. */
  readonly given: Given;
  readonly output: Output;
  /** How long an answer may take; the deadline is for commands that take no longer as a whole. */
  readonly timeoutSeconds: number;
  readonly deadline: AbortSignal;
}

export interface ControlCommand {
  readonly name: string;
  readonly group: Group;
  /** One line. */
  readonly summary: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  readonly examples: readonly Example[];
  /** Its words may be secrets: errors do not repeat them. */
  readonly hasSecret?: boolean;
  /** How long an answer may take where nothing is said; left out: as long as most. */
  readonly timeoutSeconds?: number;
  /** @throws ControlError */
  run(invocation: Invocation): Promise<void>;
}
