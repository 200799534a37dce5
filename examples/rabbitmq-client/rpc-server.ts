// Answers requests for Fibonacci numbers, each to the queue that its asker names. AMQP_URL says
// where from, QUEUE names the queue of requests.
import { Connection } from 'rabbitmq-client';

const queue = process.env['QUEUE'] ?? 'rpc_queue';

const fibonacci = (n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const consumer = connection.createConsumer(
  { queue, queueOptions: { durable: false }, qos: { prefetchCount: 1 } },
  async (request, reply) => {
    // The reply goes to the request's reply_to, with its correlation_id.
    await reply(String(fibonacci(Number(request.body))));
  },
);
consumer.on('ready', () => console.log(JSON.stringify({ event: 'ready' })));
