/** What a command that there is not is answered: which was meant perhaps, or what to do instead of one of RabbitMQ's. */
import type { Command } from 'commander';
import { closest, distance } from 'fastest-levenshtein';
import { EXIT } from './control/control-error.ts';
import { insteadOf } from './control/foreign-commands.ts';
import { printable } from './control/output/text-of.ts';

/** Longer ones are not worth a search for the nearest. */
const LONGEST_COMPARED = 100;

export function refuseUnknown(program: Command): Command {
  return program.on('command:*', ([name = '']: readonly string[]) => {
    const instead = insteadOf(name);
    if (instead !== null) {
      end(`${name} means nothing here: ${instead}`, EXIT.unavailable);
    } else {
      end(`there is no command ${name}: ${hint(name, program)}`, EXIT.usage);
    }
  });
}

function end(text: string, exitCode: number): void {
  process.stderr.write(`leveret: ${printable(text)}\n`);
  process.exitCode = exitCode;
}

function hint(name: string, program: Command): string {
  const all = 'see `leveret --help`';
  if (name.length > LONGEST_COMPARED) return all;
  const plain = name.replaceAll('-', '_');
  const names = program.commands.map((command) => command.name());
  const nearest = closest(plain, names);
  const isNear = distance(plain, nearest) <= Math.max(2, name.length / 3);
  return isNear ? `did you mean ${nearest}?` : all;
}
