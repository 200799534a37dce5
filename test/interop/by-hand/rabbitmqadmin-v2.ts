// The second rabbitmqadmin, in Rust (https://crates.io/crates/rabbitmqadmin): everything it can do that does not need
// RabbitMQ's plugins. To build it takes minutes, so no suite does; by hand:
//
//   cargo install rabbitmqadmin --locked --root /tmp/rabbitmqadmin
//   npx node --conditions=leveret-source test/interop/by-hand/rabbitmqadmin-v2.ts /tmp/rabbitmqadmin/bin/rabbitmqadmin
//
// Ends with 1 where something does not go as it should.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { createBroker } from 'leveret';

/** One command line, and what its output must have; `!` in front where the command must fail. */
type Command = readonly [line: string, output?: RegExp];

const EXPORT = 'EXPORT';
const AMQP_PORT = 'AMQP_PORT';

const COMMANDS: readonly Command[] = [
  ['show overview', /Product name.*Leveret/u],
  ['show churn', /connection/iu],
  ['show endpoint', /127\.0\.0\.1/u],
  ['show memory_breakdown_in_bytes --node leveret@localhost', /total/iu],
  ['show memory_breakdown_in_percent --node leveret@localhost', /%/u],
  ['nodes list', /leveret@localhost/u],
  ['list nodes', /leveret@localhost/u],
  ['plugins list_all'],
  ['plugins list_on_node --node leveret@localhost'],
  ['auth_attempts stats --node leveret@localhost', /\d/u],
  ['declare vhost --name shop --description Shop --default-queue-type quorum --tracing'],
  ['vhosts declare --name other'],
  ['list vhosts', /shop.*Shop/su],
  ['vhosts enable_deletion_protection --name other'],
  ['!vhosts delete --name other', /protected/u],
  ['vhosts disable_deletion_protection --name other'],
  ['users declare --name app --password secret --tags monitoring,policymaker'],
  ['declare user --name mono --password secret --tags administrator'],
  ['passwords salt_and_hash secret'],
  ['list users', /app.*monitoring/su],
  ['declare permissions --user app --configure .* --read .* --write .* --vhost shop'],
  ['permissions list', /app/u],
  ['users permissions', /app/u],
  ['-u app -p secret list queues --vhost shop'],
  ['!-u app -p wrong list queues', /Not_Authorized/u],
  ['declare user_limit --user app --name max-connections --value 5'],
  ['user_limits list', /max-connections.*5/su],
  ['users limits --user app', /5/u],
  ['declare vhost_limit --vhost shop --name max-queues --value 50'],
  ['vhost_limits list --vhost shop', /max-queues.*50/su],
  ['declare exchange --name x --type topic --vhost shop --durable true'],
  ['exchanges declare --name y --type fanout --vhost shop --arguments {"alternate-exchange":"x"}'],
  ['list exchanges --vhost shop', /alternate-exchange/u],
  ['declare queue --name classic --type classic --vhost shop --arguments {"x-max-length":9}'],
  ['declare queue --name quorum --type quorum --vhost shop --durable true'],
  ['declare stream --name stream --expiration 1D --max-length-bytes 1000000 --vhost shop'],
  ['!declare queue --name classic --type quorum --vhost shop', /inequivalent|400/u],
  ['list queues --vhost shop', /classic.*quorum.*stream/su],
  ['queues list --vhost shop --columns name,type', /classic.*quorum.*stream/su],
  ['list queues --vhost shop --page 1 --page-size 2', /classic/u],
  ['queues show --name quorum --vhost shop', /quorum/u],
  ['streams list --vhost shop', /stream/u],
  ['streams show --name stream --vhost shop', /stream/u],
  [
    'declare binding --source x --destination-type queue --destination classic --routing-key a.# --vhost shop',
  ],
  [
    'exchanges bind --source x --destination-type exchange --destination y --routing-key b --vhost shop',
  ],
  [
    'bindings declare --source x --destination-type queue --destination quorum --routing-key k --arguments {"n":1} --vhost shop',
  ],
  ['list bindings --vhost shop', /a\.#/u],
  ['publish message --exchange x --routing-key a.b --payload hop --vhost shop'],
  [
    'publish message --routing-key quorum --payload skip --properties {"delivery_mode":2} --vhost shop',
  ],
  ['get messages --queue classic --count 5 --ack-mode ack_requeue_true --vhost shop', /hop/u],
  ['get messages --queue classic --count 5 --ack-mode ack_requeue_false --vhost shop', /hop/u],
  ['purge queue --name quorum --vhost shop'],
  ['queues rebalance'],
  ['rebalance queues'],
  [
    'declare policy --name p --pattern ^c --apply-to queues --definition {"max-length":5} --priority 3 --vhost shop',
  ],
  [
    'policies declare --name q --pattern .* --apply-to queues --definition {"expires":90000} --vhost shop',
  ],
  ['policies patch --name p --definition {"message-ttl":60000} --vhost shop'],
  ['policies update_definition --name p --definition-key max-length --new-value 6 --vhost shop'],
  ['policies update_definitions_of_all_in --definition-key max-length --new-value 7 --vhost shop'],
  ['policies update_definitions_of_all --definition-key max-length --new-value 8'],
  [
    'policies declare_override --name p --override-name o --definition {"max-length":1} --vhost shop',
  ],
  [
    'policies declare_blanket --name b --apply-to queues --definition {"max-length":99} --vhost shop',
  ],
  ['policies delete_definition_keys --name p --definition-keys message-ttl --vhost shop'],
  ['policies list', /max-length.*8/su],
  ['policies list_in --vhost shop', /p/u],
  ['policies list_conflicting'],
  ['policies list_matching_object --name classic --type queues --vhost shop', /\bo\b/u],
  [
    '!declare policy --name w --pattern .* --apply-to queues --definition {"foo":1} --vhost shop',
    /foo|400/u,
  ],
  [
    'declare operator_policy --name op --pattern .* --apply-to queues --definition {"max-length":50} --vhost shop',
  ],
  ['operator_policies patch --name op --definition {"expires":99999} --vhost shop'],
  ['operator_policies list', /max-length.*50/su],
  ['operator_policies list_matching_object --name classic --type queues --vhost shop', /op/u],
  ['parameters list_all', /max-queues/u],
  ['parameters list_in --component vhost-limits --vhost shop', /max-queues/u],
  ['global_parameters set --name g --value {"a":1}'],
  ['global_parameters list', /\bg\b/u],
  ['global_parameters clear --name g'],
  ['feature_flags list', /enabled/iu],
  ['feature_flags enable_all'],
  ['feature_flags enable --name quorum_queue'],
  ['deprecated_features list'],
  ['deprecated_features list_used'],
  ['health_check local_alarms'],
  ['health_check cluster_wide_alarms'],
  ['health_check node_is_quorum_critical'],
  [`health_check port_listener --port ${AMQP_PORT}`],
  ['health_check protocol_listener --protocol amqp'],
  ['!health_check protocol_listener --protocol mqtt'],
  ['list connections', /watched|127\.0\.0\.1/u],
  ['connections list_of_user --username guest', /127\.0\.0\.1/u],
  ['list channels', /127\.0\.0\.1/u],
  ['channels list', /127\.0\.0\.1/u],
  ['list consumers', /watcher/u],
  ['close user_connections --username guest'],
  [`definitions export --file ${EXPORT}`],
  ['definitions export --stdout', /"queues"/u],
  ['definitions export --stdout --transformations exclude_users', /"queues"/u],
  [`definitions import --file ${EXPORT}`],
  [`definitions export_from_vhost --vhost shop --file ${EXPORT}`],
  [`definitions import_into_vhost --vhost other --file ${EXPORT}`],
  ['list queues --vhost other', /classic.*quorum.*stream/su],
  [
    'delete binding --source x --destination-type queue --destination classic --routing-key a.# --vhost shop',
  ],
  [
    'exchanges unbind --source x --destination-type exchange --destination y --routing-key b --vhost shop',
  ],
  [
    'bindings delete --source x --destination-type queue --destination quorum --routing-key k --arguments {"n":1} --vhost shop',
  ],
  ['delete stream --name stream --vhost shop'],
  ['!delete queue --name missing --vhost shop', /404|[Nn]ot found/u],
  ['delete queue --name missing --vhost shop --idempotently'],
  ['queues delete_multiple --name-pattern .* --vhost shop --approve'],
  ['delete exchange --name x --vhost shop'],
  ['policies delete --name o --vhost shop'],
  ['delete operator_policy --name op --vhost shop'],
  ['delete user_limit --user app --name max-connections'],
  ['delete vhost_limit --vhost shop --name max-queues'],
  ['delete permissions --user app --vhost shop'],
  ['delete user --name app'],
  ['vhosts delete_multiple --name-pattern ^(shop|other)$ --approve'],
  ['!list queues --vhost shop'],
];

const [rabbitmqadmin] = process.argv.slice(2);
if (rabbitmqadmin === undefined) throw new Error('name the rabbitmqadmin to run');
const directory = mkdtempSync(join(tmpdir(), 'rabbitmqadmin-'));
const broker = await createBroker({ management: { port: 0 } });
await connectConsumer(broker.url);
let failureCount = 0;
for (const command of COMMANDS) {
  // oxlint-disable-next-line no-await-in-loop -- a story
  if (!(await goesAsItShould(command, rabbitmqadmin))) failureCount += 1;
}
console.log(`${COMMANDS.length - failureCount} passed, ${failureCount} failed`);
process.exitCode = failureCount === 0 ? 0 : 1;
rmSync(directory, { recursive: true });
await broker.close();

async function connectConsumer(url: string): Promise<void> {
  const client = await connect(url);
  // One of the commands closes it.
  client.on('error', () => {});
  const channel = await client.createChannel();
  await channel.assertQueue('watched');
  await channel.consume('watched', () => {}, { consumerTag: 'watcher' });
}

async function goesAsItShould([line, output]: Command, program: string): Promise<boolean> {
  const words = line
    .replace(/^!/u, '')
    .replace(EXPORT, join(directory, 'export.json'))
    .replace(AMQP_PORT, String(broker.port))
    .split(' ');
  const { port } = broker.listeners.find(({ protocol }) => protocol === 'http')!;
  const { failed, printed } = await run(program, [
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    ...words,
  ]);
  const isGood = failed === line.startsWith('!') && (output?.test(printed) ?? true);
  if (!isGood) console.log(`FAILED: ${line}\n${printed}`);
  return isGood;
}

async function run(
  program: string,
  args: readonly string[],
): Promise<{ readonly failed: boolean; readonly printed: string }> {
  const env = { ...process.env, HOME: directory };
  return new Promise((resolve) => {
    execFile(program, args, { env }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, printed: stdout + stderr }),
    );
  });
}
