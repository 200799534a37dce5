// Secrets never reach the log nor an answer: everything that takes a password is given one, right and wrong, with the log at its
// most talkative, and then all that was said is searched.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { connect } from 'amqplib';
import { Program } from '../support/program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Each is used in one place only, so that a leak says where it is from. */
const SECRETS = {
  default: 'hush-default',
  good: 'hush-good',
  wrong: 'hush-wrong',
  missing: 'hush-missing',
  bearer: 'hush-bearer',
  header: 'hush-header',
  changed: 'hush-changed',
  refused: 'hush-refused',
  broken: 'hush-broken',
  unquoted: 'hush-unquoted',
  imported: 'hush-imported',
  importRefused: 'hush-import-refused',
  importBroken: 'hush-import-broken',
  upstream: 'hush-upstream',
  shovel: 'hush-shovel',
  skipped: 'hush-skipped',
  hashed: 'hush-hashed',
  query: 'hush-query',
  both: 'hush-both',
  renewed: 'hush-renewed',
} as const;

const ADMIN = basic('admin', SECRETS.default);

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** A broker as a process, all of whose answers are kept. */
class Told {
  readonly answers: string[] = [];
  readonly program: Program;
  readonly #api: string;
  readonly #amqp: string;

  private constructor(program: Program) {
    const lines = program.lines.join('\n');
    this.program = program;
    this.#api = /http:\/\/[\d.:]+/u.exec(lines)?.[0] ?? '';
    this.#amqp = /amqp:\/\/([\d.:]+)/u.exec(lines)?.[1] ?? '';
  }

  static async start(t: TestContext): Promise<Told> {
    const command = [process.execPath, 'src/main.ts', 'start', '--port', '0'];
    const program = new Program(t, [...command, '--data-dir', temporaryDirectory(t)], {
      LEVERET_LOG_LEVEL: 'debug',
      LEVERET_PLUGINS_MANAGEMENT: 'true',
      LEVERET_MANAGEMENT_TCP_PORT: '0',
      LEVERET_DEFAULT_USER: 'admin',
      LEVERET_DEFAULT_PASS: SECRETS.default,
    });
    await program.until('it is ready', (all) => all.some((line) => line.includes('is ready')));
    return new Told(program);
  }

  async ask(method: string, path: string, body?: unknown, authorization = ADMIN): Promise<number> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${this.#api}/api${path}`, {
      method,
      headers: { authorization },
      ...(body === undefined ? {} : { body: text }),
    });
    this.answers.push(JSON.stringify([...answer.headers]), await answer.text());
    return answer.status;
  }

  async logIn(username: string, password: string): Promise<void> {
    const [hostname = '', port = ''] = this.#amqp.split(':');
    try {
      const connection = await connect({ hostname, port: Number(port), username, password });
      await connection.updateSecret(Buffer.from(SECRETS.renewed), 'it is time');
      await connection.close();
    } catch (error) {
      this.answers.push(String(error));
    }
  }

  get everything(): string {
    return [...this.program.lines, this.program.errors, ...this.answers].join('\n');
  }
}

function user(password: unknown): object {
  return { password, tags: 'management' };
}

describe('secrets are in neither log nor answer', { concurrency: true }, () => {
  test('of a broker that is used and misused', async (t) => {
    const told = await Told.start(t);
    await logInEverywhere(told);
    await manageUsers(told);
    await importDefinitions(told);
    await setParameters(told);
    await told.ask('GET', '/definitions');
    await told.ask('GET', '/users');
    await told.ask('GET', '/connections');
    told.program.signal('SIGTERM');
    assert.equal(await told.program.ended(), 0);
    assert.ok(told.program.lines.length > 3, 'the log says something');
    assertNone(told.everything);
  });

  test('of a broker whose definitions are wrong', async (t) => {
    for (const document of [
      `{"users": [{"name": "u", "password": ${SECRETS.importBroken}}]}`,
      `{"users": [{"name": "u", "password": "${SECRETS.importRefused}", "tags": 7}]}`,
    ]) {
      const path = join(temporaryDirectory(t), 'definitions.json');
      writeFileSync(path, document);
      const command = [process.execPath, 'src/main.ts', 'start', '--in-memory', '--port', '0'];
      const program = new Program(t, command, {
        LEVERET_LOG_LEVEL: 'debug',
        LEVERET_LOAD_DEFINITIONS: path,
      });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      assert.equal(await program.ended(), 1);
      assert.match(program.errors, /definitions\.json: \w/u);
      assertNone([...program.lines, program.errors].join('\n'));
    }
  });
});

