/** What a new password must be like, in RabbitMQ's words (`credential_validator`). */
import { compilePattern } from '../runtime/pattern.ts';
import { AccessError } from './access-error.ts';

export type PasswordRule =
  | { readonly is: 'min-length'; readonly octets: number }
  /** A regular expression that it must meet. */
  | { readonly is: 'pattern'; readonly pattern: string };

/** @throws AccessError */
export function checkPassword(password: string, rule: PasswordRule | null): void {
  if (rule === null) return;
  if (rule.is === 'min-length') {
    if (Buffer.byteLength(password) >= rule.octets) return;
    throw new AccessError('invalid', `minimum required password length is ${rule.octets}`);
  }
  if (compilePattern(rule.pattern).test(password)) return;
  throw new AccessError(
    'invalid',
    'provided password does not match the validator regular expression',
  );
}
