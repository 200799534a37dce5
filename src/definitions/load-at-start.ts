/** Definitions from files, imported before clients are served: a file, or a directory of them in lexical order. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Broker } from '../broker/broker.ts';
import type { Logger } from '../runtime/logger.ts';
import { kindOfPath, namesIn, readSmallFile, UnreadableFileError } from '../runtime/small-file.ts';
import type { BrokerDefinitions } from './broker-definitions.ts';
import { DefinitionsError } from './definitions-error.ts';

export interface DefinitionFiles {
  /** A file, or a directory whose `.json` files are read. */
  readonly path: string;
  /** Import nothing that is as it was the last time; false when left out. */
  readonly skipIfUnchanged?: boolean;
}

/** Of a file, in octets. */
const FILE_OCTETS_MAX = 256 * 1024 * 1024;
/** As RabbitMQ keeps it: a global parameter that is not shown. */
const HASH_PARAMETER = 'imported_definition_hash_value';

/** @throws DefinitionsError that names the file; what files before it have brought stays */
export async function loadAtStart(
  { path, skipIfUnchanged = false }: DefinitionFiles,
  definitions: BrokerDefinitions,
  broker: Broker,
  log: Logger,
): Promise<void> {
  const documents = readAll(path);
  const hash = hashOf(documents.map(({ octets }) => octets));
  if (skipIfUnchanged && broker.globalParameters.find(HASH_PARAMETER)?.value === hash) {
    log.info('definitions are those of the last start', { path });
    return;
  }
  for (const { file, octets } of documents) {
    // oxlint-disable-next-line no-await-in-loop -- later files build on earlier ones
    const { skipped } = await importFile(file, octets, definitions);
    log.info('definitions imported', { file });
    if (skipped.length > 0) {
      log.warn('definitions that mean nothing here', { file, skipped: skipped.join(', ') });
    }
  }
  await broker.globalParameters.put(HASH_PARAMETER, hash);
}

interface DefinitionFile {
  readonly file: string;
  readonly octets: Buffer;
}

function readAll(path: string): readonly DefinitionFile[] {
  try {
    if (kindOfPath(path) !== 'directory') return [read(path)];
    const names = namesIn(path).filter((name) => name.endsWith('.json'));
    return names.map((name) => read(join(path, name)));
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new DefinitionsError(`${path}: ${error.message}`, { cause: error });
  }
}

function read(file: string): DefinitionFile {
  try {
    return { file, octets: readSmallFile(file, FILE_OCTETS_MAX) };
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new DefinitionsError(`${file} ${error.message}`, { cause: error });
  }
}

async function importFile(
  file: string,
  octets: Buffer,
  definitions: BrokerDefinitions,
): ReturnType<BrokerDefinitions['import']> {
  try {
    return await definitions.import(octets);
  } catch (error) {
    if (!(error instanceof DefinitionsError)) throw error;
    throw new DefinitionsError(`${file}: ${error.message}`, { cause: error });
  }
}

function hashOf(documents: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const octets of documents) hash.update(octets);
  return hash.digest('hex');
}
