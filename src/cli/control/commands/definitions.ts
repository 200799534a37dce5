/** Definitions: everything that is declared, to a file and back. */
import { buffer } from 'node:stream/consumers';
import { pathOf, RefusedError } from '../api-client.ts';
import { orMissing } from '../change-command.ts';
import type { ControlCommand, Invocation } from '../control-command.ts';
import { dataError } from '../control-error.ts';
import { missingVirtualHost } from '../list-command.ts';
import { readNamedFile, writeNamedFile } from '../named-file.ts';

const group = 'Definitions';

const ONLY = {
  flags: '--only-vhost',
  description:
    'of the virtual host (--vhost) only, without users; as a file that any other can import',
} as const;

const FORMAT = {
  flags: '--format <format>',
  description: 'accepted, as long as it is json',
  isHidden: true,
} as const;

export const DEFINITION_COMMANDS: readonly ControlCommand[] = [
  {
    name: 'export_definitions',
    group,
    summary: 'write users, virtual hosts, queues and all else that is declared into a file',
    arguments: [
      { usage: '<file>', description: 'or - for the standard output', completion: 'files' },
    ],
    options: [ONLY, FORMAT],
    examples: [
      { words: 'export_definitions definitions.json', does: 'RabbitMQ can import it' },
      { words: 'export_definitions - | jq .queues', does: 'into a pipe' },
    ],
    async run(invocation) {
      const { api, given, output } = invocation;
      requireJson(invocation);
      const file = given.text('file');
      if (file !== '-') {
        await output.say(`Exporting definitions in JSON to a file at "${file}" ...`);
      }
      const { octets } = await orMissing(missingVirtualHost, invocation, async () =>
        api.send({ method: 'GET', path: pathFor(invocation) }),
      );
      if (file === '-') await output.raw(Buffer.concat([octets, Buffer.from('\n')]));
      else writeNamedFile(file, octets);
    },
  },
  {
    name: 'import_definitions',
    group,
    summary:
      'declare what a file of definitions says: all of it, or nothing when something is wrong',
    arguments: [
      {
        usage: '[file]',
        description: 'of Leveret or RabbitMQ; left out, or -: the standard input',
        completion: 'files',
      },
    ],
    options: [
      ONLY,
      FORMAT,
      {
        flags: '--skip-if-unchanged',
        description: 'accepted: an import of what is there changes nothing',
        isHidden: true,
      },
    ],
    examples: [
      { words: 'import_definitions definitions.json', does: 'what is there already stays' },
      { words: 'import_definitions < definitions.json', does: 'from a pipe' },
    ],
    async run(invocation) {
      const { api, given, output } = invocation;
      requireJson(invocation);
      const file = given.optional('file') ?? '-';
      const octets = file === '-' ? await buffer(process.stdin) : readNamedFile(file);
      const from = file === '-' ? 'the standard input' : `a file at "${file}"`;
      await output.say(`Importing definitions in JSON from ${from} ...`);
      try {
        await orMissing(missingVirtualHost, invocation, async () =>
          api.send({ method: 'POST', path: pathFor(invocation), body: octets }),
        );
      } catch (error) {
        const isTheirFault = error instanceof RefusedError && error.status === 400;
        throw isTheirFault ? dataError(`nothing is imported: ${error.message}`) : error;
      }
      await output.say('Successfully imported definitions.');
    },
  },
];

function pathFor({ given, vhost }: Invocation): string {
  return given.has('onlyVhost') ? pathOf('definitions', vhost) : '/definitions';
}

function requireJson({ given }: Invocation): void {
  const format = given.optional('format') ?? 'json';
  if (format !== 'json') throw dataError(`definitions are JSON only, not ${format}`);
}
