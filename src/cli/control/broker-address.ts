/** Where the management API of a broker is, and who asks: from options, then from the environment, then the defaults. */
import { usageError, type ControlError } from './control-error.ts';
import { readNamedFile } from './named-file.ts';

export interface BrokerAddress {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  /** In front of `/api`; empty for none. */
  readonly pathPrefix: string;
  readonly login: Login;
  /** Certificates to trust, as PEM; null: those of the system. */
  readonly ca: string | null;
}

export type Login =
  | { readonly kind: 'token'; readonly token: string }
  /** The password is null where none was given: it is to be asked for. */
  | { readonly kind: 'password'; readonly user: string; readonly password: string | null };

/** What the command line says of it; undefined where it says nothing. */
export interface AddressOptions {
  readonly url?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  readonly caFile?: string | undefined;
}

export const DEFAULT_URL = 'http://127.0.0.1:15672';
const DEFAULT_PORT = 15672;
const DEFAULT_USER = 'guest';
const DEFAULT_PASSWORD = 'guest';

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ControlError */
export function readAddress(options: AddressOptions, environment: Environment): BrokerAddress {
  const url = parseUrl(options.url ?? variable(environment, 'LEVERET_URL') ?? DEFAULT_URL);
  const isTls = url.protocol === 'https:';
  const defaultPort = isTls ? 443 : 80;
  return {
    isTls,
    host: url.hostname.replace(/^\[|\]$/gu, ''),
    port: url.port === '' ? defaultPort : Number(url.port),
    pathPrefix: url.pathname.replace(/\/+$/u, '').replace(/\/api$/u, ''),
    login: readLogin(options, url, environment),
    ca: options.caFile === undefined ? null : readNamedFile(options.caFile).toString(),
  };
}

/** Without `http://`, the port is that of the management API unless it is given. */
function parseUrl(text: string): URL {
  const hasScheme = /^https?:\/\//iu.test(text);
  const url = URL.canParse(hasScheme ? text : `http://${text}`)
    ? new URL(hasScheme ? text : `http://${text}`)
    : null;
  if (url === null || /^\w+:\/\//u.test(text) !== hasScheme) {
    throw notUnderstood();
  }
  if (!hasScheme && url.port === '') url.port = String(DEFAULT_PORT);
  return url;
}

/** Not the text itself: it may have a password in it. */
function notUnderstood(): ControlError {
  return usageError(
    'the address of the broker (--url, LEVERET_URL) is not understood: write it like http://127.0.0.1:15672',
  );
}

/** User and password in a URL. */
function decoded(text: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    throw notUnderstood();
  }
}

function readLogin(options: AddressOptions, url: URL, environment: Environment): Login {
  if (options.token !== undefined) return { kind: 'token', token: options.token };
  const user = options.user ?? decoded(url.username);
  const tokenOfEnvironment = variable(environment, 'LEVERET_TOKEN');
  if (user === undefined && tokenOfEnvironment !== undefined) {
    return { kind: 'token', token: tokenOfEnvironment };
  }
  const password = options.password ?? decoded(url.password);
  if (user !== undefined) {
    const isDefault = user === DEFAULT_USER ? DEFAULT_PASSWORD : null;
    const fromEnvironment = variable(environment, 'LEVERET_PASSWORD');
    return { kind: 'password', user, password: password ?? fromEnvironment ?? isDefault };
  }
  const named = variable(environment, 'LEVERET_USER');
  return {
    kind: 'password',
    user: named ?? DEFAULT_USER,
    password:
      password ??
      variable(environment, 'LEVERET_PASSWORD') ??
      (named === undefined || named === DEFAULT_USER ? DEFAULT_PASSWORD : null),
  };
}

/** A variable that is empty counts as not set. */
function variable(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === '' ? undefined : value;
}

/** The address as people write it, without user and password. */
export function urlOf({ isTls, host, port, pathPrefix }: BrokerAddress): string {
  const urlHost = host.includes(':') ? `[${host}]` : host;
  return `${isTls ? 'https' : 'http'}://${urlHost}:${port}${pathPrefix}`;
}
