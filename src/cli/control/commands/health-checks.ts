/** Checks for orchestrators, load balancers and people: code 0 when all is well, 69 when it is not. */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { pathOf, RefusedError, type ApiClient } from '../api-client.ts';
import type { ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, EXIT, usageError } from '../control-error.ts';
import { urlOf } from '../broker-address.ts';
import { timedOut } from '../connection-problem.ts';
import type { Listener } from './status.ts';

const group = 'Health checks';

/** Between two tries to reach a broker that starts, in milliseconds. */
const RETRY_MS = 100;

/** What the API says of a check that failed. */
interface Failure {
  readonly reason?: string;
  readonly alarms?: ReadonlyArray<{ readonly node: string; readonly resource: string }>;
  readonly ports?: readonly number[];
  readonly protocols?: readonly string[];
}

interface Check extends Omit<ControlCommand, 'group' | 'run'> {
  readonly says: (invocation: Invocation) => string;
  /** Below `/api/health/checks`. */
  readonly path: (invocation: Invocation) => string;
  readonly well: (invocation: Invocation) => string;
  readonly ill: (failure: Failure, invocation: Invocation) => string;
}

function check({ says, path, well, ill, ...row }: Check): ControlCommand {
  return {
    ...row,
    group,
    async run(invocation) {
      const { api, output } = invocation;
      await output.say(says(invocation));
      const answer = await api.ask({ method: 'GET', path: `/health/checks${path(invocation)}` });
      if (answer.status === 503) {
        const failure = api.parse(answer.octets) as Failure;
        throw new ControlError(ill(failure, invocation), EXIT.unavailable);
      }
      if (answer.status !== 200) throw api.refusal(answer);
      await output.tell({ result: 'ok' }, well(invocation));
    },
  };
}

const PING: ControlCommand = {
  name: 'ping',
  group,
  summary: 'whether a broker answers, whoever asks',
  examples: [{ words: 'ping -q -t 5', does: 'for HEALTHCHECK of a container' }],
  async run({ api, output }) {
    await output.say(`Will ping ${urlOf(api.address)} ...`);
    await api.get('/auth');
    await output.tell({ result: 'ok' }, 'Ping succeeded');
  },
};

export const HEALTH_COMMANDS: readonly ControlCommand[] = [
  PING,
  ...(['check_running', 'is_running', 'node_health_check'] as const).map(runningCheck),
  check({
    name: 'check_alarms',
    summary: 'fail when memory or disk is short',
    examples: [{ words: 'check_alarms', does: 'publishers wait while there is one' }],
    says: () => 'Asking the broker to report any resource alarms ...',
    path: () => '/alarms',
    well: () => 'The broker reported no alarms',
    ill: alarmText,
  }),
  check({
    name: 'check_local_alarms',
    summary: 'the same: there is one node',
    examples: [{ words: 'check_local_alarms', does: 'publishers wait while there is one' }],
    says: () => 'Asking the broker to report any local resource alarms ...',
    path: () => '/local-alarms',
    well: () => 'The broker reported no local alarms',
    ill: alarmText,
  }),
  check({
    name: 'check_port_listener',
    summary: 'fail when nobody listens on a port',
    arguments: [{ usage: '<port>', description: 'its number' }],
    examples: [{ words: 'check_port_listener 5672', does: 'of AMQP' }],
    says: ({ given }) =>
      `Asking the broker if there's an active listener on port ${given.text('port')} ...`,
    path: ({ given }) => `/port-listener${pathOf(portOf(given.text('port')))}`,
    well: ({ given }) => `A listener for port ${given.text('port')} is running.`,
    ill: ({ ports = [] }, { given }) =>
      `No listener for port ${given.text('port')} is active. Found listeners that use the following ports: ${ports.join(', ')}`,
  }),
  check({
    name: 'check_protocol_listener',
    summary: 'fail when a protocol is not served',
    arguments: [
      {
        usage: '<protocol>',
        description: 'amqp, amqp/ssl, http, ...',
        completion: ['amqp', 'amqp/ssl', 'http', 'http/ssl', 'http/prometheus'],
      },
    ],
    examples: [{ words: 'check_protocol_listener amqp/ssl', does: 'AMQP over TLS' }],
    says: ({ given }) =>
      `Asking the broker if there's an active listener for protocol ${given.text('protocol')} ...`,
    path: ({ given }) => `/protocol-listener${pathOf(given.text('protocol'))}`,
    well: ({ given }) => `A listener for protocol ${given.text('protocol')} is running.`,
    ill: ({ protocols = [] }, { given }) =>
      `No listener for protocol ${given.text('protocol')} is active. Found listeners for the following protocols: ${protocols.join(', ')}`,
  }),
  check({
    name: 'check_virtual_hosts',
    summary: 'fail when a virtual host does not work',
    examples: [{ words: 'check_virtual_hosts', does: 'all of them' }],
    says: () => 'Checking if all vhosts are running ...',
    path: () => '/virtual-hosts',
    well: () => 'The broker reported all vhosts as running',
    ill: ({ reason = '' }) => reason,
  }),
  check({
    name: 'check_certificate_expiration',
    summary: 'fail when a certificate of a listener ends soon',
    options: [
      { flags: '--within <number>', description: 'how soon; default: 4' },
      {
        flags: '--unit <unit>',
        description: 'days, weeks, months or years; default: weeks',
        completion: ['days', 'weeks', 'months', 'years'],
      },
    ],
    examples: [{ words: 'check_certificate_expiration --within 2 --unit months', does: 'in time' }],
    says: () => 'Checking certificate expiration ...',
    path: ({ given }) => `/certificate-expiration${pathOf(...periodOf(given))}`,
    well: ({ given }) => `No certificates are expiring within ${periodOf(given).join(' ')}.`,
    ill: ({ reason = '' }) => reason,
  }),
  {
    name: 'check_port_connectivity',
    group,
    summary: 'fail when a listener cannot be reached from here',
    examples: [{ words: 'check_port_connectivity', does: 'connects to each' }],
    run: checkConnectivity,
  },
  ...(['await_startup', 'wait'] as const).map(awaitCommand),
];

