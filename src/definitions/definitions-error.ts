/** Definitions that cannot be imported. The message says which item, and why; it is made to be shown as it is. */

export class DefinitionsError extends Error {
  override readonly name = 'DefinitionsError';
}
