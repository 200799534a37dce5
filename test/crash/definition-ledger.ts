// What was declared and deleted beside the fixed topology, and what a broker therefore has to know after a restart.

export type Presence = 'there' | 'not there' | 'unsure';

export class DefinitionLedger {
  readonly #presences = new Map<string, Presence>();

  presenceOf(name: string): Presence {
    return this.#presences.get(name) ?? 'not there';
  }

  /** A change is about to be asked for: until it is answered, nobody knows. */
  asked(name: string): void {
    this.#presences.set(name, 'unsure');
  }

  answered(name: string, presence: Presence): void {
    this.#presences.set(name, presence);
  }

  /** What was found after a restart; says what is wrong with it, or null. */
  found(name: string, isThere: boolean): string | null {
    const expected = this.presenceOf(name);
    const actual = isThere ? 'there' : 'not there';
    this.#presences.set(name, actual);
    const isRight = expected === 'unsure' || expected === actual;
    return isRight ? null : `${name} is ${actual}, and was ${expected} when it was answered last`;
  }
}