function periodOf(given: Invocation['given']): readonly [number: string, unit: string] {
  return [given.optional('within') ?? '4', given.optional('unit') ?? 'weeks'];
}

function portOf(text: string): string {
  if (/^\d{1,5}$/u.test(text)) return text;
  throw usageError(`bad value "${text}" for port: expected a number`);
}

function alarmText({ alarms = [] }: Failure): string {
  return `The broker reported alarms: ${alarms.map(({ resource }) => resource).join(', ')}. Publishers wait until there is room again`;
}

/** RabbitMQ has several names for it. */
function runningCheck(name: string): ControlCommand {
  return {
    name,
    group,
    summary:
      name === 'check_running'
        ? 'whether the broker serves clients'
        : 'the same, as RabbitMQ called it',
    examples: [{ words: name, does: 'with a login, unlike ping' }],
    async run({ api, output }) {
      await output.say(`Checking if the broker at ${urlOf(api.address)} is running ...`);
      const { node } = await api.get<{ readonly node: string }>('/overview?columns=node');
      await output.tell({ node, result: 'ok' }, `${node} is fully booted and running`);
    },
  };
}

async function checkConnectivity({ api, output, deadline }: Invocation): Promise<void> {
  await output.say('Testing TCP connections to all active listeners ...');
  const { listeners } = await api.get<{ readonly listeners: readonly Listener[] }>(
    '/overview?columns=listeners',
  );
  const reached = await Promise.all(
    listeners.map(async (listener) => ({
      port: listener.port,
      isReached: await canConnect(hostOf(listener, api), listener.port, deadline),
    })),
  );
  const ports = (isReached: boolean): string =>
    reached
      .filter((one) => one.isReached === isReached)
      .map(({ port }) => port)
      .join(', ');
  if (reached.some(({ isReached }) => !isReached)) {
    throw new ControlError(
      `these ports cannot be connected to from here: ${ports(false)}`,
      EXIT.unavailable,
    );
  }
  await output.tell(
    { result: 'ok', ports: reached.map(({ port }) => port) },
    `Successfully connected to ports ${ports(true)}.`,
  );
}

/** A listener on every interface is reached where its API is. */
function hostOf({ ip_address: host }: Listener, api: ApiClient): string {
  return host === '0.0.0.0' || host === '::' ? api.address.host : host;
}

async function canConnect(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isReached: boolean): void => {
      socket.destroy();
      resolve(isReached);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
    signal.addEventListener('abort', () => end(false), { once: true });
  });
}

function awaitCommand(name: 'await_startup' | 'wait'): ControlCommand {
  return {
    name,
    group,
    summary: name === 'wait' ? 'the same, as RabbitMQ called it' : 'wait until the broker answers',
    ...(name === 'wait'
      ? { arguments: [{ usage: '[pid_file]', description: 'accepted, and not looked at' }] }
      : {}),
    options:
      name === 'wait' ? [{ flags: '--pid <pid>', description: 'accepted', isHidden: true }] : [],
    timeoutSeconds: 300,
    examples: [{ words: `${name} -t 30`, does: 'code 75 when it takes longer' }],
    async run({ api, output, deadline }) {
      await output.say(`Waiting for the broker at ${urlOf(api.address)} ...`);
      for (;;) {
        // oxlint-disable no-await-in-loop -- tries, one after the other
        if (await answers(api)) break;
        if (deadline.aborted) throw timedOut(api.address);
        await pause(RETRY_MS);
        // oxlint-enable no-await-in-loop
      }
      await output.say('The broker is running.');
    },
  };
}

async function answers(api: ApiClient): Promise<boolean> {
  try {
    await api.get('/auth');
    return true;
  } catch (error) {
    // Who answers something else does not become the broker by waiting, unless a proxy is in front.
    const isRefused = error instanceof RefusedError && error.status < 500;
    if (isRefused || !(error instanceof ControlError)) throw error;
    return false;
  }
}
