/** `leveret start`: where configuration, logging, the broker and the process come together. */
import type { SettingOptions } from '../cli/setting-options.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { loadSettings, type LoadedSettings } from '../config/load-settings.ts';
import type { Settings, StorageSettings } from '../config/settings.ts';
import {
  BackEndError,
  createBroker,
  DataDirectoryError,
  DefinitionsError,
  PluginError,
  TlsFileError,
  VERSION,
  type EmbeddedBroker,
} from '../index.ts';
import { brokerOptions } from '../config/broker-options.ts';
import { openLog } from '../config/open-log.ts';
import { inlineMore } from '../runtime/compilation.ts';
import {
  collectBehindReading,
  countExternalMemoryWithHeap,
  shrinkWhenQuiet,
} from '../runtime/garbage-collection.ts';
import type { Logger } from '../runtime/logger.ts';
import { systemTimers } from '../runtime/timers.ts';

/** How long a stop may take before the process ends all the same, in milliseconds. */
const STOP_TIMEOUT_MS = 5000;

/** Runs a broker until a signal ends it. @throws ConfigurationError with what to change */
export async function start({ options, files }: SettingOptions): Promise<void> {
  inlineMore();
  countExternalMemoryWithHeap();
  const loaded = loadSettings({ options, files, environment: process.env });
  const { settings } = loaded;
  const log = await openLog(settings.log);
  tellOfConfiguration(loaded, log);
  const broker = await listen(settings, log);
  shrinkWhenQuiet(systemTimers, () => broker.rest());
  stopOnSignal(broker, log);
  log.info(`Leveret ${VERSION} is ready: ${placesOf(broker)}`, {
    pid: process.pid,
    node: process.versions.node,
  });
  tellWhereThingsAre(settings.storage, log);
  // Tools wait for this line of RabbitMQ's before they connect.
  log.info(`Server startup complete; ${broker.plugins.length} plugins started.`);
}

/** Protocols of listeners as they stand in URLs. */
const SCHEMES: Readonly<Record<string, string>> = {
  'amqp/ssl': 'amqps',
  'http/ssl': 'https',
  'http/prometheus': 'http',
  'http/prometheus/ssl': 'https',
};

function placesOf({ listeners }: EmbeddedBroker): string {
  const places = listeners.map(({ address, port, protocol }) => {
    const urlHost = address.includes(':') ? `[${address}]` : address;
    return `${SCHEMES[protocol] ?? protocol}://${urlHost}:${port}`;
  });
  return places.length === 0 ? 'it listens nowhere' : places.join(', ');
}

function tellOfConfiguration(
  { files, foreign, pending, unknownVariables, foreignVariables }: LoadedSettings,
  log: Logger,
): void {
  if (files.length > 0) log.info('configuration is read', { files: files.join(', ') });
  if (foreign.length > 0) {
    log.warn('these keys of RabbitMQ have no effect here', { keys: foreign.join(', ') });
  }
  if (pending.length > 0) {
    log.warn('these keys have no effect yet', { keys: pending.join(', ') });
  }
  if (foreignVariables.length > 0) {
    const variables = foreignVariables.join(', ');
    log.warn('these variables of RabbitMQ have no effect here', { variables });
  }
  if (unknownVariables.length > 0) {
    log.warn('these variables stand for no setting', { variables: unknownVariables.join(', ') });
  }
}

function tellWhereThingsAre({ dataDir, sync }: StorageSettings, log: Logger): void {
  if (dataDir === null) log.warn('everything is kept in memory: a restart forgets it');
  else log.info('what is durable is kept on disk', { directory: dataDir });
  if (dataDir !== null && sync === 'never') {
    log.warn('messages are confirmed before the disk has them: a power cut may lose some');
  }
}

async function listen(settings: Settings, log: Logger): Promise<EmbeddedBroker> {
  try {
    return await createBroker({ ...brokerOptions(settings), log, onRead: collectBehindReading() });
  } catch (error) {
    if (START_ERRORS.some((type) => error instanceof type)) {
      throw new ConfigurationError((error as Error).message, { cause: error });
    }
    throw new ConfigurationError(listenProblem(error, settings), { cause: error });
  }
}

/** Errors whose messages are made to be shown. */
const START_ERRORS = [
  BackEndError,
  DataDirectoryError,
  DefinitionsError,
  PluginError,
  TlsFileError,
];

/** What Node tells with an error of a listener. */
interface ListenFailure extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

/** What a port is chosen with. */
function settingOf(port: number | undefined, { management, prometheus }: Settings): string {
  const { tcp, ssl } = management;
  const settings = new Map([
    [ssl?.port, 'management.ssl.port'],
    [tcp?.port, 'management.tcp.port, or go without it: plugins.management = false'],
    [prometheus.tcp?.port, 'prometheus.tcp.port, or go without it: plugins.prometheus = false'],
  ]);
  return settings.get(port) ?? '--port';
}

/** One line that says what is wrong and what to do. */
function listenProblem(error: unknown, settings: Settings): string {
  const { code = '', address, hostname, port } = error as ListenFailure;
  const bind = address ?? hostname ?? 'that address';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${bind} is in use, by another broker perhaps: stop it, or choose another port with ${settingOf(port, settings)}`;
    case 'EACCES':
      return `Port ${port} may not be used by this user: choose one above 1023 with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `Cannot listen on ${bind}: it is not an address of this machine (--bind)`;
    default:
      return `The broker cannot start: ${String(error)}`;
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
