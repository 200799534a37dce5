// Several loggers as one: what is logged goes to each, which writes it or not by its own level.
import { silentLogger, type Logger } from './logger.ts';

export function combineLoggers(loggers: readonly Logger[]): Logger {
  const [only = silentLogger] = loggers;
  if (loggers.length <= 1) return only;
  return {
    debug: (message, fields) => {
      for (const logger of loggers) logger.debug(message, fields);
    },
    info: (message, fields) => {
      for (const logger of loggers) logger.info(message, fields);
    },
    warn: (message, fields) => {
      for (const logger of loggers) logger.warn(message, fields);
    },
    error: (message, fields) => {
      for (const logger of loggers) logger.error(message, fields);
    },
    child: (fields) => combineLoggers(loggers.map((logger) => logger.child(fields))),
  };
}
