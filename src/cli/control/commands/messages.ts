/** Messages: publish one, look at some. For a few at a time: programs use AMQP, `leveret perf` makes load. */
import { pathOf } from '../api-client.ts';
import type { ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, dataError, EXIT } from '../control-error.ts';
import { orMissing } from '../change-command.ts';
import { missingExchange } from './exchanges.ts';
import { missingQueue } from './queues.ts';

const group = 'Messages';

/** Of a body from the standard input, in octets: RabbitMQ's limit of a message. */
const PAYLOAD_OCTETS_MAX = 16 * 1024 * 1024;

const ACK_MODES = [
  'ack_requeue_true',
  'ack_requeue_false',
  'reject_requeue_true',
  'reject_requeue_false',
] as const;

/** As rabbitmqadmin shows them. */
const MESSAGE_COLUMNS = [
  'routing_key',
  'exchange',
  'message_count',
  'payload',
  'payload_bytes',
  'payload_encoding',
  'redelivered',
  'properties',
];

const publish: ControlCommand = {
  name: 'publish',
  group,
  summary: 'publish a message',
  arguments: [
    {
      usage: '<routing_key>',
      description: 'of the default exchange: the name of a queue',
      completion: 'queues',
    },
    { usage: '[payload]', description: 'its body; left out: what the standard input gives' },
  ],
  options: [
    {
      flags: '--exchange <exchange>',
      description: 'default: the default exchange',
      completion: 'exchanges',
    },
    {
      flags: '--property <name=value>',
      description: 'as delivery_mode=2 or content_type=text/plain; may be repeated',
      isRepeatable: true,
    },
    {
      flags: '--header <name=value>',
      description: 'a header; may be repeated',
      isRepeatable: true,
    },
    { flags: '--properties <json>', description: 'several properties, as a JSON object' },
  ],
  examples: [
    { words: "publish tasks 'Hello, hare'", does: 'to a queue' },
    {
      words: 'publish order.paid --exchange orders --property delivery_mode=2 < order.json',
      does: 'a file, persistent, to an exchange',
    },
  ],
  run: runPublish,
};

const get: ControlCommand = {
  name: 'get',
  group,
  summary: 'look at messages of a queue, or take them',
  arguments: [{ usage: '<queue>', description: 'its name', completion: 'queues' }],
  options: [
    { flags: '--count <number>', description: 'how many at most; default: 1' },
    {
      flags: '--ackmode <mode>',
      description: `one of ${ACK_MODES.join(', ')}; default: ack_requeue_true, which leaves them in the queue`,
      completion: ACK_MODES,
    },
    { flags: '--truncate <octets>', description: 'of each body, show no more than this' },
  ],
  examples: [
    { words: 'get tasks', does: 'the next one; it stays, but counts as redelivered' },
    { words: 'get tasks --count 10 --ackmode ack_requeue_false', does: 'take ten away' },
    { words: 'get tasks --formatter json', does: 'with properties, for programs' },
  ],
  async run(invocation) {
    const { api, given, output, vhost } = invocation;
    const body = {
      count: given.integer('count', 1),
      ackmode: given.optional('ackmode') ?? ACK_MODES[0],
      encoding: 'auto',
      ...(given.optional('truncate') === undefined
        ? {}
        : { truncate: given.integer('truncate', 0) }),
    };
    const path = pathOf('queues', vhost, given.text('queue'), 'get');
    const messages = await orMissing(missingQueue(EXIT.unavailable), invocation, async () =>
      api.post<ReadonlyArray<Readonly<Record<string, unknown>>>>(path, body),
    );
    if (messages.length === 0) await output.say('No messages');
    await output.rows(MESSAGE_COLUMNS, messages);
  },
};

export const MESSAGE_COMMANDS: readonly ControlCommand[] = [publish, get];

async function runPublish(invocation: Invocation): Promise<void> {
  const { api, given, output, vhost } = invocation;
  const payload = given.optional('payload');
  const octets = payload === undefined ? await readInput() : Buffer.from(payload);
  const exchange = given.optional('exchange') ?? '';
  const headers = given.pairs('header');
  const path = pathOf('exchanges', vhost, exchange === '' ? 'amq.default' : exchange, 'publish');
  const message = {
    routing_key: given.text('routing_key'),
    properties: {
      ...(given.optional('properties') === undefined ? {} : given.jsonObject('properties')),
      ...stringProperties(given.pairs('property')),
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
    },
    payload: octets.toString('base64'),
    payload_encoding: 'base64',
  };
  const { routed } = await orMissing(missingExchange, invocation, async () =>
    api.post<{ readonly routed: boolean }>(path, message),
  );
  if (!routed) {
    throw new ControlError(
      `message published but NOT routed: no queue takes routing key '${given.text('routing_key')}' of exchange '${exchange}'`,
      EXIT.data,
    );
  }
  await output.say('Message published');
}

/** Properties that are numbers; all others are texts, whatever they look like. */
const NUMERIC = new Set(['delivery_mode', 'priority', 'timestamp']);

function stringProperties(
  pairs: Readonly<Record<string, string | number | boolean>>,
): Readonly<Record<string, string | number | boolean>> {
  return Object.fromEntries(
    Object.entries(pairs).map(([name, value]) => [name, NUMERIC.has(name) ? value : String(value)]),
  );
}

/** @throws ControlError for what is too much */
async function readInput(): Promise<Buffer> {
  if (process.stdin.isTTY) process.stderr.write('Write the body, then end it with Ctrl-D:\n');
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of process.stdin) {
    pieces.push(piece as Buffer);
    length += (piece as Buffer).length;
    if (length > PAYLOAD_OCTETS_MAX) {
      throw dataError(`the body is larger than ${PAYLOAD_OCTETS_MAX} octets`);
    }
  }
  return Buffer.concat(pieces);
}
