// Logins and permissions that an LDAP directory decides, asked of a real one: https://www.rabbitmq.com/docs/ldap
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { after, before, describe, test, type TestContext } from 'node:test';
import { connect, credentials } from 'amqplib';
import {
  BackEndError,
  createBroker,
  type AccessOptions,
  type EmbeddedBroker,
  type LdapBackEndOptions,
} from 'leveret';
import { CertificateAuthority } from '../support/certificates.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { withManagement } from '../support/management.ts';
import { RawClient } from '../support/raw-client.ts';
import { askForVirtualHost, expectRefusedLogin } from '../support/refused-login.ts';
import { ADMIN, findSlapd, Slapd } from '../support/slapd.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const PEOPLE = 'ou=people,dc=example,dc=org';
const GROUPS = 'ou=groups,dc=example,dc=org';

const ENTRIES = `
dn: ${PEOPLE}
objectClass: organizationalUnit
ou: people

dn: ${GROUPS}
objectClass: organizationalUnit
ou: groups

dn: cn=alice,${PEOPLE}
objectClass: inetOrgPerson
cn: alice
sn: Alice
uid: a1
mail: alice@example.org
description: can-declare-queues
userPassword: alice secret

dn: cn=bob,${PEOPLE}
objectClass: inetOrgPerson
cn: bob
sn: Bob
uid: b1
mail: bob@example.org
mail: robert@example.org
userPassword: bob secret

dn: cn=O\\'Neill\\, Pat,${PEOPLE}
objectClass: inetOrgPerson
cn: O'Neill, Pat
sn: O'Neill
uid: p1
userPassword: pat secret

dn: cn=twin one,${PEOPLE}
objectClass: inetOrgPerson
cn: twin one
sn: Twin
uid: twin
userPassword: twin secret

dn: cn=twin two,${PEOPLE}
objectClass: inetOrgPerson
cn: twin two
sn: Twin
uid: twin
userPassword: twin secret

dn: cn=admins,${GROUPS}
objectClass: groupOfNames
cn: admins
member: cn=alice,${PEOPLE}

dn: cn=staff,${GROUPS}
objectClass: groupOfNames
cn: staff
member: cn=admins,${GROUPS}
member: cn=circle,${GROUPS}

dn: cn=circle,${GROUPS}
objectClass: groupOfNames
cn: circle
member: cn=staff,${GROUPS}
`.replaceAll("\\'", "'");

const ALICE = { user: 'alice', password: 'alice secret' };
const BOB = { user: 'bob', password: 'bob secret' };
const LDAP = { authn: 'ldap', authz: 'ldap' } as const;

const isMissing = findSlapd() === null && process.env['CI'] !== 'true';
let server: Slapd;

interface Running {
  readonly broker: EmbeddedBroker;
  readonly port: number;
  readonly log: CollectedLog;
}

function optionsFor(options: Partial<LdapBackEndOptions>): LdapBackEndOptions {
  const userDnPattern = `cn=\${username},${PEOPLE}`;
  return { servers: ['127.0.0.1'], port: server.port, userDnPattern, ...options };
}

async function withLdap(
  options: Partial<LdapBackEndOptions>,
  run: (running: Running) => Promise<void>,
  access: AccessOptions = {},
): Promise<void> {
  const log = new CollectedLog();
  await using broker = await createBroker({
    log,
    access: { backEnds: [LDAP], ...access, ldap: optionsFor(options) },
  });
  await run({ broker, port: broker.port, log });
}

/** Whether the user gets into the virtual host `/`. */
async function enters(port: number, user: { user: string; password: string }): Promise<boolean> {
  try {
    await using _client = await RawClient.open(port, user);
    return true;
  } catch {
    return false;
  }
}

async function mayDeclare(port: number, user: typeof ALICE, queue: string): Promise<boolean> {
  await using client = await RawClient.open(port, user);
  const channel = await client.channel();
  channel.sendDeclareQueue(queue);
  const { method } = await client.next();
  return 'queue' in method;
}

