// TLS: the same keys under several prefixes, for listeners and for connections to others.
import {
  combined,
  key,
  list,
  namesOf,
  setting,
  SettingProblem,
  under,
  type Key,
  type SchemaOf,
  type Setting,
} from '../setting.ts';
import type {
  TlsClientSettings,
  TlsServerName,
  TlsServerSettings,
  TlsVersion,
} from '../tls-settings.ts';
import { BOOLEAN, FILE, oneOf, parsed, SECRET, TEXT, wholeNumber } from '../value-types.ts';

const VERIFICATION = oneOf(['verify_peer', 'verify_none']);
const VERSION = oneOf<TlsVersion>(['tlsv1.2', 'tlsv1.3']);
const DEPTH = wholeNumber(0, 255);
const SERVER_NAME = parsed('a host name such as mq.example.org or *.example.org', (text) =>
  /^(?:\*\.)?[a-z\d](?:[a-z\d.-]{0,250}[a-z\d])?$/iu.test(text) ? text : null,
);
const CIPHER = parsed("OpenSSL's name of a cipher suite", (text) =>
  /^[A-Za-z\d_-]{1,100}$/u.test(text) ? text : null,
);

interface SharedTls {
  readonly caCertFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly password: string | null;
  readonly versions: readonly TlsVersion[];
  readonly ciphers: readonly string[];
}

function shared(prefix: string): SchemaOf<SharedTls> {
  return {
    caCertFile: setting(`${prefix}.cacertfile`, FILE, null, {
      description: 'certificates of the authorities that are trusted (PEM)',
    }),
    certFile: setting(`${prefix}.certfile`, FILE, null, {
      description: 'own certificate, with those between it and the authority (PEM)',
    }),
    keyFile: setting(`${prefix}.keyfile`, FILE, null, {
      description: 'private key of the certificate (PEM)',
    }),
    password: setting(`${prefix}.password`, SECRET, null, {
      description: 'password of the private key',
    }),
    versions: list(`${prefix}.versions.$n`, VERSION, [], {
      description: 'a version of TLS that may be used',
      fallback: 'tlsv1.3, tlsv1.2',
    }),
    ciphers: list(`${prefix}.ciphers.$n`, CIPHER, [], {
      description: 'a cipher suite that may be used, the first choice first',
    }),
  };
}

/** Of a listener: `ssl_options`, `management.ssl`. */
export function tlsServer(prefix: string): SchemaOf<TlsServerSettings> {
  return {
    ...shared(prefix),
    verify: setting(`${prefix}.verify`, VERIFICATION, 'verify_none', {
      description: '`verify_peer`: look at the certificates of clients',
    }),
    failIfNoPeerCert: setting(`${prefix}.fail_if_no_peer_cert`, BOOLEAN, false, {
      description: 'refuse clients without a certificate; asks for `verify_peer`',
    }),
    honorCipherOrder: setting(`${prefix}.honor_cipher_order`, BOOLEAN, true, {
      description: "the broker's order of cipher suites counts, not the client's",
    }),
    serverNames: serverNames(prefix),
  };
}

/** Leveret's own: RabbitMQ has them in its other format only. */
function serverNames(prefix: string): Setting<readonly TlsServerName[]> {
  const name = key(`${prefix}.sni.$n.server_name`, SERVER_NAME, {
    description: 'a server that clients may ask for by name (SNI); `*.` in it stands for one label',
  });
  const cert = key(`${prefix}.sni.$n.certfile`, FILE, { description: 'its certificate (PEM)' });
  const keyFile = key(`${prefix}.sni.$n.keyfile`, FILE, { description: 'its private key (PEM)' });
  const password = key(`${prefix}.sni.$n.password`, SECRET, {
    description: 'password of that private key',
  });
  const keys: readonly Key<unknown>[] = [name, cert, keyFile, password];
  return combined(keys, (given) =>
    namesOf(given, keys).map((n) => {
      const serverName = under(given, name, n);
      const certFile = under(given, cert, n);
      const file = under(given, keyFile, n);
      if (serverName === null || certFile === null || file === null) {
        throw new SettingProblem(
          `${prefix}.sni.${n} needs all of server_name, certfile and keyfile`,
        );
      }
      return { serverName, certFile, keyFile: file, password: under(given, password, n) };
    }),
  );
}

/** Of connections that the broker makes. */
export function tlsClient(prefix: string): SchemaOf<TlsClientSettings> {
  return {
    ...shared(prefix),
    verify: setting(`${prefix}.verify`, VERIFICATION, 'verify_peer', {
      description: '`verify_none`: talk to whoever answers, which is not safe',
    }),
    depth: setting(`${prefix}.depth`, DEPTH, null, {
      description: "certificates between the peer's and one that is trusted",
    }),
    sni: setting(`${prefix}.sni`, TEXT, null, {
      description: "the server name to ask for, where it is not the host's",
    }),
    hostnameVerification: setting(
      `${prefix}.hostname_verification`,
      oneOf(['wildcard', 'none']),
      'wildcard',
      { description: "whether the certificate has to be the host's; wildcards count" },
    ),
  };
}
