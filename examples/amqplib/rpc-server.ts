// Answers requests for Fibonacci numbers, each to the queue that its asker names. AMQP_URL says
// where from, QUEUE names the queue of requests.
import { connect, type ConsumeMessage } from 'amqplib';

const queue = process.env['QUEUE'] ?? 'rpc_queue';

const fibonacci = (n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createChannel();

function answer(request: ConsumeMessage): void {
  const answer = String(fibonacci(Number(request.content.toString())));
  const replyTo = String(request.properties.replyTo);
  const correlationId = String(request.properties.correlationId);
  channel.sendToQueue(replyTo, Buffer.from(answer), { correlationId });
  channel.ack(request);
}

await channel.assertQueue(queue, { durable: false });
await channel.prefetch(1);
await channel.consume(queue, (message) => message !== null && answer(message));
console.log(JSON.stringify({ event: 'ready' }));
