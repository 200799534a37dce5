/** `leveret plugins`: RabbitMQ's plugins are settings here. It changes nothing, so that scripts for RabbitMQ go on. */
import { Command } from 'commander';
import { printable } from './control/output/text-of.ts';

/** What comes with Leveret, under RabbitMQ's names, and the setting that switches it. */
const SETTINGS: ReadonlyMap<string, string> = new Map([
  ['rabbitmq_management', 'plugins.management'],
  ['rabbitmq_management_agent', 'plugins.management'],
  ['rabbitmq_prometheus', 'plugins.prometheus'],
]);

const EXAMPLES = `
Nothing is changed: plugins are settings. These come with Leveret and are on unless the configuration says otherwise:
${[...SETTINGS].map(([name, key]) => `  ${name.padEnd(26)} off with ${key} = false`).join('\n')}

Examples:
  leveret plugins enable --offline rabbitmq_management    says that it is there; code 0
  leveret plugins list                                    which there are, and their settings
`;

export function createPluginsCommand(): Command {
  const command = new Command('plugins').addHelpText('after', EXAMPLES);
  for (const name of ['enable', 'disable', 'set'] as const) {
    command.addCommand(
      new Command(name)
        .description('change nothing, and say which setting to use')
        .argument('[plugin...]', 'their names, as RabbitMQ calls them')
        .option('--offline', 'accepted')
        .option('--online', 'accepted')
        .option('--all', 'accepted')
        .option('-q, --quiet', 'accepted')
        .action((plugins: readonly string[]) => plugins.forEach((one) => tell(name, one))),
    );
  }
  command.addCommand(
    new Command('list').description('which there are').action(() => {
      for (const [name, key] of SETTINGS) console.log(`${name}\t${key}`);
    }),
  );
  return command;
}

function tell(word: string, plugin: string): void {
  const key = SETTINGS.get(plugin);
  const name = printable(plugin);
  if (key === undefined) {
    console.error(`leveret: there is no plugin ${name} here; nothing is changed`);
  } else if (word === 'disable') {
    console.log(`${name}: nothing is changed; it is switched off with ${key} = false`);
  } else {
    console.log(`${name}: it is there, unless the configuration says ${key} = false`);
  }
}
