// Finds the command-line tools of librabbitmq. It installs nothing: scripts/provision.ts does.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const TOOLS = [
  'amqp-publish',
  'amqp-consume',
  'amqp-get',
  'amqp-declare-queue',
  'amqp-delete-queue',
];

/** The directory that has them all, or null. */
export function findAmqpTools(): string | null {
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  const hasAll = (directory: string): boolean =>
    TOOLS.every((tool) => existsSync(join(directory, tool)));
  return directories.find((directory) => directory !== '' && hasAll(directory)) ?? null;
}
