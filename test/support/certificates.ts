// Certificates for tests: an authority, and what it issues, made anew in each run and kept in files of their own.
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const KEYS = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { ...KEYS, hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export interface CertificateFilePaths {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface IssueOptions {
  /** Names and addresses that the certificate stands for. */
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly email?: readonly string[];
  /** Days from now until it ends; below 0 for one that has ended. */
  readonly days?: number;
  /** It may issue others. */
  readonly isAuthority?: boolean;
}

type KeyPair = webcrypto.CryptoKeyPair;

/** Issues certificates, each with a key, into a directory. */
export class CertificateAuthority {
  /** PEM file of its own certificate. */
  readonly caFile: string;
  readonly #directory: string;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: KeyPair;
  /** What clients need to see beside a certificate that this authority has issued. */
  readonly #chain: string;

  private constructor(
    directory: string,
    name: string,
    certificate: x509.X509Certificate,
    keys: KeyPair,
    chain: string,
  ) {
    this.#directory = directory;
    this.#certificate = certificate;
    this.#keys = keys;
    this.#chain = chain;
    this.caFile = join(directory, `${name}.ca.pem`);
    writeFileSync(this.caFile, certificate.toString('pem'));
  }

  /** A root. */
  static async create(directory: string, name: string): Promise<CertificateAuthority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm: SIGNING,
      notBefore: daysFromNow(-30),
      notAfter: daysFromNow(30),
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    return new CertificateAuthority(directory, name, certificate, keys, '');
  }

  /** An authority below this one. */
  async intermediate(name: string): Promise<CertificateAuthority> {
    const keys = await newKeys();
    const certificate = await this.#sign(`CN=${name}`, keys, { isAuthority: true });
    const chain = `\n${certificate.toString('pem')}${this.#chain}`;
    return new CertificateAuthority(this.#directory, name, certificate, keys, chain);
  }

  /** Writes `<name>.pem` and `<name>.key`. @param subject a distinguished name */
  async issue(
    name: string,
    subject: string,
    options: IssueOptions = {},
  ): Promise<CertificateFilePaths> {
    const keys = await newKeys();
    const certificate = await this.#sign(subject, keys, options);
    const certFile = join(this.#directory, `${name}.pem`);
    const keyFile = join(this.#directory, `${name}.key`);
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    writeFileSync(keyFile, x509.PemConverter.encode(key, 'PRIVATE KEY'));
    writeFileSync(certFile, certificate.toString('pem') + this.#chain);
    return { certFile, keyFile };
  }

  async #sign(
    subject: string,
    keys: KeyPair,
    { dns = [], ip = [], email = [], days = 10, isAuthority = false }: IssueOptions,
  ): Promise<x509.X509Certificate> {
    const names: x509.JsonGeneralNames = [
      ...dns.map((value) => ({ type: 'dns', value }) as const),
      ...ip.map((value) => ({ type: 'ip', value }) as const),
      ...email.map((value) => ({ type: 'email', value }) as const),
    ];
    return x509.X509CertificateGenerator.create({
      subject,
      issuer: this.#certificate.subject,
      notBefore: daysFromNow(-20),
      notAfter: daysFromNow(days),
      signingKey: this.#keys.privateKey,
      publicKey: keys.publicKey,
      signingAlgorithm: SIGNING,
      extensions: [
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
        ...(isAuthority ? [new x509.BasicConstraintsExtension(true, undefined, true)] : []),
      ],
    });
  }
}

async function newKeys(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(KEYS, true, ['sign', 'verify']);
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}
