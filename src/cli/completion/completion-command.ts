/** `leveret completion`: scripts for shells, and the words that they ask for. */
import { Argument, Command } from 'commander';
import { exitForUsage } from '../usage-exit.ts';
import { candidatesOf } from './candidates.ts';
import { SCRIPTS } from './scripts.ts';

const EXAMPLES = `
Examples:
  source <(leveret completion bash)                                         in this shell; in ~/.bashrc: in all
  source <(leveret completion zsh)                                          the same in ~/.zshrc, after compinit
  leveret completion fish > ~/.config/fish/completions/leveret.fish

Names of queues, exchanges, users and so on are those of the running broker: LEVERET_URL, LEVERET_USER and
LEVERET_PASSWORD say which and who.
`;

export function createCompletionCommand(): Command {
  return exitForUsage(new Command('completion'))
    .addArgument(new Argument('<shell>', 'which').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', EXAMPLES)
    .action((shell: string) => void process.stdout.write(SCRIPTS[shell] ?? ''));
}

/** @param program the whole command line */
export function createCandidatesCommand(program: Command): Command {
  return new Command('__complete')
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const lines = await candidatesOf(words, program);
      process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    });
}
