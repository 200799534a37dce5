// Publishes messages to an exchange: publish.ts TYPE EXCHANGE ROUTE:BODY... A route is a routing
// key, or, for a headers exchange, headers: format=pdf,type=report. AMQP_URL says where to.
import { connect } from 'amqplib';

const [type = 'fanout', exchange = 'news', ...messages] = process.argv.slice(2);

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createConfirmChannel();
await channel.assertExchange(exchange, type, { durable: false, autoDelete: true });
for (const message of messages) {
  const [route = '', body = ''] = message.split(':', 2);
  if (type === 'headers') {
    const pairs = route.split(',').map((pair) => pair.split('=') as [string, string]);
    channel.publish(exchange, '', Buffer.from(body), { headers: Object.fromEntries(pairs) });
  } else {
    channel.publish(exchange, route, Buffer.from(body));
  }
  await channel.waitForConfirms();
  console.log(JSON.stringify({ event: 'sent', body }));
}
await connection.close();
