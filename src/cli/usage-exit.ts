/** How commands end when the command line makes no sense: with RabbitMQ's code. */
import type { Command } from 'commander';
import { EXIT } from './control/control-error.ts';

export function exitForUsage(command: Command): Command {
  return command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));
}
