// The user that a certificate names, in the three ways that RabbitMQ knows.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  nameOfCertificate,
  type CertificateNameRule,
} from '../../../src/access/certificate-name.ts';
import { CertificateAuthority } from '../../support/certificates.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const SUBJECT = 'C=DE, O=Carrots\\, Inc, CN=client';
const OPTIONS = { dns: ['a.example', 'b.example'], ip: ['192.0.2.7'], email: ['a@example'] };

const NAMES: ReadonlyArray<readonly [rule: CertificateNameRule, name: string | null]> = [
  [{ from: 'distinguished_name' }, 'CN=client,O=Carrots\\, Inc,C=DE'],
  [{ from: 'common_name' }, 'client'],
  [{ from: 'subject_alternative_name', type: 'dns', index: 0 }, 'a.example'],
  [{ from: 'subject_alternative_name', type: 'dns', index: 1 }, 'b.example'],
  [{ from: 'subject_alternative_name', type: 'dns', index: 2 }, null],
  [{ from: 'subject_alternative_name', type: 'ip', index: 0 }, '192.0.2.7'],
  [{ from: 'subject_alternative_name', type: 'email', index: 0 }, 'a@example'],
  [{ from: 'subject_alternative_name', type: 'uri', index: 0 }, null],
];

describe('the name of a certificate', () => {
  test('is read as the rule says', async (t) => {
    const authority = await CertificateAuthority.create(temporaryDirectory(t), 'root');
    const { certFile } = await authority.issue('client', SUBJECT, OPTIONS);
    const certificate = new X509Certificate(readFileSync(certFile));
    for (const [rule, name] of NAMES) {
      assert.equal(nameOfCertificate(certificate, rule), name, JSON.stringify(rule));
    }
  });

  test('is none where the certificate has no such name', async (t) => {
    const authority = await CertificateAuthority.create(temporaryDirectory(t), 'root');
    const { certFile } = await authority.issue('client', 'O=Carrots');
    const certificate = new X509Certificate(readFileSync(certFile));
    assert.equal(nameOfCertificate(certificate, { from: 'common_name' }), null);
    const rule = { from: 'subject_alternative_name', type: 'dns', index: 0 } as const;
    assert.equal(nameOfCertificate(certificate, rule), null);
  });

  test('is not what pretends to be another in the text of alternative names', async (t) => {
    const authority = await CertificateAuthority.create(temporaryDirectory(t), 'root');
    const { certFile } = await authority.issue('client', 'CN=x', {
      email: ['a, DNS:admin.example'],
      dns: ['real.example'],
    });
    const certificate = new X509Certificate(readFileSync(certFile));
    const rule = { from: 'subject_alternative_name', type: 'dns', index: 0 } as const;
    assert.equal(nameOfCertificate(certificate, rule), 'real.example');
  });
});