describe('a directory', { skip: isMissing && 'slapd is missing', concurrency: true }, () => {
  before(async () => {
    server = await Slapd.start({ entries: ENTRIES });
  });
  after(async () => server[Symbol.asyncDispose]());

  describe('logs in', { concurrency: true }, () => {
    test('who knows the password of the entry that the pattern names', async () => {
      await withLdap({}, async ({ port, log }) => {
        assert.ok(await enters(port, ALICE));
        await expectRefusedLogin(port, 'alice', 'wrong');
        await expectRefusedLogin(port, 'nobody', 'wrong');
        assert.deepEqual(
          log.complaints.filter((line) => line.includes('could not be checked')),
          [],
        );
      });
    });

    test('nobody with a blank password, which LDAP takes for anonymous', async () => {
      await withLdap({}, async ({ port }) => expectRefusedLogin(port, 'alice', ''));
    });

    test('nobody whose name is a way to bind', async () => {
      await withLdap({ userDnPattern: '${username}' }, async ({ port, log }) => {
        await expectRefusedLogin(port, 'EXTERNAL', 'any');
        assert.ok(!log.lines.join().includes('could not be checked'));
      });
    });

    test('who gives a whole distinguished name, with the default pattern', async () => {
      await withLdap({ userDnPattern: '${username}' }, async ({ port }) => {
        assert.ok(await enters(port, { ...ALICE, user: `cn=alice,${PEOPLE}` }));
      });
    });

    test('names with commas, which stay names', async () => {
      await withLdap({}, async ({ port }) => {
        assert.ok(await enters(port, { user: "O'Neill, Pat", password: 'pat secret' }));
        const other = `alice,${PEOPLE.slice(0, 3)}people`;
        await expectRefusedLogin(port, other, 'alice secret');
      });
    });

    test('who is found by an attribute, looked up beforehand', async () => {
      const lookup = {
        dnLookupAttribute: 'uid',
        dnLookupBase: PEOPLE,
        userDnPattern: '${username}',
      };
      for (const dnLookupBind of ['anon', ADMIN] as const) {
        // oxlint-disable-next-line no-await-in-loop -- two short stories
        await withLdap({ ...lookup, dnLookupBind }, async ({ port }) => {
          assert.ok(await enters(port, { ...ALICE, user: 'a1' }));
          await expectRefusedLogin(port, 'a1', 'wrong');
          await expectRefusedLogin(port, 'x1', 'alice secret');
          await expectRefusedLogin(port, '*', 'alice secret');
          await expectRefusedLogin(port, 'a1)(uid=*', 'alice secret');
        });
      }
    });

    test('who is found by an attribute, looked up afterwards', async () => {
      await withLdap(
        {
          dnLookupAttribute: 'cn',
          dnLookupBase: PEOPLE,
          userDnPattern: '${username}',
          userBindPattern: `cn=\${username},${PEOPLE}`,
          queries: { vhostAccess: `{in_group, "cn=admins,${GROUPS}"}` },
        },
        async ({ port }) => {
          assert.ok(await enters(port, ALICE));
          assert.ok(!(await enters(port, BOB)));
        },
      );
    });

    test('nobody who is found twice', async () => {
      const lookup = {
        dnLookupAttribute: 'uid',
        dnLookupBase: PEOPLE,
        dnLookupBind: 'anon',
      } as const;
      await withLdap({ ...lookup, userDnPattern: '${username}' }, async ({ port, log }) => {
        await expectRefusedLogin(port, 'twin', 'twin secret');
        assert.ok(log.complaints.some((line) => line.includes('could not be checked')));
      });
    });

    test('with tags that queries give', async () => {
      const tags = `[{administrator, {in_group, "cn=admins,${GROUPS}"}}, {management, {constant, true}}]`;
      for (const otherBind of ['as_user', 'anon', ADMIN] as const) {
        // oxlint-disable-next-line no-await-in-loop -- short stories
        await withManagement(
          async ({ as }) => {
            const alice = await as('alice', ALICE.password).get<{ tags: string[] }>('/whoami');
            assert.deepEqual(alice.tags, ['administrator', 'management']);
            const bob = await as('bob', BOB.password).get<{ tags: string[] }>('/whoami');
            assert.deepEqual(bob.tags, ['management']);
            await as('bob', 'wrong').expect(401, 'GET', '/whoami');
          },
          { access: { backEnds: [LDAP], ldap: optionsFor({ otherBind, queries: { tags } }) } },
        );
      }
    });

    test('who has a certificate, with no password', async (t) => {
      const directory = temporaryDirectory(t);
      const authority = await CertificateAuthority.create(directory, 'root');
      const files = await authority.issue('server', 'CN=broker', { dns: ['localhost'] });
      const client = await authority.issue('client', 'CN=alice');
      const vhostAccess = `{in_group, "cn=admins,${GROUPS}"}`;
      await using broker = await createBroker({
        tls: { ...files, caFile: authority.caFile, verifyPeer: true },
        access: {
          backEnds: [LDAP],
          mechanisms: ['EXTERNAL'],
          certificateLogin: { from: 'common_name', sanType: 'dns', sanIndex: 0 },
          ldap: optionsFor({ otherBind: 'anon', queries: { vhostAccess } }),
        },
      });
      const connection = await connect(`amqps://localhost:${broker.tlsPort}`, {
        ca: [readFileSync(authority.caFile)],
        cert: readFileSync(client.certFile),
        key: readFileSync(client.keyFile),
        credentials: credentials.external(),
      });
      await connection.close();
    });

    test('for the permissions of the broker, where those are asked', async () => {
      await withLdap(
        {},
        async ({ port }) => {
          assert.ok(await mayDeclare(port, ALICE, 'q'));
          await expectRefusedLogin(port, 'bob', 'bob secret');
        },
        {
          backEnds: [{ authn: 'ldap', authz: 'internal' }],
          defaultUser: { name: 'alice', password: 'another' },
        },
      );
    });
  });

  describe('decides', { concurrency: true }, () => {
    test('on virtual hosts, with 530 for a refusal', async () => {
      const vhostAccess = `{in_group, "cn=admins,${GROUPS}"}`;
      await withLdap({ queries: { vhostAccess } }, async ({ port }) => {
        assert.ok(await enters(port, ALICE));
        await using client = await askForVirtualHost(port, 'bob', 'bob secret');
        const text = "NOT_ALLOWED - access to vhost '/' refused for user 'bob'";
        await client.expectConnectionClose(530, text);
      });
    });

    const queries: ReadonlyArray<readonly [query: string, alice: boolean, bob: boolean]> = [
      ['{constant, true}', true, true],
      ['{constant, false}', false, false],
      [`{exists, "cn=\${username},${PEOPLE}"}`, true, true],
      [`{exists, "cn=\${username}s,${GROUPS}"}`, false, false],
      [`{'not', {exists, "cn=\${username}s,${GROUPS}"}}`, true, true],
      [`{in_group, "cn=admins,${GROUPS}"}`, true, false],
      [`{in_group, "cn=admins,${GROUPS}", "owner"}`, false, false],
      [`{in_group, "cn=staff,${GROUPS}"}`, false, false],
      [`{in_group_nested, "cn=staff,${GROUPS}"}`, true, false],
      [`{in_group_nested, "cn=circle,${GROUPS}", "member", single_level}`, true, false],
      [`{in_group_nested, "cn=nowhere,${GROUPS}"}`, false, false],
      [`{'and', [{constant, true}, {in_group, "cn=admins,${GROUPS}"}]}`, true, false],
      [`{'or', [{constant, false}, {in_group, "cn=admins,${GROUPS}"}]}`, true, false],
      [`{equals, "\${username}", "bob"}`, false, true],
      [
        `{equals, {attribute, "\${user_dn}", "description"}, {string, "can-declare-\${resource}s"}}`,
        true,
        false,
      ],
      [`{equals, {attribute, "\${user_dn}", "mail"}, "robert@example.org"}`, false, true],
      [`{match, {string, "\${name}"}, {string, "^\${username}-"}}`, true, true],
      [`{match, {attribute, "\${user_dn}", "MAIL"}, "^ali"}`, true, false],
      [`{for, [{permission, configure, {constant, true}}]}`, true, true],
      [`{for, [{permission, write, {constant, true}}]}`, false, false],
      [`{for, [{vhost, <<"/">>, {constant, true}}]}`, true, true],
      [`{for, [{nonsense, x, {constant, true}}]}`, false, false],
    ];
    for (const [query, alice, bob] of queries) {
      test(`by ${query}`, async () => {
        const options = { groupLookupBase: GROUPS, queries: { resourceAccess: query } };
        await withLdap(options, async ({ port }) => {
          assert.equal(await mayDeclare(port, ALICE, 'alice-1'), alice);
          assert.equal(await mayDeclare(port, BOB, 'bob-1'), bob);
        });
      });
    }

    test('on routing keys', async () => {
      const topicAccess = '{match, "${routing_key}", "^${username}\\\\."}';
      await withLdap({ queries: { topicAccess } }, async ({ port }) => {
        await using client = await RawClient.open(port, ALICE);
        const channel = await client.channel();
        channel.publish('amq.topic', 'alice.news', 'hello');
        await channel.sync();
        channel.publish('amq.topic', 'bob.news', 'hello');
        await client.expectChannelClose(
          1,
          403,
          "ACCESS_REFUSED - write access to topic 'bob.news' in exchange 'amq.topic' in vhost '/' refused for user 'alice'",
        );
      });
    });

    test('behind the cache, too', async () => {
      const access: AccessOptions = {
        backEnds: [{ authn: 'cache', authz: 'cache' }],
        cache: { backend: LDAP },
      };
      const resourceAccess = `{in_group, "cn=admins,${GROUPS}"}`;
      await withLdap(
        { queries: { resourceAccess } },
        async ({ port }) => {
          assert.ok(await mayDeclare(port, ALICE, 'q'));
          assert.ok(!(await mayDeclare(port, BOB, 'r')));
        },
        access,
      );
    });
  });

  describe('is asked', { concurrency: true }, () => {
    test('over no more connections than the pool may have', async () => {
      const resourceAccess = `{in_group, "cn=admins,${GROUPS}"}`;
      const options = { connectionPoolSize: 1, queries: { resourceAccess } };
      await withLdap(options, async ({ port }) => {
        const users = [ALICE, BOB, ALICE, BOB, ALICE];
        const answers = users.map(async (user, n) => mayDeclare(port, user, `q${n}`));
        assert.deepEqual(await Promise.all(answers), [true, false, true, false, true]);
      });
    });

    test('over a connection that is kept', async () => {
      await using proxy = await TcpProxy.open(server.port);
      await withLdap({ port: proxy.port }, async ({ port }) => {
        for (let count = 0; count < 3; count++) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          assert.ok(await enters(port, ALICE));
        }
        assert.equal(proxy.madeCount, 1);
      });
    });

    test('over a new connection when nobody has needed the last one for a while', async () => {
      await using proxy = await TcpProxy.open(server.port);
      await withLdap({ port: proxy.port, idleTimeoutMs: 1 }, async ({ port }) => {
        assert.ok(await enters(port, ALICE));
        await eventually('the connection is closed', () => proxy.openCount === 0);
        assert.ok(await enters(port, ALICE));
        assert.equal(proxy.madeCount, 2);
      });
    });

    test('in vain when the network falls silent, and only for so long', async () => {
      await using proxy = await TcpProxy.open(server.port);
      const internal = { authn: 'internal', authz: 'internal' } as const;
      await withLdap(
        { port: proxy.port, timeoutMs: 2000 },
        async ({ port, log }) => {
          assert.ok(await enters(port, ALICE));
          proxy.cut();
          await expectRefusedLogin(port, 'alice', 'alice secret');
          assert.ok(log.complaints.some((line) => line.includes('could not be checked')));
          assert.ok(await enters(port, { user: 'guest', password: 'guest' }));
        },
        { backEnds: [LDAP, internal] },
      );
    });

    test('as itself by a broker whose own password is wrong in vain, and the log says so', async () => {
      const dnLookupBind = { ...ADMIN, password: 'outdated' };
      const lookup = { dnLookupAttribute: 'uid', dnLookupBase: PEOPLE, dnLookupBind };
      await withLdap(lookup, async ({ port, log }) => {
        await expectRefusedLogin(port, 'a1', 'alice secret');
        assert.ok(log.complaints.some((line) => line.includes('could not be checked')));
        assert.ok(!log.lines.join().includes('outdated'));
      });
    });

    test('with everything in the log but passwords, where that is wanted', async () => {
      const log = 'network_unsafe';
      const otherBind = ADMIN;
      const vhostAccess = `{in_group, "cn=admins,${GROUPS}"}`;
      await withLdap({ log, otherBind, queries: { vhostAccess } }, async ({ port, log: lines }) => {
        await enters(port, ALICE);
        assert.ok(lines.lines.includes('info LDAP: bind'));
        assert.ok(lines.lines.includes('info LDAP: search'));
        assert.ok(lines.lines.includes('info LDAP: a virtual host is allowed'));
      });
    });
  });
});

