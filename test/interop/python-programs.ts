// What the tests with programs in Python share.
import { findPython } from '../support/python.ts';

/** Why they cannot run here; false when they can, and with CI=true, where nothing is skipped. */
export function whyNoPython(): string | false {
  return process.env['CI'] === 'true' ? false : (findPython().missing ?? false);
}

/** The Python to run them with. */
export function python(): string {
  const { command, missing } = findPython();
  if (command === null) throw new Error(missing);
  return command;
}
