/** All commands for a running broker. */
import { CONNECTION_COMMANDS } from './commands/connections.ts';
import { DEFINITION_COMMANDS } from './commands/definitions.ts';
import { EXCHANGE_COMMANDS } from './commands/exchanges.ts';
import { HEALTH_COMMANDS } from './commands/health-checks.ts';
import { LIMIT_COMMANDS } from './commands/limits.ts';
import { MESSAGE_COMMANDS } from './commands/messages.ts';
import { PARAMETER_COMMANDS } from './commands/parameters.ts';
import { PERMISSION_COMMANDS } from './commands/permissions.ts';
import { POLICY_COMMANDS } from './commands/policies.ts';
import { QUEUE_COMMANDS } from './commands/queues.ts';
import { STATUS_COMMANDS } from './commands/status.ts';
import { USER_COMMANDS } from './commands/users.ts';
import { VIRTUAL_HOST_COMMANDS } from './commands/virtual-hosts.ts';
import { GROUPS, type ControlCommand } from './control-command.ts';

/** By subject. */
export const COMMANDS: readonly ControlCommand[] = [
  ...CONNECTION_COMMANDS,
  ...DEFINITION_COMMANDS,
  ...EXCHANGE_COMMANDS,
  ...HEALTH_COMMANDS,
  ...MESSAGE_COMMANDS,
  ...PARAMETER_COMMANDS,
  ...PERMISSION_COMMANDS,
  ...POLICY_COMMANDS,
  ...QUEUE_COMMANDS,
  ...STATUS_COMMANDS,
  ...USER_COMMANDS,
  ...VIRTUAL_HOST_COMMANDS,
  ...LIMIT_COMMANDS,
].toSorted((one, other) => GROUPS.indexOf(one.group) - GROUPS.indexOf(other.group));
