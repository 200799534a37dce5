// Whether a broker has an exchange or a queue: asked passively, each time on a channel of its own, because a no ends it.
import { Refused, type Channel } from './channel.ts';
import type { Client } from './client.ts';

const NOT_FOUND = 404;

export async function hasExchange(client: Client, name: string): Promise<boolean> {
  // The type is not looked at.
  return exists(client, (channel) => channel.declareExchange(name, 'direct', true));
}

export async function hasQueue(client: Client, name: string): Promise<boolean> {
  return exists(client, (channel) => channel.declareQueue(name, { isPassive: true }));
}

async function exists(
  client: Client,
  ask: (channel: Channel) => Promise<unknown>,
): Promise<boolean> {
  const channel = await client.channel();
  try {
    await ask(channel);
  } catch (error) {
    if (error instanceof Refused && error.code === NOT_FOUND) return false;
    throw error;
  }
  await channel.close();
  return true;
}
