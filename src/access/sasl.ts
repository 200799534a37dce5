/**
 * SASL mechanisms: from the octets that a client answers with to a login. Each protocol's front end carries the octets in
 * its own frames; a mechanism that needs several rounds says so with a challenge.
 */
import type { Peer } from './authenticator.ts';
import { nameOfCertificate, type CertificateNameRule } from './certificate-name.ts';

export type SaslStep =
  | {
      readonly is: 'login';
      readonly userName: string;
      /** Null: the mechanism has proven who it is. */
      readonly password: string | null;
    }
  | {
      readonly is: 'challenge';
      readonly challenge: Buffer;
      readonly respond: (response: Buffer) => SaslStep;
    }
  /** The response is not of the mechanism's form. */
  | { readonly is: 'malformed' }
  /** Nobody can log in like this; why is for the log. */
  | { readonly is: 'refused'; readonly reason: string };

export interface SaslMechanism {
  readonly name: string;
  /** Whether the mechanism is named to a peer as one it can use. */
  isOffered(peer: Peer): boolean;
  /** What the client's first response leads to. */
  respond(response: Buffer, peer: Peer): SaslStep;
}

const MALFORMED: SaslStep = { is: 'malformed' };

/** PLAIN (RFC 4616) as RabbitMQ takes it: NUL user NUL password, without an authorization identity before it. */
export const PLAIN: SaslMechanism = {
  name: 'PLAIN',
  isOffered: () => true,
  respond(response) {
    if (response[0] !== 0) return MALFORMED;
    const separator = response.indexOf(0, 1);
    if (separator === -1 || response.includes(0, separator + 1)) return MALFORMED;
    return {
      is: 'login',
      userName: response.toString('utf8', 1, separator),
      password: response.toString('utf8', separator + 1),
    };
  },
};

const CR_DEMO_CHALLENGE = Buffer.from('Please tell me your password');
const CR_DEMO_ANSWER = 'My password is ';

/** RABBIT-CR-DEMO: RabbitMQ's example of a mechanism with a challenge. */
export const RABBIT_CR_DEMO: SaslMechanism = {
  name: 'RABBIT-CR-DEMO',
  isOffered: () => true,
  respond: (userName) => ({
    is: 'challenge',
    challenge: CR_DEMO_CHALLENGE,
    respond(response) {
      const text = response.toString();
      if (!text.startsWith(CR_DEMO_ANSWER)) return MALFORMED;
      const password = text.slice(CR_DEMO_ANSWER.length);
      return { is: 'login', userName: userName.toString(), password };
    },
  }),
};

/** ANONYMOUS (RFC 4505): everybody who uses it is one configured user. */
export function anonymousMechanism(userName: string, password: string): SaslMechanism {
  return {
    name: 'ANONYMOUS',
    isOffered: () => true,
    respond: () => ({ is: 'login', userName, password }),
  };
}

/** EXTERNAL (RFC 4422): who owns the certificate that the client has shown in the handshake of TLS. */
export function externalMechanism(rule: CertificateNameRule): SaslMechanism {
  return {
    name: 'EXTERNAL',
    isOffered: ({ isTls }) => isTls,
    respond(_response, { certificate }) {
      if (certificate === null) return { is: 'refused', reason: 'the client has no certificate' };
      const userName = nameOfCertificate(certificate, rule);
      if (userName !== null) return { is: 'login', userName, password: null };
      return { is: 'refused', reason: `the client's certificate has no ${rule.from}` };
    },
  };
}
