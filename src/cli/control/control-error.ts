/** How a command ends: what it says when it could not be done, and the exit codes of RabbitMQ's command line. */

export const EXIT = {
  /** The command line makes no sense. */
  usage: 64,
  /** What was given to work with is wrong: a file, JSON, a password. */
  data: 65,
  /** There is no such user. */
  noUser: 67,
  /** The broker cannot be reached, or refuses. */
  unavailable: 69,
  /** What was to be made is there already, or a bug. */
  software: 70,
  /** It took too long; later it may work. */
  timeout: 75,
} as const;

/** Why a command could not be done: told to the user as it is, without a stack. */
export class ControlError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The command line makes no sense. */
export function usageError(message: string): ControlError {
  return new ControlError(message, EXIT.usage);
}

/** What was given to work with is wrong. */
export function dataError(message: string): ControlError {
  return new ControlError(message, EXIT.data);
}
