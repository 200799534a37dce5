// Tokens, right and wrong: who logs in with them, and why others do not.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exportSPKI, importPKCS8, SignJWT, UnsecuredJWT } from 'jose';
import {
  expiryOf,
  type AuthenticatedUser,
  type Login,
} from '../../../../src/access/authenticator.ts';
import { OAuth2BackEnd } from '../../../../src/access/oauth2/oauth2-back-end.ts';
import type { OAuth2Options } from '../../../../src/access/oauth2/oauth2-options.ts';
import { CertificateAuthority, type CertificateFilePaths } from '../../../support/certificates.ts';
import { CollectedLog } from '../../../support/collected-log.ts';
import {
  CLAIMS,
  IdentityProvider,
  newKey,
  signToken,
  type IssuedKey,
  type TestClaims,
} from '../../../support/identity-provider.ts';
import { SimulatedTime } from '../../../support/simulated-time.ts';

const PEER = { address: '127.0.0.1', isLoopback: true, isTls: false, certificate: null };
const END = 1000;

let directory: string;
let key: IssuedKey;
let rsaKey: IssuedKey;
let certificate: CertificateFilePaths;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leveret-test-'));
  key = await newKey('ec');
  rsaKey = await newKey('rsa', 'RS256');
  for (const { id, publicKey } of [key, rsaKey]) {
    writeFileSync(pathOf(id), await exportSPKI(publicKey));
  }
  const authority = await CertificateAuthority.create(directory, 'root');
  certificate = await authority.issue('server', 'CN=x');
});

after(() => rmSync(directory, { recursive: true }));

function pathOf(id: string): string {
  return join(directory, `${id}.pub`);
}

interface Stage {
  readonly backEnd: OAuth2BackEnd;
  readonly time: SimulatedTime;
  readonly log: CollectedLog;
  /** Why logins were refused. */
  readonly reasons: string[];
  readonly logIn: (token: string | null) => Promise<AuthenticatedUser | null>;
}

/** At the beginning of time, with the keys of files. */
function stage(options: OAuth2Options = {}): Stage {
  const time = new SimulatedTime();
  const log = new CollectedLog();
  const provider = { signingKeys: { ec: pathOf('ec'), rsa: pathOf('rsa') } };
  const backEnd = new OAuth2BackEnd(
    { resourceServerId: 'rabbitmq', provider, ...options },
    { clock: time, log },
  );
  const reasons: string[] = [];
  const onRefusal = (reason: string): void => void reasons.push(reason);
  const logIn = async (password: string | null): Promise<AuthenticatedUser | null> => {
    const login: Login = { userName: 'whoever', password, peer: PEER, onRefusal };
    return backEnd.authenticate(login);
  };
  return { backEnd, time, log, reasons, logIn };
}

async function token(claims: TestClaims = {}): Promise<string> {
  return signToken(key, { exp: END, ...claims });
}

