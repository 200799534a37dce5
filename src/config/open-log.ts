// The log as the settings want it: on the console, in a file, in both or nowhere.
import { combineLoggers } from '../runtime/combined-logger.ts';
import { createLogger } from '../runtime/create-logger.ts';
import { LogFile } from '../runtime/log-file.ts';
import type { Logger } from '../runtime/logger.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { LogSettings } from './settings.ts';

/** @throws ConfigurationError when the file cannot be written */
export async function openLog({ console: terminal, file }: LogSettings): Promise<Logger> {
  const loggers: Promise<Logger>[] = [];
  if (terminal.isOn && terminal.level !== 'none') {
    const { level, format, useColors } = terminal;
    loggers.push(createLogger({ level, format, useColors, destination: process[terminal.stream] }));
  }
  if (file.path !== null && file.level !== 'none') {
    const { level, format } = file;
    loggers.push(createLogger({ level, format, destination: openFile(file, file.path) }));
  }
  return combineLoggers(await Promise.all(loggers));
}

function openFile(
  { rotationSize, rotationCount, isCompressed }: LogSettings['file'],
  path: string,
): LogFile {
  try {
    const onTrouble = (error: unknown): void => {
      process.stderr.write(`leveret: cannot log to ${path}: ${String(error)}\n`);
    };
    const log = new LogFile({ path, rotationSize, rotationCount, isCompressed, onTrouble });
    // As logrotate and others tell that they have moved the file away.
    process.on('SIGHUP', () => log.reopen());
    return log;
  } catch (error) {
    throw new ConfigurationError(`Cannot log to ${path}: ${String(error)}`, { cause: error });
  }
}
