/** What is wrong, as RabbitMQ's API answers it. */
import {
  AccessError,
  BrokerError,
  ParameterError,
  TableJsonError,
  VirtualHostError,
  type PluginContext,
} from '../plugin-api.ts';
import { badRequest, missing, notAuthorised, Refusal, type Answer } from './route.ts';

/** A bug of ours is logged. */
export function answerTo(error: unknown, { runtime }: PluginContext): Answer {
  if (error instanceof Refusal) return error.answer;
  if (error instanceof BrokerError) return answerToBroker(error);
  if (
    error instanceof ParameterError ||
    error instanceof AccessError ||
    error instanceof TableJsonError
  ) {
    return badRequest(error.message).answer;
  }
  if (error instanceof VirtualHostError) {
    if (error.reason === 'protected') {
      return new Refusal(412, 'precondition_failed', error.message).answer;
    }
    return badRequest(error.message).answer;
  }
  runtime.log.error('internal error', { error });
  return new Refusal(500, 'Internal Server Error', 'Internal server error').answer;
}

function answerToBroker({ reply, message }: BrokerError): Answer {
  if (reply === 'NOT_FOUND') return missing(message).answer;
  if (reply === 'ACCESS_REFUSED' || reply === 'NOT_ALLOWED') {
    return notAuthorised('Access refused.').answer;
  }
  return badRequest(message).answer;
}