describe('a directory that goes away', { skip: isMissing && 'slapd is missing' }, () => {
  test('refuses who logs in, and serves again when it is back', async () => {
    await using running = await Slapd.start({ entries: ENTRIES });
    const log = new CollectedLog();
    const userDnPattern = `cn=\${username},${PEOPLE}`;
    const ldap = { servers: ['127.0.0.1'], port: running.port, userDnPattern };
    const internal = { authn: 'internal', authz: 'internal' } as const;
    const access: AccessOptions = { backEnds: [LDAP, internal], ldap };
    await using broker = await createBroker({ log, access });
    assert.ok(await enters(broker.port, ALICE));
    await running.stop();
    await expectRefusedLogin(broker.port, 'alice', 'alice secret');
    assert.ok(log.complaints.some((line) => line.includes('could not be checked')));
    assert.ok(await enters(broker.port, { user: 'guest', password: 'guest' }));
    await running.run();
    await eventually('alice gets in again', async () => enters(broker.port, ALICE));
  });

  test('is the second of two servers when the first cannot be reached', async () => {
    await using running = await Slapd.start({ entries: ENTRIES });
    const userDnPattern = `cn=\${username},${PEOPLE}`;
    const ldap = { servers: ['127.0.0.2', '127.0.0.1'], port: running.port, userDnPattern };
    await using broker = await createBroker({ access: { backEnds: [LDAP], ldap } });
    assert.ok(await enters(broker.port, ALICE));
  });
});

