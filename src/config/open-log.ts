// The log as the settings want it: on the console, in a file, in both or nowhere.
import { combineLoggers } from '../runtime/combined-logger.ts';
import { createLogger, type LoggerOptions } from '../runtime/create-logger.ts';
import { LogFile } from '../runtime/log-file.ts';
import { filterByCategory, widestLevel, type LogThreshold } from '../runtime/log-categories.ts';
import type { Logger } from '../runtime/logger.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { LogSettings } from './settings.ts';

/** @throws ConfigurationError when the file cannot be written */
export async function openLog(settings: LogSettings): Promise<Logger> {
  const { console: terminal, file } = settings;
  const loggers: Promise<Logger>[] = [];
  const open = (general: LogThreshold, options: Omit<LoggerOptions, 'level'>): void => {
    const level = widestLevel(general, settings.categories);
    if (level !== 'none') loggers.push(opened(general, settings, { ...options, level }));
  };
  if (terminal.isOn) {
    const { level, format, useColors, stream } = terminal;
    open(level, { format, useColors, destination: process[stream] });
  }
  if (file.path !== null) {
    const { level, format } = file;
    open(level, { format, destination: openFile(file, file.path) });
  }
  return combineLoggers(await Promise.all(loggers));
}

async function opened(
  general: LogThreshold,
  { categories }: LogSettings,
  options: LoggerOptions,
): Promise<Logger> {
  return filterByCategory(await createLogger(options), general, categories);
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
