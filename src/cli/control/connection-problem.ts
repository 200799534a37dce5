/** What a failed request means for a person: which of many things is wrong with the way to the broker, and what to do. */
import { urlOf, type BrokerAddress } from './broker-address.ts';
import { ControlError, EXIT } from './control-error.ts';

/** Codes of TLS for certificates that are not trusted. */
const UNTRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_\w+)$/u;

export function connectionProblem(error: unknown, address: BrokerAddress): ControlError {
  const { code = '', message, name } = error as NodeJS.ErrnoException;
  const cause = { cause: error };
  if (name === 'TimeoutError' || name === 'AbortError') return timedOut(address);
  const text = explanation(code, message, address);
  return new ControlError(text, EXIT.unavailable, cause);
}

export function timedOut(address: BrokerAddress): ControlError {
  return new ControlError(
    `${urlOf(address)} did not answer in time: --timeout gives it longer`,
    EXIT.timeout,
  );
}

function explanation(code: string, message: string, address: BrokerAddress): string {
  const url = urlOf(address);
  switch (code) {
    case 'ECONNREFUSED':
      return `no broker answers: is it running? Start it with \`leveret start\`; its management API was looked for at ${url}, another place is said with --url or LEVERET_URL`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host ${address.host} is not known: the address is said with --url or LEVERET_URL`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `${url} cannot be reached from here (${code}): the address is said with --url or LEVERET_URL`;
    case 'EPROTO':
      return `${url} does not speak TLS, or not with us: if it is plain HTTP, write http:// in the address`;
    case 'ECONNRESET':
    case 'EPIPE':
      return address.isTls
        ? `${url} closed the connection: is it the port of the management API with TLS?`
        : `${url} closed the connection: if it speaks TLS, write https:// in the address`;
    default:
      if (UNTRUSTED.test(code)) {
        return `the certificate of ${url} is not trusted (${code}): name the file of its certificate authority with --ca-file`;
      }
      if (code.startsWith('HPE_')) return notHttp(url);
      return `${url}: ${message}`;
  }
}

/** What AMQP listeners and TLS listeners answer to HTTP is none. */
function notHttp(url: string): string {
  return `${url} does not speak HTTP: if it speaks TLS, write https:// in the address; port 5672 is that of AMQP, the management API is on 15672`;
}
