/** Definitions from files or from a server, imported before clients are served: a file, or a directory of them in lexical order. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Broker } from '../broker/broker.ts';
import { HttpClient, HttpClientError } from '../runtime/http-client.ts';
import type { Logger } from '../runtime/logger.ts';
import { kindOfPath, namesIn, readSmallFile, UnreadableFileError } from '../runtime/small-file.ts';
import type { TlsClientSettings } from '../runtime/tls-client.ts';
import type { BrokerDefinitions } from './broker-definitions.ts';
import { DefinitionsError } from './definitions-error.ts';

/** One of `path` and `url`, or both: the file comes first then. */
export interface DefinitionFiles {
  /** A file, or a directory whose `.json` files are read. */
  readonly path?: string;
  /** What a server answers there. */
  readonly url?: string;
  /** For an `https:` URL; the system's authorities when left out. */
  readonly tls?: Partial<TlsClientSettings>;
  /** Import nothing that is as it was the last time; false when left out. */
  readonly skipIfUnchanged?: boolean;
  /** How that is told; sha256 when left out. `sha` is SHA-1. */
  readonly hashingAlgorithm?: 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
}

/** Of a file or an answer, in octets. */
const FILE_OCTETS_MAX = 256 * 1024 * 1024;
/** How long a server may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;
const CONNECTION_TIMEOUT_MS = 10_000;
/** As RabbitMQ keeps it: a global parameter that is not shown. */
const HASH_PARAMETER = 'imported_definition_hash_value';

/** @throws DefinitionsError that names the file; what files before it have brought stays. TlsFileError */
export async function loadAtStart(
  source: DefinitionFiles,
  definitions: BrokerDefinitions,
  broker: Broker,
  log: Logger,
): Promise<void> {
  const { path, url, skipIfUnchanged = false } = source;
  const documents = await readAll(source);
  const hash = hashOf(documents, source);
  if (skipIfUnchanged && broker.globalParameters.find(HASH_PARAMETER)?.value === hash) {
    log.info('definitions are those of the last start', { path, url });
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
  /** Its path, or its URL. */
  readonly file: string;
  readonly octets: Buffer;
}

async function readAll({ path, url, tls = {} }: DefinitionFiles): Promise<DefinitionFile[]> {
  const files = path === undefined ? [] : readPath(path);
  return url === undefined ? files : [...files, await fetchFile(url, tls)];
}

function readPath(path: string): DefinitionFile[] {
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

async function fetchFile(
  address: string,
  tls: Partial<TlsClientSettings>,
): Promise<DefinitionFile> {
  const url = new URL(address);
  // Credentials in it are for the server only.
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  const headers = { accept: 'application/json', ...(login === ':' ? {} : { authorization }) };
  const file = url.href;
  const client = new HttpClient({
    requestTimeoutMs: ANSWER_TIMEOUT_MS,
    connectionTimeoutMs: CONNECTION_TIMEOUT_MS,
    longestAnswer: FILE_OCTETS_MAX,
    tls,
  });
  try {
    const { status, text } = await client.ask({ method: 'GET', url, headers });
    if (status === 200) return { file, octets: Buffer.from(text) };
    throw new DefinitionsError(`${file} is answered with status ${status}`);
  } catch (error) {
    if (!(error instanceof HttpClientError)) throw error;
    throw new DefinitionsError(`${file} ${error.message}`, { cause: error });
  } finally {
    client.close();
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

/** Another algorithm is another hash, so that nothing is skipped for it. */
function hashOf(
  documents: readonly DefinitionFile[],
  { hashingAlgorithm = 'sha256' }: DefinitionFiles,
): string {
  const hash = createHash(hashingAlgorithm === 'sha' ? 'sha1' : hashingAlgorithm);
  for (const { octets } of documents) hash.update(octets);
  return hash.digest('hex');
}