describe('a directory with TLS', { skip: isMissing && 'slapd is missing' }, () => {
  async function tryWith(
    t: TestContext,
    options: (authority: CertificateAuthority, server: Slapd) => Partial<LdapBackEndOptions>,
  ): Promise<boolean> {
    const directory = temporaryDirectory(t);
    const authority = await CertificateAuthority.create(directory, 'root');
    const files = await authority.issue('server', 'CN=ldap', { dns: ['localhost'] });
    await using running = await Slapd.start({ entries: ENTRIES, tls: files });
    const userDnPattern = `cn=\${username},${PEOPLE}`;
    const common = { servers: ['localhost'], port: running.port, userDnPattern };
    const ldap = { ...common, ...options(authority, running) };
    await using broker = await createBroker({ access: { backEnds: [LDAP], ldap } });
    const isIn = await enters(broker.port, ALICE);
    return isIn;
  }

  test('is asked over ldaps', async (t) => {
    const isIn = await tryWith(t, ({ caFile }, { tlsPort }) => ({
      port: tlsPort,
      useSsl: true,
      tls: { caCertFile: caFile },
    }));
    assert.ok(isIn);
  });

  test('is asked with StartTLS', async (t) => {
    const tls = ({ caFile }: CertificateAuthority): object => ({ caCertFile: caFile });
    assert.ok(await tryWith(t, (authority) => ({ useStartTls: true, tls: tls(authority) })));
  });

  test('is not asked when its certificate is not trusted', async (t) => {
    assert.ok(!(await tryWith(t, () => ({ useStartTls: true }))));
  });

  test('is not asked when its certificate is for another host', async (t) => {
    const isIn = await tryWith(t, ({ caFile }) => ({
      servers: ['127.0.0.1'],
      useStartTls: true,
      tls: { caCertFile: caFile },
    }));
    assert.ok(!isIn);
  });

  test('is not asked in two ways at once', async () => {
    const ldap = { servers: ['localhost'], useSsl: true, useStartTls: true };
    await assert.rejects(createBroker({ access: { backEnds: [LDAP], ldap } }), BackEndError);
  });
});

