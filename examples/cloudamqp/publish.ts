// Publishes messages to an exchange: publish.ts TYPE EXCHANGE ROUTE:BODY... A route is a routing
// key, or, for a headers exchange, headers: format=pdf,type=report. AMQP_URL says where to.
import { AMQPClient } from '@cloudamqp/amqp-client';

const [type = 'fanout', exchange = 'news', ...messages] = process.argv.slice(2);

const client = new AMQPClient(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const connection = await client.connect();
const channel = await connection.channel();
await channel.exchangeDeclare(exchange, type, { durable: false, autoDelete: true });
await channel.confirmSelect();
for (const message of messages) {
  const [route = '', body = ''] = message.split(':', 2);
  if (type === 'headers') {
    const pairs = route.split(',').map((pair) => pair.split('=') as [string, string]);
    await channel.basicPublish(exchange, '', body, { headers: Object.fromEntries(pairs) });
  } else {
    await channel.basicPublish(exchange, route, body);
  }
  console.log(JSON.stringify({ event: 'sent', body }));
}
await connection.close();
