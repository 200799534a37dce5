// Configuration files as users of RabbitMQ have them, for each thing that its guides explain: they are good here, and what has no
// effect is told by name.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { loadSettings, type LoadedSettings } from '../../../src/config/load-settings.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** Reads a file; `@` in it is a directory with the files of certificates that it names. */
function load(
  t: TestContext,
  text: string,
  beside: Readonly<Record<string, string>> = {},
): LoadedSettings {
  const directory = temporaryDirectory(t);
  for (const name of ['ca.pem', 'server.pem', 'server.key', 'definitions.json']) {
    writeFileSync(join(directory, name), '');
  }
  const file = join(directory, 'rabbitmq.conf');
  writeFileSync(file, text.replaceAll('@', directory));
  if (Object.keys(beside).length > 0) mkdirSync(join(directory, 'conf.d'));
  for (const [name, lines] of Object.entries(beside)) {
    writeFileSync(join(directory, 'conf.d', name), lines);
  }
  return loadSettings({
    options: {},
    environment: {},
    files: [file],
    directoryProblem: () => null,
  });
}

/** Names of keys that have no effect. */
function withoutEffect({ foreign }: LoadedSettings): readonly string[] {
  return foreign.map((line) => line.replace(/ \(.*\)$/u, ''));
}

describe('a file with', () => {
  test('listeners and options of sockets', (t) => {
    const loaded = load(
      t,
      `
listeners.tcp.local    = 127.0.0.1:5672
listeners.tcp.local_v6 = ::1:5672
listeners.tcp.other_ip = 10.10.10.10:5673
num_acceptors.tcp = 10
socket_writer.gc_threshold = off
handshake_timeout = 20000
reverse_dns_lookups = true
tcp_listen_options.backlog = 4096
tcp_listen_options.nodelay = true
tcp_listen_options.keepalive = true
tcp_listen_options.exit_on_close = false
tcp_listen_options.send_timeout = 15000
tcp_listen_options.buffer = 196608
tcp_listen_options.sndbuf = 196608
tcp_listen_options.recbuf = 196608
tcp_listen_options.linger.on = true
tcp_listen_options.linger.timeout = 0
proxy_protocol = true
ranch_connection_max = 1000
`,
    );
    const { tcp, backlog, proxyProtocol } = loaded.settings.listeners;
    assert.deepEqual(
      tcp.map(({ host, port }) => `${host} ${port}`),
      ['127.0.0.1 5672', '::1 5672', '10.10.10.10 5673'],
    );
    assert.deepEqual([backlog, proxyProtocol], [4096, true]);
    assert.deepEqual(withoutEffect(loaded), [
      'num_acceptors.tcp',
      'socket_writer.gc_threshold',
      'reverse_dns_lookups',
      'tcp_listen_options.exit_on_close',
      'tcp_listen_options.send_timeout',
      'tcp_listen_options.buffer',
      'tcp_listen_options.sndbuf',
      'tcp_listen_options.recbuf',
      'tcp_listen_options.linger.on',
      'tcp_listen_options.linger.timeout',
      'ranch_connection_max',
    ]);
  });

  test('TLS for clients, the management API and metrics', (t) => {
    const loaded = load(
      t,
      `
listeners.tcp = none
listeners.ssl.default = 5671
ssl_handshake_timeout = 7000
ssl_options.cacertfile = @/ca.pem
ssl_options.certfile   = @/server.pem
ssl_options.keyfile    = @/server.key
ssl_options.password   = t0p$3kRe7
ssl_options.verify     = verify_peer
ssl_options.depth      = 2
ssl_options.fail_if_no_peer_cert = true
ssl_options.honor_cipher_order   = true
ssl_options.honor_ecc_order      = true
ssl_options.client_renegotiation = false
ssl_options.secure_renegotiate   = true
ssl_options.versions.1 = tlsv1.3
ssl_options.versions.2 = tlsv1.2
ssl_options.ciphers.1  = TLS_AES_256_GCM_SHA384
ssl_options.ciphers.2  = ECDHE-ECDSA-AES256-GCM-SHA384
ssl_options.bypass_pem_cache = true
ssl_cert_login_from = common_name
auth_mechanisms.1 = EXTERNAL
auth_mechanisms.2 = PLAIN
management.ssl.port       = 15671
management.ssl.cacertfile = @/ca.pem
management.ssl.certfile   = @/server.pem
management.ssl.keyfile    = @/server.key
management.ssl.versions.1 = tlsv1.2
management.ssl.honor_ecc_order = true
prometheus.ssl.port     = 15691
prometheus.ssl.certfile = @/server.pem
prometheus.ssl.keyfile  = @/server.key
`,
    );
    const { sslOptions, management, listeners } = loaded.settings;
    assert.deepEqual(listeners.tcp, []);
    assert.equal(sslOptions.failIfNoPeerCert, true);
    assert.deepEqual(sslOptions.versions, ['tlsv1.3', 'tlsv1.2']);
    assert.deepEqual(management.ssl?.tls.versions, ['tlsv1.2']);
    assert.deepEqual(withoutEffect(loaded), [
      'ssl_options.depth',
      'ssl_options.honor_ecc_order',
      'ssl_options.client_renegotiation',
      'ssl_options.secure_renegotiate',
      'ssl_options.bypass_pem_cache',
      'management.ssl.honor_ecc_order',
    ]);
  });

  test('logging to a file, the console and the exchange', (t) => {
    const loaded = load(
      t,
      `
log.dir = /var/log/rabbitmq
log.file = rabbit.log
log.file.level = debug
log.file.rotation.size = 10485760
log.file.rotation.count = 5
log.file.rotation.compress = true
log.file.formatter = json
log.file.formatter.time_format = epoch_usecs
log.console = true
log.console.level = warning
log.console.formatter = plaintext
log.exchange = true
log.exchange.level = error
log.default.level = info
log.connection.level = warning
log.channel.level = error
log.queue.level = none
log.user.level = info
log.federation.level = debug
log.ra.level = info
log.syslog = true
log.syslog.identity = my_rabbitmq
log.journald = false
`,
    );
    const { log } = loaded.settings;
    assert.equal(log.file.path, '/var/log/rabbitmq/rabbit.log');
    assert.deepEqual(log.exchange, { isOn: true, level: 'error', format: 'plaintext' });
    const categories = { default: 'info', connection: 'warn', channel: 'error', queue: 'none' };
    assert.deepEqual({ ...log.categories }, categories);
    assert.deepEqual(withoutEffect(loaded), [
      'log.file.formatter.time_format',
      'log.user.level',
      'log.federation.level',
      'log.ra.level',
      'log.syslog',
      'log.syslog.identity',
      'log.journald',
    ]);
  });

  test('users and permissions, policies and limits that new virtual hosts get', (t) => {
    const loaded = load(
      t,
      `
default_vhost = my_vhost
default_user = admin
default_pass = s3kRe7
default_user_tags.administrator = true
default_user_tags.custom_tag = true
default_permissions.configure = .*
default_permissions.read = .*
default_permissions.write = .*
loopback_users.guest = true
password_hashing_module = rabbit_password_hashing_sha512
credential_validator.validation_backend = rabbit_credential_validator_min_password_length
credential_validator.min_length = 30
default_limits.vhosts.prod.pattern = ^prod-.*
default_limits.vhosts.prod.max_connections = 5000
default_policies.operator.limits.vhost_pattern = ^prod-.*
default_policies.operator.limits.queue_pattern = .*
default_policies.operator.limits.apply_to = queues
default_policies.operator.limits.max_length = 10000
default_policies.operator.limits.message_ttl = 86400000
default_users.monitoring.vhost_pattern = .*
default_users.monitoring.tags = monitoring
default_users.monitoring.configure = ^$
anonymous_login_user = none
`,
    );
    assert.deepEqual(withoutEffect(loaded), []);
    assert.equal(loaded.settings.access.defaultUser, 'admin');
    assert.equal(loaded.settings.defaults.operatorPolicies[0]?.definition['max-length'], 10_000);
  });

  test('logins over LDAP', (t) => {
    const loaded = load(
      t,
      `
auth_backends.1.authn = ldap
auth_backends.1.authz = internal
auth_backends.2 = rabbit_auth_backend_internal
auth_ldap.servers.1 = ldap.eng.megacorp.local
auth_ldap.servers.2 = 192.168.0.100
auth_ldap.port = 6389
auth_ldap.timeout = 15000
auth_ldap.user_dn_pattern = cn=$\{username},ou=People,dc=example,dc=com
auth_ldap.dn_lookup_attribute = userPrincipalName
auth_ldap.dn_lookup_base = DC=gopivotal,DC=com
auth_ldap.dn_lookup_bind = as_user
auth_ldap.group_lookup_base = ou=groups,dc=example,dc=com
auth_ldap.other_bind = as_user
auth_ldap.connection_pool_size = 256
auth_ldap.idle_timeout = 300000
auth_ldap.log = network
auth_ldap.use_ssl = true
auth_ldap.ssl_options.cacertfile = @/ca.pem
auth_ldap.ssl_options.verify = verify_peer
auth_ldap.ssl_options.depth = 2
auth_ldap.ssl_options.sni = ldap.identity.eng.megacorp.local
auth_ldap.ssl_options.hostname_verification = wildcard
`.replaceAll('\\', ''),
    );
    assert.deepEqual(withoutEffect(loaded), []);
    assert.equal(loaded.settings.auth.ldap.port, 6389);
  });

  test('logins with OAuth 2 and over HTTP, with a cache', (t) => {
    const loaded = load(
      t,
      `
auth_backends.1 = rabbit_auth_backend_oauth2
auth_backends.2 = cache
auth_cache.cached_backend = http
auth_cache.cache_ttl = 10000
auth_http.http_method = post
auth_http.user_path = https://auth.example.org/user
auth_http.vhost_path = https://auth.example.org/vhost
auth_http.resource_path = https://auth.example.org/resource
auth_http.topic_path = https://auth.example.org/topic
auth_http.ssl_options.cacertfile = @/ca.pem
auth_http.ssl_options.verify = verify_peer
auth_http.ssl_options.hostname_verification = wildcard
auth_oauth2.resource_server_id = rabbitmq
auth_oauth2.issuer = https://idp.example.org/realm/rabbitmq
auth_oauth2.preferred_username_claims.1 = user_name
auth_oauth2.additional_scopes_key = extra_scope
auth_oauth2.scope_prefix = api://
auth_oauth2.verify_aud = false
auth_oauth2.https.cacertfile = @/ca.pem
auth_oauth2.https.verify = verify_peer
auth_oauth2.https.hostname_verification = wildcard
management.oauth_enabled = true
management.oauth_client_id = rabbitmq-client
management.oauth_scopes = openid profile rabbitmq.tag:administrator
management.oauth_initiated_logon_type = sp_initiated
management.oauth_disable_basic_auth = true
`,
    );
    assert.deepEqual(withoutEffect(loaded), []);
    assert.equal(loaded.settings.auth.oauth2.resourceServerId, 'rabbitmq');
  });

  test('definitions to import', (t) => {
    const loaded = load(
      t,
      `
load_definitions = @/definitions.json
definitions.import_backend = https
definitions.https.url = https://raw.example.org/definitions.json
definitions.skip_if_unchanged = true
definitions.hashing.algorithm = sha512
definitions.tls.cacertfile = @/ca.pem
definitions.tls.verify = verify_peer
definitions.tls.log_level = warning
`,
    );
    assert.equal(loaded.settings.definitions.skipIfUnchanged, true);
    assert.deepEqual(withoutEffect(loaded), ['definitions.tls.log_level']);
  });

  test('limits, thresholds and names', (t) => {
    const loaded = load(
      t,
      `
heartbeat = 60
frame_max = 131072
initial_frame_max = 8192
max_channels_per_connection = 128
channel_max_per_node = 500
consumer_max_per_channel = 100
max_connections = 5000
session_max_per_connection = 32
link_max_per_session = 32
vhost_max = 100
cluster_queue_limit = 10000
cluster_exchange_limit = 5000
max_message_size = 16777216
consumer_timeout = 900000
default_queue_type = quorum
vm_memory_high_watermark.relative = 0.6
vm_memory_calculation_strategy = rss
total_memory_available_override_value = 2GB
disk_free_limit.absolute = 50mb
collect_statistics_interval = 10000
cluster_name = dev3.eng.megacorp.local
cluster_tags.region = us-east-1
node_tags.role = ingress
message_interceptors.incoming.set_header_timestamp.overwrite = true
message_interceptors.incoming.set_header_routing_node.overwrite = false
deprecated_features.permit.transient_nonexcl_queues = true
product.name = My Rabbit
motd_file = /etc/rabbitmq/motd
`,
    );
    const { limits, node } = loaded.settings;
    assert.deepEqual([limits.channelMaxPerNode, limits.clusterExchangeLimit], [500, 5000]);
    assert.deepEqual({ ...node.nodeTags }, { role: 'ingress' });
    assert.deepEqual(node.interceptors, { timestamp: true, routingNode: false });
    assert.deepEqual(withoutEffect(loaded), [
      'session_max_per_connection',
      'link_max_per_session',
      'vm_memory_calculation_strategy',
      'motd_file',
    ]);
  });

  test('a cluster on Kubernetes, as its operator writes it', (t) => {
    const loaded = load(
      t,
      `
queue_master_locator = min-masters
disk_free_limit.absolute = 2GB
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = rabbit_peer_discovery_k8s
cluster_formation.k8s.host = kubernetes.default
cluster_formation.k8s.address_type = hostname
cluster_formation.target_cluster_size_hint = 3
cluster_name = hello-world
total_memory_available_override_value = 858993460
quorum_queue.property_equivalence.relaxed_checks_on_redeclaration = true
raft.wal_max_size_bytes = 1048576
net_ticktime = 60
`,
      {
        '10-operator-default.conf': 'log.console = true\nmanagement.tcp.ip = ::\n',
        '90-user.conf': 'disk_free_limit.absolute = 4GB\n',
      },
    );
    assert.deepEqual(loaded.settings.diskFreeLimit, { octets: 4e9 });
    assert.equal(withoutEffect(loaded).length, 9);
  });

  test('the additions of the image for Docker in conf.d', (t) => {
    const loaded = load(t, '', {
      '10-defaults.conf': 'loopback_users.guest = false\nlog.console = true\n',
      '20-management_agent.disable_metrics_collector.conf':
        'management_agent.disable_metrics_collector = true\n',
    });
    assert.deepEqual(loaded.settings.access.loopbackUsers, []);
    assert.deepEqual(withoutEffect(loaded), []);
  });

  test('other protocols and plugins', (t) => {
    const text = `
stream.listeners.tcp.default = 5552
stream.advertised_host = localhost
mqtt.listeners.tcp.1 = 127.0.0.1:1883
mqtt.allow_anonymous = false
mqtt.prefetch = 10
stomp.listeners.tcp.1 = ::1:61613
stomp.tcp_listen_options.backlog = 2048
web_stomp.hsts.policy = max-age=31536000; includeSubDomains
web_mqtt.ssl.port = 15673
shovel.delete_after_duration_floor = 60
federation.exchanges.connection_close_timeout = 3000
trust_store.directory = /etc/certs
management.credential_encryption_secret = a-very-long-value
`;
    assert.equal(withoutEffect(load(t, text)).length, text.trim().split('\n').length);
  });
});
