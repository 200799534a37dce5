// Publish/subscribe: one program plays publisher and subscribers, and prints what each queue received.
import { Connection } from 'rabbitmq-client';

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.acquire();
const received: Record<string, string[]> = {};
const { promise: allReceived, resolve } = Promise.withResolvers<void>();

type KeyAndArguments = readonly [key: string, args?: Record<string, string>];

/** A queue of our own, bound to the exchange, with a consumer of its own. */
async function subscribe(
  label: string,
  exchange: string,
  ...bindings: KeyAndArguments[]
): Promise<void> {
  const { queue } = await channel.queueDeclare({ queue: '', exclusive: true });
  for (const [routingKey, args = {}] of bindings) {
    await channel.queueBind({ queue, exchange, routingKey, arguments: args });
  }
  const bodies: string[] = [];
  received[label] = bodies;
  await channel.basicConsume({ queue, noAck: true }, (message) => {
    bodies.push(String(message.body));
    if (Object.values(received).flat().length === 13) resolve();
  });
}

async function publish(exchange: string, key: string, body: string, headers = {}): Promise<void> {
  await channel.basicPublish({ exchange, routingKey: key, headers }, body);
}

await channel.exchangeDeclare({ exchange: 'news', type: 'fanout', autoDelete: true });
await channel.exchangeDeclare({ exchange: 'logs', type: 'direct', autoDelete: true });
await channel.exchangeDeclare({ exchange: 'animals', type: 'topic', autoDelete: true });
await channel.exchangeDeclare({ exchange: 'files', type: 'headers', autoDelete: true });

const pdfReport = { format: 'pdf', type: 'report' };
await subscribe('fanout: first', 'news', ['']);
await subscribe('fanout: second', 'news', ['']);
await subscribe('direct: errors', 'logs', ['error']);
await subscribe('direct: all', 'logs', ['info'], ['error']);
await subscribe('topic: orange', 'animals', ['*.orange.*']);
await subscribe('topic: lazy', 'animals', ['lazy.#']);
await subscribe('headers: all', 'files', ['', { 'x-match': 'all', ...pdfReport }]);
await subscribe('headers: any', 'files', ['', { 'x-match': 'any', ...pdfReport }]);

await publish('news', '', 'one');
await publish('news', 'ignored', 'two');
await publish('logs', 'info', 'started');
await publish('logs', 'error', 'failed');
await publish('animals', 'quick.orange.rabbit', 'quick orange rabbit');
await publish('animals', 'lazy.brown.fox', 'lazy brown fox');
await publish('animals', 'lazy.orange.male.rabbit', 'lazy orange male rabbit');
await publish('files', '', 'report', pdfReport);
await publish('files', '', 'log', { format: 'pdf', type: 'log' });
await publish('files', '', 'picture', { format: 'png', type: 'picture' });

await allReceived;
console.log(JSON.stringify(received));
await channel.close();
await connection.close();
