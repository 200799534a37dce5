/**
 * The user that a client's certificate names, as RabbitMQ reads it (`ssl_cert_login_from`): the whole subject, its common
 * name, or one of the alternative names.
 */
import type { X509Certificate } from 'node:crypto';

/** Kinds of alternative names, and what they are called in the text that Node makes of them. */
const ALTERNATIVE_NAMES = { dns: 'DNS', ip: 'IP Address', email: 'email', uri: 'URI' } as const;

export type AlternativeNameType = keyof typeof ALTERNATIVE_NAMES;

export type CertificateNameRule =
  | { readonly from: 'distinguished_name' | 'common_name' }
  | {
      readonly from: 'subject_alternative_name';
      readonly type: AlternativeNameType;
      /** Which of those of the type; the first is 0. */
      readonly index: number;
    };

/** RabbitMQ's names for attributes that OpenSSL calls otherwise. */
const ATTRIBUTE_NAMES: Readonly<Record<string, string>> = {
  emailAddress: 'EMAILADDRESS',
  GN: 'GIVENNAME',
  generationQualifier: 'GENERATIONQUALIFIER',
  initials: 'INITIALS',
  pseudonym: 'PSEUDONYM',
  serialNumber: 'SERIALNUMBER',
  street: 'STREET',
  title: 'TITLE',
};

/** Null when the certificate has no such name. */
export function nameOfCertificate(
  certificate: X509Certificate,
  rule: CertificateNameRule,
): string | null {
  switch (rule.from) {
    case 'distinguished_name':
      return distinguishedName(certificate.subject);
    case 'common_name':
      return commonName(certificate.subject);
    default: {
      const names = alternativeNames(certificate.subjectAltName ?? '', rule.type);
      return names[rule.index] ?? null;
    }
  }
}

/** One attribute a line, `CN=client`, the outermost first; RFC 4514 writes the innermost first. */
function distinguishedName(subject: string | undefined): string | null {
  if (subject === undefined || subject === '') return null;
  const attributes = subject.split('\n').map((line) => {
    const [name = '', ...value] = line.split('=');
    return `${ATTRIBUTE_NAMES[name] ?? name}=${value.join('=')}`;
  });
  return attributes.toReversed().join(',');
}

function commonName(subject: string | undefined): string | null {
  const names = (subject ?? '').split('\n').filter((line) => line.startsWith('CN='));
  if (names.length === 0) return null;
  return names.map((line) => unescaped(line.slice('CN='.length))).join(',');
}

/** Undoes the escapes of RFC 4514. */
function unescaped(value: string): string {
  return value.replaceAll(/(?:\\[\dA-Fa-f]{2})+|\\(.)/gu, (escaped, character?: string) => {
    if (character !== undefined) return character;
    return Buffer.from(escaped.replaceAll('\\', ''), 'hex').toString();
  });
}

/** `DNS:a.example, email:b@example`; values that could be mistaken are JSON strings. */
function alternativeNames(text: string, type: AlternativeNameType): readonly string[] {
  const prefix = `${ALTERNATIVE_NAMES[type]}:`;
  const names: string[] = [];
  for (const [item] of text.matchAll(/(?:[^",]|"(?:[^"\\]|\\.)*")+/gu)) {
    const trimmed = item.trim();
    if (!trimmed.startsWith(prefix)) continue;
    const value = trimmed.slice(prefix.length);
    names.push(value.startsWith('"') ? String(JSON.parse(value)) : value);
  }
  return names;
}