async function logInEverywhere(told: Told): Promise<void> {
  await told.logIn('admin', SECRETS.default);
  await told.logIn('admin', SECRETS.wrong);
  await told.logIn('nobody', SECRETS.missing);
  assert.equal(await told.ask('GET', '/whoami'), 200);
  assert.equal(await told.ask('GET', '/whoami', undefined, basic('admin', SECRETS.wrong)), 401);
  assert.equal(await told.ask('GET', '/whoami', undefined, `Bearer ${SECRETS.bearer}`), 401);
  assert.equal(await told.ask('GET', '/whoami', undefined, `Basic ${SECRETS.header}`), 401);
  assert.equal(await told.ask('GET', `/whoami/${SECRETS.query}?password=${SECRETS.query}`), 404);
  assert.equal(await told.ask('POST', '/login', `username=admin&password=${SECRETS.query}`), 401);
}

async function manageUsers(told: Told): Promise<void> {
  assert.equal(await told.ask('PUT', '/users/u', user(SECRETS.good)), 201);
  assert.equal(await told.ask('PUT', '/users/u', user(SECRETS.changed)), 204);
  const refused = { ...user(SECRETS.refused), tags: 7 };
  assert.equal(await told.ask('PUT', '/users/u', refused), 400);
  assert.equal(await told.ask('PUT', '/users/u', user([SECRETS.refused])), 400);
  const both = { ...user(SECRETS.both), password_hash: SECRETS.both };
  assert.equal(await told.ask('PUT', '/users/u', both), 400);
  assert.equal(await told.ask('PUT', '/users/u', `{"password": "${SECRETS.broken}"`), 400);
  assert.equal(await told.ask('PUT', '/users/u', `{"password": ${SECRETS.unquoted}}`), 400);
  assert.equal(await told.ask('GET', `/auth/hash_password/${SECRETS.hashed}`), 200);
  assert.equal(await told.ask('PATCH', '/users/u', user(SECRETS.good)), 405);
}

async function importDefinitions(told: Told): Promise<void> {
  const post = async (document: unknown): Promise<number> =>
    told.ask('POST', '/definitions', document);
  const users = (password: unknown, tags: unknown = ''): object => ({
    users: [{ name: 'v', password, tags }],
  });
  assert.equal(await post(users(SECRETS.imported)), 204);
  assert.equal(await post(users(SECRETS.importRefused, 7)), 400);
  assert.equal(await post(users([SECRETS.importRefused])), 400);
  const hashes = [{ name: 'v', password_hash: SECRETS.importRefused, tags: '' }];
  assert.equal(await post({ users: hashes }), 400);
  assert.equal(await post(`{"users": [{"password": "${SECRETS.importBroken}"`), 400);
  assert.equal(await post(`{"users": [{"password": ${SECRETS.importBroken}}]}`), 400);
}

async function setParameters(told: Told): Promise<void> {
  const uri = (secret: string): string => `amqp://user:${secret}@example.org/%2F`;
  const upstream = { value: { uri: uri(SECRETS.upstream) } };
  assert.equal(await told.ask('PUT', '/parameters/federation-upstream/%2F/n', upstream), 400);
  const shovel = { value: { 'src-uri': uri(SECRETS.shovel) } };
  assert.equal(await told.ask('PUT', '/parameters/shovel/%2F/n', shovel), 400);
  const parameters = [
    { component: 'shovel', vhost: '/', name: 'n', value: { 'src-uri': uri(SECRETS.skipped) } },
  ];
  assert.equal(await told.ask('POST', '/definitions', { parameters }), 204);
}

/** In clear, and as base64 and percent signs hide them. */
function assertNone(text: string): void {
  const found = Object.entries(SECRETS).filter(([, secret]) =>
    [secret, Buffer.from(secret).toString('base64').replace(/.=*$/u, '')].some((form) =>
      text.includes(form),
    ),
  );
  assert.deepEqual(
    found.map(([name]) => name),
    [],
  );
  assert.doesNotMatch(text, /hush-/u);
}
