/** Why something about users and permissions cannot be set. The text is for whoever asked for it. */

/** `invalid`: what was asked for makes no sense. `not-found`: it is about something that is not there. */
export type AccessErrorCode = 'invalid' | 'not-found';

export class AccessError extends Error {
  readonly code: AccessErrorCode;

  constructor(code: AccessErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
