// The error for a setting that cannot be used. Its message is one line, made to be shown as it is.

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
