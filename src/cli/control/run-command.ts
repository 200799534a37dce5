/** Runs a command for a running broker: who asks where, in which time and form, and how the process ends. */
import { ApiClient } from './api-client.ts';
import { readAddress, type BrokerAddress } from './broker-address.ts';
import type { ControlCommand } from './control-command.ts';
import { ControlError, EXIT } from './control-error.ts';
import { formOf, timeoutSeconds, type GeneralOptions } from './general-options.ts';
import type { Given } from './given.ts';
import { Output } from './output/output.ts';
import { printable } from './output/text-of.ts';
import { readSecret } from './secret-input.ts';

/** Sets the exit code; what went wrong is told on the standard error. */
export async function runCommand(
  command: ControlCommand,
  given: Given,
  general: GeneralOptions,
): Promise<void> {
  endQuietlyWithTheReader();
  try {
    const address = await withPassword(readAddress(general, process.env));
    const seconds = timeoutSeconds(general, command.timeoutSeconds);
    await command.run({
      api: new ApiClient(address, seconds * 1000),
      vhost: general.vhost ?? '/',
      given,
      output: outputOf(general),
      timeoutSeconds: seconds,
      deadline: AbortSignal.timeout(seconds * 1000),
    });
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  const isTold = error instanceof ControlError;
  const lines = isTold ? error.message.trimEnd() : `a bug: ${String((error as Error).stack)}`;
  process.stderr.write(`leveret: ${lines.split('\n').map(printable).join('\n')}\n`);
  process.exitCode = isTold ? error.exitCode : EXIT.software;
}

function outputOf(general: GeneralOptions): Output {
  const isSilent = general.silent === true;
  return new Output({
    stream: process.stdout,
    isTerminal: process.stdout.isTTY,
    form: formOf(general),
    isQuiet: isSilent || general.quiet === true,
    hasHeader: !isSilent && general.tableHeaders !== false,
  });
}

/** A user who is named without a password is asked for it. */
async function withPassword(address: BrokerAddress): Promise<BrokerAddress> {
  const { login } = address;
  if (login.kind === 'token' || login.password !== null) return address;
  if (!process.stdin.isTTY) {
    throw new ControlError(
      `the password of ${login.user} is not given: --password, or LEVERET_PASSWORD`,
      EXIT.usage,
    );
  }
  const password = await readSecret(`Password of ${login.user}: `);
  return { ...address, login: { ...login, password } };
}

/** Who reads the output may have seen enough: `leveret list_queues | head`. */
function endQuietlyWithTheReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : EXIT.software);
  });
}