describe('a server that is no directory', () => {
  /** What it sends once somebody has said something. */
  async function refuses(
    answer: Buffer | null,
    options: Partial<LdapBackEndOptions> = {},
  ): Promise<void> {
    const port = await freePort();
    const listener: Server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        if (answer !== null) socket.write(answer);
      });
    });
    await new Promise<void>((resolve) => {
      listener.listen(port, '127.0.0.1', resolve);
    });
    const log = new CollectedLog();
    const ldap = { servers: ['127.0.0.1'], port, userDnPattern: 'cn=${username}', ...options };
    const internal = { authn: 'internal', authz: 'internal' } as const;
    {
      await using broker = await createBroker({
        log,
        access: { backEnds: [LDAP, internal], ldap },
      });
      await expectRefusedLogin(broker.port, 'alice', 'alice secret');
      assert.ok(log.complaints.some((line) => line.includes('could not be checked')));
      assert.ok(await enters(broker.port, { user: 'guest', password: 'guest' }));
    }
    await new Promise((resolve) => {
      listener.close(resolve);
    });
  }

  const success = Buffer.from('300c02010261070a010004000400', 'hex');
  const foreign = Buffer.from('300c02010961070a010004000400', 'hex');

  const answers: ReadonlyArray<readonly [string, Buffer | null]> = [
    ['says nothing', null],
    ['speaks another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['announces a message that is too long', Buffer.from('3084ffffffff', 'hex')],
    ['says many things that nobody asked for', Buffer.alloc(14 * 40_000, foreign)],
    ['sends messages without an end', Buffer.alloc(14 * 700_000, foreign)],
    ['sends a message that is none', Buffer.from('3003020101', 'hex')],
  ];
  for (const [what, answer] of answers) {
    test(`is not believed when it ${what}`, async () => refuses(answer, { timeoutMs: 200 }));
  }

  test('is not believed when it says before TLS what counts afterwards', async () => {
    const startTls = Buffer.from('300c02010178070a010004000400', 'hex');
    await refuses(Buffer.concat([startTls, success]), { useStartTls: true, timeoutMs: 2000 });
  });
});
