/** The SASL mechanisms that a broker offers, as its settings name them (`auth_mechanisms`). */
import type { AlternativeNameType, CertificateNameRule } from '../access/certificate-name.ts';
import {
  anonymousMechanism,
  externalMechanism,
  PLAIN,
  RABBIT_CR_DEMO,
  type SaslMechanism,
} from '../access/sasl.ts';
import { AMQPLAIN } from './amqplain.ts';

export interface MechanismOptions {
  /** PLAIN and AMQPLAIN when left out. ANONYMOUS needs its user, EXTERNAL needs TLS. */
  readonly mechanisms?: readonly string[];
  /** Who everybody is that uses ANONYMOUS; null, or left out: it is not offered. */
  readonly anonymous?: { readonly user: string; readonly password: string } | null;
  /** What of a client's certificate is the user's name; the whole subject when left out. */
  readonly certificateLogin?: {
    readonly from: CertificateNameRule['from'];
    /** For `subject_alternative_name`: `dns` and the first when left out. */
    readonly sanType?: AlternativeNameType;
    readonly sanIndex?: number;
  };
}

/** @throws Error for a mechanism that is not known */
export function saslMechanisms(options: MechanismOptions): readonly SaslMechanism[] {
  const { mechanisms = ['PLAIN', 'AMQPLAIN'], anonymous = null } = options;
  const known: Readonly<Record<string, SaslMechanism | null>> = {
    PLAIN,
    AMQPLAIN,
    EXTERNAL: externalMechanism(certificateRule(options)),
    ANONYMOUS: anonymous === null ? null : anonymousMechanism(anonymous.user, anonymous.password),
    'RABBIT-CR-DEMO': RABBIT_CR_DEMO,
  };
  return mechanisms.flatMap((name) => {
    if (!Object.hasOwn(known, name)) throw new Error(`there is no SASL mechanism '${name}'`);
    return known[name] ?? [];
  });
}

function certificateRule({ certificateLogin }: MechanismOptions): CertificateNameRule {
  const { from, sanType: type = 'dns', sanIndex: index = 0 } = certificateLogin ?? {};
  if (from === 'subject_alternative_name') return { from, type, index };
  return { from: from ?? 'distinguished_name' };
}
