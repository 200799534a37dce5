/** `leveret start`: its options and help. */
import { Command } from 'commander';
import {
  addSettingOptions,
  settingOptions,
  type GivenOptions,
  type SettingOptions,
} from './setting-options.ts';

const EXAMPLES = `
Examples:
  leveret start                            on 127.0.0.1:5672, user guest, password guest
  leveret start --port 5673                on another port
  leveret start --data-dir /var/leveret    with another directory for what must survive
  leveret start --bind 0.0.0.0             for clients on other machines
  leveret start --config rabbitmq.conf     with a configuration file, of RabbitMQ's format
  LEVERET_PORT=5673 leveret start          the same as --port by the environment
`;

export function createStartCommand(start: (options: SettingOptions) => Promise<void>): Command {
  return addSettingOptions(new Command('start'))
    .addHelpText('after', EXAMPLES)
    .action((given: GivenOptions) => start(settingOptions(given)));
}
