// Levels for parts of what is logged: lines about connections, channels and queues may be more or fewer than the others. What a
// line is about is told by its fields.
import { LOG_LEVELS, type LogFields, type Logger, type LogLevel } from './logger.ts';

/** `none`: nothing is written. */
export type LogThreshold = LogLevel | 'none';

/** RabbitMQ has more of them, of which nothing is logged here. */
export const LOG_CATEGORIES = ['connection', 'channel', 'queue', 'default'] as const;
export type LogCategory = (typeof LOG_CATEGORIES)[number];

/** Levels of categories that have one of their own. */
export type CategoryLevels = Readonly<Partial<Record<LogCategory, LogThreshold>>>;

/** The level of an output that lets through what any category wants. */
export function widestLevel(general: LogThreshold, levels: CategoryLevels): LogThreshold {
  const all = [general, ...Object.values(levels)];
  return LOG_LEVELS.findLast((level) => all.includes(level)) ?? 'none';
}

/** A logger that passes on what the category of a line lets through. @param logger of the widest level */
export function filterByCategory(
  logger: Logger,
  general: LogThreshold,
  levels: CategoryLevels,
): Logger {
  if (Object.keys(levels).length === 0) return logger;
  return new CategoryFilter(logger, { default: general, ...levels }, general, 'default');
}

class CategoryFilter implements Logger {
  readonly #logger: Logger;
  readonly #levels: CategoryLevels;
  readonly #general: LogThreshold;
  readonly #category: LogCategory;

  constructor(
    logger: Logger,
    levels: CategoryLevels,
    general: LogThreshold,
    category: LogCategory,
  ) {
    this.#logger = logger;
    this.#levels = levels;
    this.#general = general;
    this.#category = category;
  }

  debug(message: string, fields: LogFields = {}): void {
    if (this.#passes('debug', fields)) this.#logger.debug(message, fields);
  }

  info(message: string, fields: LogFields = {}): void {
    if (this.#passes('info', fields)) this.#logger.info(message, fields);
  }

  warn(message: string, fields: LogFields = {}): void {
    if (this.#passes('warn', fields)) this.#logger.warn(message, fields);
  }

  error(message: string, fields: LogFields = {}): void {
    if (this.#passes('error', fields)) this.#logger.error(message, fields);
  }

  child(fields: LogFields): Logger {
    const category = categoryOf(fields) ?? this.#category;
    return new CategoryFilter(this.#logger.child(fields), this.#levels, this.#general, category);
  }

  #passes(level: LogLevel, fields: LogFields): boolean {
    const threshold = this.#levels[categoryOf(fields) ?? this.#category] ?? this.#general;
    return threshold !== 'none' && LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(threshold);
  }
}

/** Null where the fields do not say. */
function categoryOf(fields: LogFields): LogCategory | null {
  if ('channel' in fields) return 'channel';
  if ('connection' in fields || 'peer' in fields) return 'connection';
  return 'queue' in fields ? 'queue' : null;
}
