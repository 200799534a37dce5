/** The options that all commands for a running broker take, before the command or after it. */
import type { CommandOption } from './control-command.ts';
import { usageError } from './control-error.ts';
import { FORMS, type Form } from './output/output.ts';

export const GENERAL_OPTIONS: readonly CommandOption[] = [
  {
    flags: '-p, --vhost <vhost>',
    description: 'the virtual host that is meant; default: /',
    completion: 'vhosts',
  },
  { flags: '-q, --quiet', description: 'tell results only' },
  { flags: '-s, --silent', description: 'tell results only, without a header' },
  {
    flags: '--formatter <form>',
    description: `how to show lists: ${FORMS.join(', ')}`,
    completion: FORMS,
  },
  { flags: '--no-table-headers', description: 'without a header' },
  { flags: '-t, --timeout <seconds>', description: 'how long an answer may take; default: 60' },
  {
    flags: '--url <url>',
    description: 'the management API; default: LEVERET_URL, or http://127.0.0.1:15672',
  },
  {
    flags: '--user <user>',
    description: 'who asks; default: LEVERET_USER, or guest',
    completion: 'users',
  },
  {
    flags: '--password <password>',
    description: 'theirs; default: LEVERET_PASSWORD, or it is asked for',
  },
  {
    flags: '--token <token>',
    description: 'a bearer token instead of user and password; default: LEVERET_TOKEN',
  },
  {
    flags: '--ca-file <file>',
    description: 'certificates to trust, as PEM',
    completion: 'files',
  },
  { flags: '-n, --node <node>', description: 'accepted: use --url', isHidden: true },
  { flags: '-l, --longnames', description: 'accepted', isHidden: true },
];

/** Values as commander has them. */
export interface GeneralOptions {
  readonly vhost?: string;
  readonly quiet?: boolean;
  readonly silent?: boolean;
  readonly formatter?: string;
  readonly tableHeaders?: boolean;
  readonly timeout?: string;
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly caFile?: string;
}

const DEFAULT_TIMEOUT_SECONDS = 60;

/** What timers can count to. */
const LONGEST_TIMEOUT_SECONDS = 2_000_000;

/** @throws ControlError */
export function timeoutSeconds({ timeout }: GeneralOptions, fallback?: number): number {
  if (timeout === undefined) return fallback ?? DEFAULT_TIMEOUT_SECONDS;
  if (timeout === 'infinity') return LONGEST_TIMEOUT_SECONDS;
  if (/^\d{1,7}(?:\.\d+)?$/u.test(timeout)) {
    return Math.min(Number(timeout), LONGEST_TIMEOUT_SECONDS);
  }
  throw usageError(`bad value "${timeout}" for --timeout: expected seconds, or infinity`);
}

/** @throws ControlError */
export function formOf({ formatter = 'table' }: GeneralOptions): Form {
  const form = FORMS.find((one) => one === formatter);
  if (form === undefined) {
    throw usageError(`bad value "${formatter}" for --formatter: expected ${FORMS.join(', ')}`);
  }
  return form;
}
