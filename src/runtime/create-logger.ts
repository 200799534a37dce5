// The logger that writes: pino keeps levels, child fields, errors and redaction; log-line.ts makes
// the text. The library is loaded on the first call only. Where lines go is the caller's choice.
import type { Logger as PinoLogger } from 'pino';
import { formatLogLine } from './log-line.ts';
import { withoutPassword } from './printable.ts';
import type { LogFields, Logger, LogLevel } from './logger.ts';

/** What is needed of a stream; `process.stdout` is one. Colours are used where it has them. */
export interface LogDestination {
  write(text: string): unknown;
  /** Called in place of `write` where it is there. */
  writeLine?(text: string, level: LogLevel): void;
  hasColors?(): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly destination: LogDestination;
  /** `plaintext` when left out; `json`: an object a line. */
  readonly format?: 'plaintext' | 'json';
  /** False: no colours even where the destination has them. */
  readonly useColors?: boolean;
}

/** Fields whose values never reach a log, at the top of the fields or one level below. */
const SECRET_FIELDS = ['password', 'secret', 'token', 'credentials', 'authorization', 'response'];

export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const { pino } = await import('pino');
  const { level, destination, format = 'plaintext', useColors = true } = options;
  const useColour = useColors && (destination.hasColors?.() ?? false);
  // The reader of a pipe may go away; a broker without a log is better than none.
  destination.on('error', () => {});
  const backend = pino(
    {
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]),
        censor: '[secret]',
      },
      serializers: { error: pino.stdSerializers.err },
    },
    {
      write: (json) => {
        const text = format === 'json' ? jsonOf(json) : textOf(json, useColour);
        if (destination.writeLine === undefined) destination.write(text);
        else destination.writeLine(text, levelOf(json));
      },
    },
  );
  return wrap(backend);
}

function wrap(backend: PinoLogger): Logger {
  return {
    debug: (message, fields) => backend.debug(fields ?? {}, '%s', message),
    info: (message, fields) => backend.info(fields ?? {}, '%s', message),
    warn: (message, fields) => backend.warn(fields ?? {}, '%s', message),
    error: (message, fields) => backend.error(fields ?? {}, '%s', message),
    child: (fields: LogFields) => wrap(backend.child(fields)),
  };
}

function levelOf(json: string): LogLevel {
  return (JSON.parse(json) as { level: LogLevel }).level;
}

/** With the names and the time that RabbitMQ's have. */
function jsonOf(json: string): string {
  const { time, level, msg, ...fields } = JSON.parse(json) as {
    time: number;
    level: LogLevel;
    msg: string;
  };
  const record = { time: new Date(time).toISOString(), level, msg, ...fields };
  const censor = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? withoutPassword(value) : value;
  return `${JSON.stringify(record, censor)}\n`;
}

function textOf(json: string, useColour: boolean): string {
  const { time, level, msg, ...fields } = JSON.parse(json) as {
    time: number;
    level: LogLevel;
    msg: string;
    [field: string]: unknown;
  };
  return formatLogLine({ timeMs: time, level, message: msg, fields }, useColour);
}
