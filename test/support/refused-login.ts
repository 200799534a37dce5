// A login that is refused, as a client sees it.
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { RawClient } from './raw-client.ts';

/** Logs in with PLAIN, and expects RabbitMQ's refusal. */
export async function expectRefusedLogin(
  port: number,
  user: string,
  password: string,
): Promise<void> {
  await using client = await RawClient.connect(port);
  await client.login({ user, password });
  await client.expectConnectionClose(
    403,
    'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.',
  );
}

/** Logs in and asks for a virtual host; what comes is for the test to see. */
export async function askForVirtualHost(
  port: number,
  user: string,
  password: string,
  vhost = '/',
): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await client.login({ user, password });
  await client.expect(methods.CONNECTION_TUNE);
  client.tune();
  client.openVhost(vhost);
  return client;
}
