/** The broker's log, with the exchange that it goes to as well. */
import { LogExchange } from '../broker/log-exchange.ts';
import { combineLoggers } from '../runtime/combined-logger.ts';
import { createLogger } from '../runtime/create-logger.ts';
import { filterByCategory, widestLevel } from '../runtime/log-categories.ts';
import { silentLogger, type Logger } from '../runtime/logger.ts';
import type { CreateBrokerOptions } from './broker-options.ts';

export interface BrokerLog {
  readonly log: Logger;
  /** To be attached to the broker; null without one. */
  readonly exchange: LogExchange | null;
}

export async function openBrokerLog(options: CreateBrokerOptions): Promise<BrokerLog> {
  const { log = silentLogger, logExchange } = options;
  if (logExchange === undefined) return { log, exchange: null };
  const { level: general = 'info', format = 'plaintext', categories = {} } = logExchange;
  const level = widestLevel(general, categories);
  if (level === 'none') return { log, exchange: null };
  const exchange = new LogExchange(format);
  const messages = await createLogger({
    level,
    format,
    destination: {
      write: () => {},
      writeLine: (text, ofLine) => exchange.write(text, ofLine),
      on: () => {},
    },
  });
  return { log: combineLoggers([log, filterByCategory(messages, general, categories)]), exchange };
}
