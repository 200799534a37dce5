/**
 * The back end that asks an HTTP server, as RabbitMQ's rabbitmq_auth_backend_http does: who somebody is, and each thing
 * that they want to do (https://www.rabbitmq.com/docs/access-control#http). What is not clearly allowed is refused.
 */
import { HttpClient, type HttpQuestion } from '../../runtime/http-client.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { TlsClientSettings } from '../../runtime/tls-client.ts';
import { resourceFacts, topicFacts, type AskedFacts } from '../asked-facts.ts';
import type {
  Access,
  AuthenticatedUser,
  Authorizer,
  BackEnd,
  Login,
  Peer,
  Resource,
  TopicVariables,
} from '../authenticator.ts';
import { BackEndError } from '../back-end-error.ts';
import { DisclosedRefusal } from '../disclosed-refusal.ts';
import { readDecision, type HttpDecision } from './http-decision.ts';

/** URLs of what is asked. Whoever has an answer to one says `allow` or `deny`. */
export interface HttpPaths {
  readonly userPath: string;
  /** Needed where the server also says what users may do; so are the other two. */
  readonly vhostPath?: string | null;
  readonly resourcePath?: string | null;
  readonly topicPath?: string | null;
}

export interface HttpBackEndOptions extends Partial<Omit<HttpPaths, 'userPath'>> {
  readonly userPath: string | null;
  /** `get` when left out, as in RabbitMQ; `post` keeps passwords out of the logs of servers. */
  readonly method?: 'get' | 'post';
  /** 15 seconds when left out, both. */
  readonly requestTimeoutMs?: number;
  readonly connectionTimeoutMs?: number;
  /** Clients are told the server's reason for what they may not do. */
  readonly authorizationFailureDisclosure?: boolean;
  readonly tls?: Partial<TlsClientSettings>;
}

const TIMEOUT_MS = 15_000;
/** Octets. More than tags and a reason is none. */
const LONGEST_ANSWER = 65_536;

export class HttpBackEnd implements BackEnd, Authorizer {
  readonly name = 'http';
  readonly changesUnnoticed = true;
  readonly #options: HttpBackEndOptions;
  readonly #log: Logger;
  readonly #client: HttpClient;

  /** @throws BackEndError without a URL for logins. @throws TlsFileError */
  constructor(options: HttpBackEndOptions, log: Logger) {
    if (options.userPath === null) throw new BackEndError('auth_http.user_path is not set');
    this.#options = options;
    this.#log = log;
    const { requestTimeoutMs = TIMEOUT_MS, connectionTimeoutMs = TIMEOUT_MS, tls = {} } = options;
    const longestAnswer = LONGEST_ANSWER;
    this.#client = new HttpClient({ requestTimeoutMs, connectionTimeoutMs, longestAnswer, tls });
  }

  close(): void {
    this.#client.close();
  }

  async authenticate({ userName, password }: Login): Promise<AuthenticatedUser | null> {
    const credentials = password === null ? {} : { password };
    const decision = await this.#ask('userPath', { username: userName, ...credentials });
    if (decision.is === 'allow') {
      return { name: userName, tags: decision.tags, authorizers: [this] };
    }
    if (decision.reason !== '') {
      const { reason } = decision;
      this.#log.info('the HTTP server refuses a login', { user: userName, reason });
    }
    return null;
  }

  /** Tags are those of the back end that knows who it is, as in RabbitMQ. */
  async authorize(login: Login): Promise<AuthenticatedUser | null> {
    const user = await this.authenticate(login);
    return user === null ? null : { ...user, tags: [] };
  }

  async vhostAccess(user: AuthenticatedUser, vhost: string, peer: Peer): Promise<boolean> {
    return this.#isAllowed('vhostPath', user, { vhost, ip: peer.address });
  }

  async resourceAccess(
    user: AuthenticatedUser,
    vhost: string,
    resource: Resource,
    access: Access,
  ): Promise<boolean> {
    return this.#isAllowed('resourcePath', user, resourceFacts(vhost, resource, access));
  }

  async topicAccess(
    user: AuthenticatedUser,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: 'write' | 'read',
    variables: TopicVariables,
  ): Promise<boolean> {
    const facts = topicFacts(vhost, exchange, routingKey, access, variables);
    return this.#isAllowed('topicPath', user, facts);
  }

  async #isAllowed(
    path: keyof HttpPaths,
    { name, tags }: AuthenticatedUser,
    facts: AskedFacts,
  ): Promise<boolean> {
    const parameters = { username: name, ...facts, tags: tags.join(' ') };
    const decision = await this.#ask(path, parameters);
    // Tags belong to users: with them this is not an answer to what was asked.
    if (decision.is === 'allow' && decision.tags.length === 0) return true;
    if (decision.is === 'allow') throw new Error(`${keyOf(path)}: an answer of another form`);
    const { reason } = decision;
    if (reason === '') return false;
    this.#log.info('the HTTP server refuses', { ...parameters, reason });
    if (this.#options.authorizationFailureDisclosure !== true) return false;
    throw new DisclosedRefusal('rabbit_auth_backend_http', reason);
  }

  /** @throws Error when there is no decision */
  async #ask(path: keyof HttpPaths, parameters: AskedFacts): Promise<HttpDecision> {
    const { [path]: target = null, method = 'get' } = this.#options;
    if (target === null) throw new Error(`${keyOf(path)} is not set`);
    const { status, text } = await this.#client.ask(questionOf(target, method, parameters));
    if (status !== 200 && status !== 201) throw new Error(`${keyOf(path)}: status ${status}`);
    const decision = readDecision(text);
    if (decision === null) throw new Error(`${keyOf(path)}: an answer of another form`);
    return decision;
  }
}

function questionOf(target: string, method: 'get' | 'post', parameters: AskedFacts): HttpQuestion {
  const url = new URL(target);
  const form = new URLSearchParams(parameters).toString();
  if (method === 'get') {
    url.search = url.search === '' ? form : `${url.search}&${form}`;
    return { method: 'GET', url };
  }
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url, headers, body: form };
}

/** `vhostPath` as operators know it. */
function keyOf(path: keyof HttpPaths): string {
  return `auth_http.${path.replace('Path', '_path')}`;
}
