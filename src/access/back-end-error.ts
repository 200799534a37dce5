/** A back end cannot be made of its settings. The message is one line, made to be shown as it is. */
export class BackEndError extends Error {
  override readonly name = 'BackEndError';
}
