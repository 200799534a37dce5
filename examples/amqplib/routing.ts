// Publish/subscribe: one program plays publisher and subscribers, and prints what each queue received.
import { connect } from 'amqplib';

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createChannel();
const received: Record<string, string[]> = {};
const { promise: allReceived, resolve } = Promise.withResolvers<void>();

type KeyAndArguments = readonly [key: string, args?: Record<string, string>];

/** A queue of our own, bound to the exchange, with a consumer of its own. */
async function subscribe(
  label: string,
  exchange: string,
  ...bindings: KeyAndArguments[]
): Promise<void> {
  const { queue } = await channel.assertQueue('', { exclusive: true });
  for (const [key, args] of bindings) await channel.bindQueue(queue, exchange, key, args);
  const bodies: string[] = [];
  received[label] = bodies;
  await channel.consume(
    queue,
    (message) => {
      if (message !== null) bodies.push(message.content.toString());
      if (Object.values(received).flat().length === 13) resolve();
    },
    { noAck: true },
  );
}

function publish(exchange: string, key: string, body: string, headers = {}): void {
  channel.publish(exchange, key, Buffer.from(body), { headers });
}

await channel.assertExchange('news', 'fanout', { autoDelete: true });
await channel.assertExchange('logs', 'direct', { autoDelete: true });
await channel.assertExchange('animals', 'topic', { autoDelete: true });
await channel.assertExchange('files', 'headers', { autoDelete: true });

const pdfReport = { format: 'pdf', type: 'report' };
await subscribe('fanout: first', 'news', ['']);
await subscribe('fanout: second', 'news', ['']);
await subscribe('direct: errors', 'logs', ['error']);
await subscribe('direct: all', 'logs', ['info'], ['error']);
await subscribe('topic: orange', 'animals', ['*.orange.*']);
await subscribe('topic: lazy', 'animals', ['lazy.#']);
await subscribe('headers: all', 'files', ['', { 'x-match': 'all', ...pdfReport }]);
await subscribe('headers: any', 'files', ['', { 'x-match': 'any', ...pdfReport }]);

publish('news', '', 'one');
publish('news', 'ignored', 'two');
publish('logs', 'info', 'started');
publish('logs', 'error', 'failed');
publish('animals', 'quick.orange.rabbit', 'quick orange rabbit');
publish('animals', 'lazy.brown.fox', 'lazy brown fox');
publish('animals', 'lazy.orange.male.rabbit', 'lazy orange male rabbit');
publish('files', '', 'report', pdfReport);
publish('files', '', 'log', { format: 'pdf', type: 'log' });
publish('files', '', 'picture', { format: 'png', type: 'picture' });

await allReceived;
console.log(JSON.stringify(received));
await connection.close();
