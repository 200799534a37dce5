/** The `leveret` command. What a broker needs is loaded when one is started: the other commands are to be quick. */
import { createProgram } from './cli/program.ts';
import type { SettingOptions } from './cli/setting-options.ts';
import { ConfigurationError } from './config/configuration-error.ts';

try {
  const start = async (options: SettingOptions): Promise<void> =>
    (await import('./embedding/broker-process.ts')).start(options);
  const program = await createProgram({ start }, process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(`leveret: ${error.message}`);
  process.exitCode = 1;
}
