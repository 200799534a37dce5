// Answers requests for Fibonacci numbers, each to the queue that its asker names. AMQP_URL says
// where from, QUEUE names the queue of requests.
import { AMQPClient, type AMQPMessage } from '@cloudamqp/amqp-client';

const queue = process.env['QUEUE'] ?? 'rpc_queue';

const fibonacci = (n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

const client = new AMQPClient(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const connection = await client.connect();
const channel = await connection.channel();

async function onRequest(request: AMQPMessage): Promise<void> {
  const answer = String(fibonacci(Number(request.bodyString())));
  const { replyTo = '', correlationId = '' } = request.properties;
  await channel.basicPublish('', replyTo, answer, { correlationId });
  await request.ack();
}

await channel.queueDeclare(queue, { durable: false });
await channel.basicQos(1);
await channel.basicConsume(queue, { noAck: false }, onRequest);
console.log(JSON.stringify({ event: 'ready' }));
