/** No, for a reason that the client is to be told. What an authorizer's promise rejects with. */
export class DisclosedRefusal extends Error {
  override readonly name = 'DisclosedRefusal';
  /** Whose reason it is, and what: words that follow the usual text of a refusal. */
  readonly explanation: string;

  constructor(backEnd: string, reason: string) {
    super(reason);
    this.explanation = `by backend ${backEnd}: ${reason}`;
  }
}
