// The clients that the main job is done with, each unmodified and each through its own programs in
// examples/. The programs of all clients have the same names, arguments and output, so that a test
// is written once.
import { join } from 'node:path';
import { compileGoExamples } from '../support/compiled-programs.ts';
import { python, whyNoPython } from './python-programs.ts';

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
  return {
    name: 'pika',
    skip: whyNoPython(),
    command: (example) => [python(), `examples/pika/${example.replace('-', '_')}.py`],
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
