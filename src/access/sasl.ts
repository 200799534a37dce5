/** SASL mechanisms: from the octets a client answers with to credentials. One round trip each. */
import type { Credentials } from './authenticator.ts';

export interface SaslMechanism {
  readonly name: string;
  /** Null when the response is not of the mechanism's form. */
  credentialsFrom(response: Buffer): Credentials | null;
}

/** PLAIN (RFC 4616) as RabbitMQ takes it: NUL user NUL password, without an authorization identity before it. */
export const PLAIN: SaslMechanism = {
  name: 'PLAIN',
  credentialsFrom(response: Buffer): Credentials | null {
    if (response[0] !== 0) return null;
    const separator = response.indexOf(0, 1);
    if (separator === -1 || response.includes(0, separator + 1)) return null;
    return {
      userName: response.toString('utf8', 1, separator),
      password: response.toString('utf8', separator + 1),
    };
  },
};
