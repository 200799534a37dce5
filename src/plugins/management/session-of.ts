/** What the user of a request does in a virtual host, with the permissions that they have there. */
import {
  BrokerError,
  closeOf,
  Session,
  type PluginContext,
  type VirtualHost,
} from '../plugin-api.ts';
import { badRequest, missing, notAuthorised, type Request } from './route.ts';
import { mayEnter, virtualHostToChange } from './virtual-host-of.ts';

/** @throws Refusal as virtualHostToChange; 401 also for administrators who could not enter */
export async function sessionOf(
  context: PluginContext,
  request: Request,
): Promise<{ readonly session: Session; readonly virtualHost: VirtualHost }> {
  const virtualHost = await virtualHostToChange(context, request);
  const { broker, access } = context;
  const { user, peer } = request;
  // Back ends may rely on it: who could not enter is not asked about what is inside.
  if (!(await mayEnter(context, request, virtualHost.name))) throw notAuthorised('Access refused.');
  return { session: new Session({ broker, access, user, peer, virtualHost }), virtualHost };
}

/** For what RabbitMQ does over a channel: its refusals read as the close of that. @throws Refusal */
export async function onChannel<T>(operate: () => Promise<T>): Promise<T> {
  try {
    return await operate();
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const { replyCode, replyText } = closeOf(error);
    if (error.reply === 'NOT_FOUND') throw missing(replyText);
    if (error.reply === 'ACCESS_REFUSED') throw notAuthorised(replyText);
    throw badRequest(`${replyCode} ${replyText}`);
  }
}

/** The same for publishing: there RabbitMQ answers all of them alike. @throws Refusal */
export async function onPublishingChannel<T>(operate: () => Promise<T>): Promise<T> {
  try {
    return await operate();
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const { replyCode, replyText } = closeOf(error);
    throw badRequest(`${replyCode} ${replyText}`);
  }
}
