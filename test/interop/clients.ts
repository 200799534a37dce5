// The clients that the main job is done with, each unmodified and each through its own programs in
// examples/. The programs of all clients have the same names, arguments and output, so that a test
// is written once.
import { join } from 'node:path';
import { compileGoExamples } from '../support/compiled-programs.ts';
import { findPython } from '../support/python.ts';

export type ExampleName =
  | 'new-task'
  | 'worker'
  | 'publish'
  | 'subscribe'
  | 'publisher-confirms'
  | 'get'
  | 'rpc-server'
  | 'rpc-client';

export interface Client {
  readonly name: string;
  /** Why its tests cannot run here; false when they can. */
  readonly skip: string | false;
  /** What to run, without the program's own arguments. */
  command(example: ExampleName): readonly string[];
}

function pikaClient(): Client {
  const python = findPython();
  // With CI=true nothing may be skipped: its tests run, and fail saying what is missing.
  const mayBeSkipped = process.env['CI'] !== 'true';
  return {
    name: 'pika',
    skip: python === null && mayBeSkipped ? 'there is no Python with Pika here' : false,
    command: (example) => {
      if (python === null) throw new Error('no Python with Pika, and CI=true allows no skipping');
      return [python, `examples/pika/${example.replace('-', '_')}.py`];
    },
  };
}

function goClient(): Client {
  const { directory, missing } = compileGoExamples();
  return {
    name: 'amqp091-go',
    skip: missing !== null && process.env['CI'] !== 'true' ? missing : false,
    command: (example) => {
      if (directory === null) throw new Error(`CI=true allows no skipping, but ${missing}`);
      return [join(directory, example)];
    },
  };
}

function nodeClient(name: string): Client {
  return {
    name,
    skip: false,
    command: (example) => [process.execPath, `examples/${name}/${example}.ts`],
  };
}

export const CLIENTS: readonly Client[] = [
  pikaClient(),
  goClient(),
  nodeClient('amqplib'),
  nodeClient('rabbitmq-client'),
  nodeClient('cloudamqp'),
];