/** Of these parts, as they are. */
function forged(header: object, payload: object, signature = 'c2lnbmF0dXJl'): string {
  const parts = [header, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return [...parts, signature].join('.');
}

describe('a token that is right', () => {
  test('logs in its own user, with its tags and permissions', async () => {
    const { logIn } = stage();
    const user = await logIn(await token({ scope: 'rabbitmq.tag:management rabbitmq.read:v/q' }));
    assert.ok(user !== null);
    assert.deepEqual([user.name, user.tags], ['alice', ['management']]);
    const [authorizer] = user.authorizers;
    assert.equal(authorizer?.vhostAccess(user, 'v', PEER), true);
    assert.equal(authorizer?.vhostAccess(user, '/', PEER), false);
    const queue = { kind: 'queue', name: 'q' } as const;
    assert.equal(authorizer?.resourceAccess(user, 'v', queue, 'read'), true);
    assert.equal(authorizer?.resourceAccess(user, 'v', queue, 'write'), false);
    assert.equal(authorizer?.topicAccess(user, 'v', 'q', 'key', 'read', {}), false);
  });

  test('may be signed with RSA', async () => {
    const { logIn } = stage();
    assert.equal((await logIn(await signToken(rsaKey, { exp: END })))?.name, 'alice');
  });

  test('says who its user is: by preferred claims, sub, client_id', async () => {
    const { logIn } = stage({ preferredUsernameClaims: ['email', 'user_name'] });
    const nameOf = async (claims: TestClaims): Promise<string | undefined> =>
      (await logIn(await token(claims)))?.name;
    assert.equal(await nameOf({ user_name: 'al', email: 'al@example' }), 'al@example');
    assert.equal(await nameOf({ user_name: 'al', email: 7 }), 'al');
    assert.equal(await nameOf({}), 'alice');
    assert.equal(await nameOf({ sub: '', client_id: 'program' }), 'program');
    assert.equal(await nameOf({ sub: '' }), 'unknown');
  });

  test('of no scope logs in, and may do nothing', async () => {
    const { logIn } = stage();
    const user = await logIn(await token({ scope: '' }));
    assert.ok(user !== null);
    assert.equal(user.authorizers[0]?.vhostAccess(user, '/', PEER), false);
  });

  test('that names no key is signed with the default key', async () => {
    const signingKeys = { ec: pathOf('ec') };
    const nameless = await new SignJWT({ ...CLAIMS, exp: END })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(key.privateKey);
    const without = stage({ provider: { signingKeys } });
    assert.equal(await without.logIn(nameless), null);
    assert.match(without.reasons.join(), /names no key \(kid\)/u);
    const { logIn } = stage({ provider: { signingKeys, defaultKey: 'ec' } });
    assert.equal((await logIn(nameless))?.name, 'alice');
  });

  test('may be checked with a certificate', async () => {
    const { logIn } = stage({ provider: { signingKeys: { ec: certificate.certFile } } });
    const privateKey = await importPKCS8(readFileSync(certificate.keyFile, 'utf8'), 'ES256');
    assert.equal(
      (await logIn(await signToken({ ...key, privateKey }, { exp: END })))?.name,
      'alice',
    );
  });

  test('is of the provider of its resource server', async () => {
    const providers = {
      one: { signingKeys: { ec: pathOf('ec') } },
      two: { signingKeys: { rsa: pathOf('rsa') } },
    };
    const resourceServers = [{ id: 'other', provider: 'two' }];
    const { logIn, reasons } = stage({ providers, defaultProvider: 'one', resourceServers });
    const other = { aud: 'other', exp: END };
    assert.equal((await logIn(await signToken(rsaKey, other)))?.name, 'alice');
    assert.equal((await logIn(await token()))?.name, 'alice');
    assert.equal(await logIn(await token(other)), null);
    assert.match(reasons.join(), /its key \(kid\) is none of its provider/u);
  });
});

describe('the end of a token', () => {
  test('is the end of what it allows', async () => {
    const { logIn, time } = stage();
    const user = await logIn(await token());
    assert.ok(user !== null);
    assert.equal(expiryOf(user), END * 1000);
    time.pass(END * 1000 - 1);
    assert.equal(user.authorizers[0]?.vhostAccess(user, '/', PEER), true);
    time.pass(1);
    assert.equal(user.authorizers[0]?.vhostAccess(user, '/', PEER), false);
  });

  test('is needed unless the settings say otherwise', async () => {
    const endless = await token({ exp: undefined });
    const { logIn, reasons } = stage();
    assert.equal(await logIn(endless), null);
    assert.match(reasons.join(), /does not say when it ends/u);
    const user = await stage({ requireExp: false }).logIn(endless);
    assert.ok(user !== null);
    assert.equal(expiryOf(user), Number.POSITIVE_INFINITY);
  });

  test('comes later with a new token of the same user', async () => {
    const { logIn, log } = stage();
    const user = await logIn(await token());
    assert.ok(user !== null);
    const renew = async (secret: string): Promise<number | undefined> =>
      (await user.authorizers[0]?.renew?.(user, secret))?.expiresAtMs;
    assert.equal(await renew(await token({ exp: 2 * END })), 2 * END * 1000);
    assert.equal(await renew(await token({ sub: 'bob' })), undefined);
    assert.equal(await renew('nonsense'), undefined);
    assert.deepEqual(log.complaints, Array(2).fill('warn a new token is refused'));
  });
});

describe('a token that is wrong', () => {
  const CASES: ReadonlyArray<
    readonly [what: string, make: () => Promise<string | null> | string | null, reason: RegExp]
  > = [
    ['is missing', () => null, /there is none/u],
    ['is empty', () => '', /there is none/u],
    ['is a password', () => 'guest', /is no JSON Web Token/u],
    ['is garbage', () => 'eyJ.\0\0.x', /is no JSON Web Token/u],
    ['has parts that are no JSON', () => 'YQ.YQ.YQ', /is no JSON Web Token/u],
    ['has parts that are no objects', () => 'W10.W10.YQ', /is no JSON Web Token/u],
    ['is encrypted', () => 'eyJ.YQ.YQ.YQ.YQ', /is no JSON Web Token/u],
    ['is huge', async () => token({ x: 'x'.repeat(200_000) }), /too long/u],
    ['has expired', async () => token({ exp: 0 }), /has expired/u],
    ['ended before 1970', async () => token({ exp: -5 }), /has expired/u],
    ['ends some time', async () => token({ exp: 'tomorrow' }), /does not say when it ends/u],
    ['is for others', async () => token({ aud: 'others' }), /meant for others/u],
    ['is for nobody', async () => token({ aud: undefined }), /names no audience/u],
    ['has a long name', async () => token({ sub: 'é'.repeat(200) }), /longer than 255 octets/u],
    [
      'has many scopes',
      async () => token({ scope: Array.from({ length: 3000 }, (_, i) => `rabbitmq.${i}`) }),
      /more than 2048 scopes/u,
    ],
    [
      'is not signed',
      () => new UnsecuredJWT({ ...CLAIMS, exp: END }).encode(),
      /algorithm \(alg\) that is not allowed/u,
    ],
    [
      'says none of its algorithm, and has a signature',
      () => forged({ alg: 'none', kid: 'ec' }, { ...CLAIMS, exp: END }),
      /algorithm \(alg\) that is not allowed/u,
    ],
    [
      'says nothing of its algorithm',
      () => forged({ kid: 'ec' }, { ...CLAIMS, exp: END }),
      /algorithm \(alg\) that is not allowed/u,
    ],
    [
      'has an algorithm that is none',
      () => forged({ kid: 'ec', alg: { x: 1 } }, { ...CLAIMS, exp: END }),
      /algorithm \(alg\) that is not allowed/u,
    ],
    [
      'has the signature of another key',
      async () => signToken({ ...(await newKey('ec')), id: 'ec' }, { exp: END }),
      /signature is wrong/u,
    ],
    [
      'was changed',
      async () => {
        const [header, , signature] = (await token()).split('.');
        const payload = Buffer.from(JSON.stringify({ ...CLAIMS, exp: END, sub: 'root' }));
        return `${header}.${payload.toString('base64url')}.${signature}`;
      },
      /signature is wrong/u,
    ],
    [
      'lost its signature',
      async () => (await token()).replace(/[^.]*$/u, ''),
      /signature is wrong/u,
    ],
    [
      'is signed with the public key as a secret',
      async () => {
        const secret = await exportSPKI(rsaKey.publicKey);
        const unsigned = forged({ alg: 'HS256', kid: 'rsa' }, { ...CLAIMS, exp: END }, '');
        const content = unsigned.slice(0, -1);
        const mac = createHmac('sha256', secret).update(content).digest('base64url');
        return `${content}.${mac}`;
      },
      /algorithm \(alg\) that is not allowed/u,
    ],
    [
      'has an algorithm that is not of its key',
      () => forged({ alg: 'RS256', kid: 'ec' }, { ...CLAIMS, exp: END }),
      /signature cannot be checked/u,
    ],
    [
      'names an unknown key',
      () => forged({ alg: 'ES256', kid: 'constructor' }, { ...CLAIMS, exp: END }),
      /its key \(kid\) is none of its provider/u,
    ],
    [
      'names its key with something else than text',
      () => forged({ alg: 'ES256', kid: ['ec'] }, { ...CLAIMS, exp: END }),
      /names no key \(kid\)/u,
    ],
    [
      'asks for what nobody understands',
      () => forged({ alg: 'ES256', kid: 'ec', crit: ['x'], x: 1 }, { ...CLAIMS, exp: END }),
      /signature cannot be checked/u,
    ],
  ];
  for (const [what, make, reason] of CASES) {
    test(`because it ${what} is refused, with a reason that does not quote it`, async () => {
      const { logIn, reasons } = stage();
      const wrong = await make();
      assert.equal(await logIn(wrong), null);
      const [told = '', ...others] = reasons;
      assert.match(told, reason);
      assert.deepEqual(others, []);
      const signature = wrong?.split('.')[2] ?? '';
      assert.ok(signature.length < 6 || !told.includes(signature));
    });
  }

  test('because its algorithm is not among those that are configured is refused', async () => {
    const provider = { signingKeys: { ec: pathOf('ec'), rsa: pathOf('rsa') } };
    const { logIn, log } = stage({ provider: { ...provider, algorithms: ['RS256', 'HS256'] } });
    assert.equal(await logIn(await token()), null);
    assert.equal((await logIn(await signToken(rsaKey, { exp: END })))?.name, 'alice');
    assert.deepEqual(log.complaints, ['warn OAuth 2 tokens that are signed like this are refused']);
  });

  test('because its provider cannot be asked is refused', async () => {
    await using provider = await IdentityProvider.start();
    provider.misbehave = (response) => response.writeHead(500).end();
    const { logIn, reasons } = stage({ provider: { jwksUrl: provider.keysUrl } });
    assert.equal(await logIn(await provider.token()), null);
    assert.match(reasons.join(), /keys of its provider cannot be had: .* answers with status 500/u);
  });
});

describe('the provider of tokens', () => {
  test('is asked where its keys are, at its issuer', async () => {
    await using provider = await IdentityProvider.start();
    const { logIn } = stage({
      provider: {
        issuer: `${provider.issuer}/realms/a/`,
        discoveryEndpointParams: { appid: 'x y' },
      },
    });
    assert.equal((await logIn(await provider.token()))?.name, 'alice');
    assert.deepEqual(provider.requests, [
      '/realms/a/.well-known/openid-configuration?appid=x+y',
      '/keys',
    ]);
  });

  test('may be asked that at another path', async () => {
    await using provider = await IdentityProvider.start();
    const discoveryEndpointPath = '/other/openid-configuration';
    const { logIn } = stage({ provider: { issuer: provider.issuer, discoveryEndpointPath } });
    assert.equal((await logIn(await provider.token()))?.name, 'alice');
    assert.equal(provider.requests[0], discoveryEndpointPath);
  });

  test('is not asked for keys that files have', async () => {
    await using provider = await IdentityProvider.start();
    const signingKeys = { ec: pathOf('ec') };
    const { logIn } = stage({ provider: { jwksUrl: provider.keysUrl, signingKeys } });
    assert.equal((await logIn(await token()))?.name, 'alice');
    assert.deepEqual(provider.requests, []);
  });
});

describe('settings that no token could be checked with are refused:', () => {
  const CASES: ReadonlyArray<readonly [what: string, options: OAuth2Options, expected: RegExp]> = [
    ['no resource server', { resourceServerId: null }, /resource_server_id/u],
    ['no keys', { provider: {} }, /issuer, jwks_uri or signing_keys/u],
    ['an unknown provider', { defaultProvider: 'x' }, /there is no oauth_providers\.x/u],
    [
      'a file that is not there',
      { provider: { signingKeys: { a: '/absent.pem' } } },
      /signing key a: \/absent\.pem .* does not exist/u,
    ],
    [
      'a file without a key',
      { provider: { signingKeys: { a: import.meta.filename } } },
      /signing key a: .* has no public key that could be used \(PEM\)/u,
    ],
    [
      'secrets only',
      { provider: { jwksUrl: 'https://x/', algorithms: ['HS256'] } },
      /none of HS256 can be used/u,
    ],
    [
      'authorities that are not there',
      { provider: { jwksUrl: 'https://x/', https: { caCertFile: '/absent.pem' } } },
      /\/absent\.pem .* does not exist/u,
    ],
    [
      'authorities that are none',
      { provider: { jwksUrl: 'https://x/', https: { caCertFile: import.meta.filename } } },
      /has no certificates that could be used \(PEM\)/u,
    ],
    ['an issuer without an address', { provider: { issuer: 'idp' } }, /'idp' is no address/u],
    ['keys of another protocol', { provider: { jwksUrl: 'ftp://x/' } }, /'ftp:\/\/x\/' is no/u],
  ];
  for (const [what, options, expected] of CASES) {
    test(what, () => {
      assert.throws(() => stage(options), { name: 'BackEndError', message: expected });
    });
  }
});
