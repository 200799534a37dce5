/** Commands that change one thing with one request: what they say, what they send, and what it means when it is not there. */
import { RefusedError, type ApiRequest } from './api-client.ts';
import type { ControlCommand, Invocation } from './control-command.ts';
import type { ControlError } from './control-error.ts';

export interface ChangeRow extends Omit<ControlCommand, 'run'> {
  /** What the command says first. */
  readonly says: (invocation: Invocation) => string;
  /** @throws ControlError for arguments that make no sense */
  readonly request: (invocation: Invocation) => ApiRequest | Promise<ApiRequest>;
  /** What is not there when the API says so. */
  readonly missing: (invocation: Invocation) => ControlError;
  /** What the command says when it is done; left out: nothing. */
  readonly done?: (invocation: Invocation) => string;
}

export function changeCommand({ says, request, missing, done, ...row }: ChangeRow): ControlCommand {
  return {
    ...row,
    async run(invocation) {
      await invocation.output.say(says(invocation));
      await orMissing(missing, invocation, async () =>
        invocation.api.send(await request(invocation)),
      );
      if (done !== undefined) await invocation.output.say(done(invocation));
    },
  };
}

/** Where the API answers that something is not there, the command says what. */
export async function orMissing<T>(
  missing: (invocation: Invocation) => ControlError,
  invocation: Invocation,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const isMissing = error instanceof RefusedError && isAboutMissing(error);
    throw isMissing ? missing(invocation) : error;
  }
}

/** Some of the API's answers about what is not there are 400. */
function isAboutMissing({ status, message }: RefusedError): boolean {
  return status === 404 || /_not_found$|^no_such_user/u.test(message);
}
