// What users of a client of the management API do, as scenarios: the programs in rabbit-hole/ and hop/ perform them and check
// what they are answered as the types of their libraries have it.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { connect } from 'amqplib';
import { createBroker } from 'leveret';
import { ExampleProgram } from './example-program.ts';
import type { CompiledClient } from './scenarios.ts';

/** No program takes longer, in milliseconds: only a failing one is ended then. */
const PATIENCE_MS = 60_000;

/** The fact that each scenario shows, by its name. The one that closes a connection comes last. */
export type ApiScenarios = Readonly<Record<string, string>>;

/** What both libraries can do. */
export const SHARED_SCENARIOS = {
  hosts: 'make, look at and delete virtual hosts',
  users: 'make users who log in then, and set and clear their permissions',
  limits: 'set and clear limits',
  topology: 'declare, bind, look at and delete exchanges and queues',
  messages: 'publish, and look at what queues have',
  policies: 'set policies, which are in effect then',
  pages: 'list page by page',
  overview: 'look at the broker and its node',
  refusals: 'are told why something is refused',
} as const;

export const CLIENTS = {
  clients: 'see a client, its channel and its consumer, and close it',
} as const;

/** Lets a program perform the scenarios on a broker of its own, and tests what it says of each. */
export async function testApiScenarios(
  t: TestContext,
  client: CompiledClient,
  scenarios: ApiScenarios,
): Promise<void> {
  await using broker = await createBroker({ management: { port: 0 } });
  await connectWatched(broker.url);
  const listener = broker.listeners.find(({ protocol }) => protocol === 'http');
  const names = Object.keys(scenarios);
  const program = new ExampleProgram(t, [...client.command(), ...names], {
    API_URL: `http://127.0.0.1:${listener?.port}`,
  });
  const watchdog = setTimeout(() => void program.kill(), PATIENCE_MS);
  const code = await program.ended();
  clearTimeout(watchdog);
  assert.equal(code, 0, program.errors);
  const performed = new Map(program.told('performed').map(({ name, why }) => [name, why]));
  for (const [name, fact] of Object.entries(scenarios)) {
    // oxlint-disable-next-line no-await-in-loop -- in their order
    await t.test(fact, () => assert.equal(performed.get(name), ''));
  }
}

/** The connection that the programs look at, with a channel and a consumer. */
async function connectWatched(url: string): Promise<void> {
  const connection = await connect(url, { clientProperties: { connection_name: 'watched' } });
  // The program closes it.
  connection.on('error', () => {});
  const channel = await connection.createChannel();
  await channel.assertQueue('watched');
  await channel.prefetch(7);
  await channel.consume('watched', () => {}, { consumerTag: 'watcher' });
}
