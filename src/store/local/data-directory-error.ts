/** Why a data directory cannot be used: one line that says what is wrong and what to do, made to be shown as it is. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}
