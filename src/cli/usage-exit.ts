/** How commands end when the command line makes no sense: with RabbitMQ's code, and without what may be a secret. */
import type { Command } from 'commander';
import { EXIT } from './control/control-error.ts';

export function exitForUsage(command: Command): Command {
  return command
    .configureOutput({ outputError: (text, write) => write(withoutValues(text)) })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));
}

/** `--pasword=...` is unknown: what follows is not told. */
function withoutValues(text: string): string {
  return text.replace(/(?<=unknown option '[^'=]*)=.*?'(?=\n|$)/su, "=...'");
}
