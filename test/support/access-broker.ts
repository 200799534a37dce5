// A broker whose users and permissions a test can change, with a real listener. guest may do everything in `/`.
import type { AddressInfo } from 'node:net';
import type { AccessControl } from '../../src/access/access-control.ts';
import type { PasswordHash } from '../../src/access/password-hashing.ts';
import type { ConnectionOptions } from '../../src/amqp/connection-options.ts';
import { DEFAULT_LIMITS } from '../../src/amqp/limits.ts';
import { AmqpListener } from '../../src/amqp/listener.ts';
import { BlockPool } from '../../src/amqp/output-buffer.ts';
import { serverProperties } from '../../src/amqp/server-properties.ts';
import { Broker } from '../../src/broker/broker.ts';
import { createSystemRuntime } from '../../src/runtime/system-runtime.ts';
import { MemoryDefinitionStore } from '../../src/store/memory/memory-definition-store.ts';
import { MemoryJournal } from '../../src/store/memory/memory-journal.ts';
import { CollectedLog } from './collected-log.ts';
import { guestAccess, hashOf } from './guest-access.ts';
import type { SimulatedTime } from './simulated-time.ts';

export interface AccessBroker extends AsyncDisposable {
  readonly broker: Broker;
  readonly access: AccessControl;
  readonly port: number;
  readonly log: CollectedLog;
}

/** @param time that passes for the broker; the system's when left out */
export async function startAccessBroker(
  options: Partial<ConnectionOptions> = {},
  time: SimulatedTime | null = null,
): Promise<AccessBroker> {
  const log = new CollectedLog();
  const system = createSystemRuntime({ log });
  const runtime = time === null ? system : { ...system, clock: time, timers: time };
  const definitions = new MemoryDefinitionStore();
  const broker = new Broker({ runtime, journal: new MemoryJournal(), definitions });
  broker.recover();
  const access = options.access ?? guestAccess();
  const listener = new AmqpListener({
    broker,
    access,
    limits: { ...DEFAULT_LIMITS, closeTimeoutMs: 50 },
    pool: new BlockPool(),
    serverProperties: serverProperties('0.0.0', 'leveret@localhost'),
    ...options,
  });
  const { port }: AddressInfo = await listener.listen({ port: 0, host: '127.0.0.1' });
  const close = async (): Promise<void> => {
    await listener.close();
    await broker.close();
  };
  return { broker, access, port, log, [Symbol.asyncDispose]: close };
}

/** Adds a user whose password is their name. */
export function addUser(
  access: AccessControl,
  name: string,
  hash: PasswordHash = hashOf(name),
): void {
  void access.users.put({ name, ...hash, tags: [], limits: {} });
}

/** Gives a user exactly these permissions in `/`. */
export function permit(
  access: AccessControl,
  user: string,
  {
    configure = '',
    write = '',
    read = '',
  }: Partial<Record<'configure' | 'write' | 'read', string>>,
): void {
  void access.permissions.put({ user, vhost: '/', configure, write, read });
}
