// One log record as one readable line:
//   2026-11-23 08:51:46.123+00:00 [info] connection closed peer=127.0.0.1:40112 reason="by client"
// Peers choose parts of what is logged, so nothing here may break the line or look like another
// one. Levels, files and destinations are not this file's business.
import { styleText } from 'node:util';
import { escapeUnprintable, quoteIfNeeded, withoutPassword } from './printable.ts';
import type { LogLevel } from './logger.ts';

export interface LogRecord {
  /** Milliseconds since 1970 (UTC). */
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const LEVEL_STYLES = { error: 'red', warn: 'yellow', info: 'green', debug: 'gray' } as const;

/** The record as text that ends in a newline; a field `error` adds its stack, indented. */
export function formatLogLine(record: LogRecord, useColour: boolean): string {
  const time = formatLocalTime(record.timeMs);
  const level = `[${record.level}]`;
  let rest = '';
  let stack = '';
  for (const [key, value] of Object.entries(record.fields)) {
    if (value === undefined) continue;
    rest += ` ${key}=${quoteIfNeeded(withoutPassword(fieldText(value)))}`;
    if (key === 'error') stack += formatStack(value);
  }
  const message = escapeUnprintable(withoutPassword(record.message));
  if (!useColour) return `${time} ${level} ${message}${rest}\n${stack}`;
  const coloured = `${paint('gray', time)} ${paint(LEVEL_STYLES[record.level], level)}`;
  return `${coloured} ${message}${paint('gray', rest)}\n${paint('gray', stack)}`;
}

function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return text === '' ? '' : styleText(style, text, { validateStream: false });
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isSerializedError(value)) return `${value.type}: ${value.message}`;
  return JSON.stringify(value) ?? '';
}

/** An Error as it comes out of the logging library. */
interface SerializedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
}

function isSerializedError(value: unknown): value is SerializedError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    'message' in value &&
    'stack' in value &&
    typeof value.stack === 'string'
  );
}

/** Frames only: the message is on the line already. The indent tells them from log lines. */
function formatStack(value: unknown): string {
  if (!isSerializedError(value)) return '';
  const frames = value.stack.split('\n').filter((line) => line.startsWith('    at '));
  return frames.map((frame) => `${escapeUnprintable(frame)}\n`).join('');
}

/** The second that was told last, and its text up to there: lines come in bursts. */
const last = { second: Number.NaN, text: '', offset: '' };

/** Local time with its offset from UTC, as RabbitMQ writes it: unambiguous across machines. */
function formatLocalTime(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== last.second) {
    const offsetMinutes = -new Date(timeMs).getTimezoneOffset();
    const shifted = new Date((second + offsetMinutes * 60) * 1000).toISOString();
    const sign = offsetMinutes < 0 ? '-' : '+';
    const hours = String(Math.floor(Math.abs(offsetMinutes) / 60)).padStart(2, '0');
    const minutes = String(Math.abs(offsetMinutes) % 60).padStart(2, '0');
    last.second = second;
    last.text = `${shifted.slice(0, 10)} ${shifted.slice(11, 19)}`;
    last.offset = `${sign}${hours}:${minutes}`;
  }
  const milliseconds = String(timeMs - second * 1000).padStart(3, '0');
  return `${last.text}.${milliseconds}${last.offset}`;
}
