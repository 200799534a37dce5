/** The `leveret` command: where configuration, logging, the broker and the process come together. */
import { createProgram, type StartOptions } from './cli/program.ts';
import { ConfigurationError } from './config/configuration-error.ts';
import { loadSettings } from './config/load-settings.ts';
import type { Settings } from './config/settings.ts';
import { createBroker, DataDirectoryError, VERSION, type EmbeddedBroker } from './index.ts';
import { createLogger } from './runtime/create-logger.ts';
import { countExternalMemoryWithHeap, shrinkWhenQuiet } from './runtime/garbage-collection.ts';
import type { Logger } from './runtime/logger.ts';
import { systemTimers } from './runtime/timers.ts';

/** How long a stop may take before the process ends all the same, in milliseconds. */
const STOP_TIMEOUT_MS = 5000;

async function start(options: StartOptions): Promise<void> {
  countExternalMemoryWithHeap();
  shrinkWhenQuiet(systemTimers);
  const settings = loadSettings({ options, environment: process.env });
  const log = await createLogger({ level: settings.logLevel, destination: process.stdout });
  const broker = await listen(settings, log);
  log.info(`Leveret ${VERSION} is ready: amqp://${broker.host}:${broker.port}`, {
    pid: process.pid,
    node: process.versions.node,
  });
  tellWhereThingsAre(settings, log);
  stopOnSignal(broker, log);
}

function tellWhereThingsAre({ dataDir, sync }: Settings, log: Logger): void {
  if (dataDir === null) log.warn('everything is kept in memory: a restart forgets it');
  else log.info('what is durable is kept on disk', { directory: dataDir });
  if (dataDir !== null && sync === 'never') {
    log.warn('messages are confirmed before the disk has them: a power cut may lose some');
  }
}

async function listen(settings: Settings, log: Logger): Promise<EmbeddedBroker> {
  const { port, bind: host, dataDir, memoryWatermark, diskFreeLimit, sync } = settings;
  try {
    return await createBroker({ port, host, dataDir, log, memoryWatermark, diskFreeLimit, sync });
  } catch (error) {
    if (error instanceof DataDirectoryError) {
      throw new ConfigurationError(error.message, { cause: error });
    }
    throw new ConfigurationError(listenProblem(error, settings), { cause: error });
  }
}

/** One line that says what is wrong and what to do. */
function listenProblem(error: unknown, { port, bind }: Settings): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${bind} is in use, by another broker perhaps: stop it, or choose another port with --port`;
    case 'EACCES':
      return `Port ${port} may not be used by this user: choose one above 1023 with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `Cannot listen on ${bind}: it is not an address of this machine (--bind)`;
    default:
      return `Cannot listen on ${bind}:${port}: ${String(error)}`;
  }
}

function stopOnSignal(broker: EmbeddedBroker, log: Logger): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // A second signal means that somebody is in a hurry.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info(`${signal}: closing connections`);
    systemTimers.after(STOP_TIMEOUT_MS, () => process.exit(1));
    broker.close().then(
      () => log.info('stopped'),
      (error: unknown) => log.error('stopping failed', { error }),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

try {
  await createProgram({ start }).parseAsync();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(`leveret: ${error.message}`);
  process.exitCode = 1;
}
