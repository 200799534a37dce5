/** Opens what a broker is to listen at, all or nothing. */
import type { TlsIdentity } from '../runtime/tls-identity.ts';
import type { AmqpListener, ListenOptions, SocketSettings } from './listener.ts';

export interface WantedListener {
  /** An address or a host name; `::` is every interface, IPv4 included. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly isTls?: boolean;
}

export interface OpenListener {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

const EVERY_INTERFACE = '::';
const EVERY_IPV4_INTERFACE = '0.0.0.0';

/** @throws the system's error when an address or port cannot be had; who calls closes the listener then */
export async function openListeners(
  listener: AmqpListener,
  wanted: readonly WantedListener[],
  tls: TlsIdentity | null,
  sockets: Partial<SocketSettings>,
): Promise<readonly OpenListener[]> {
  const open: OpenListener[] = [];
  for (const { host, port, isTls = false } of wanted) {
    if (isTls && tls === null) throw new Error('a listener with TLS needs a certificate');
    const options = { host, port, tls: isTls ? tls : null, sockets };
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that the first that fails is told
    const address = await listen(listener, options);
    open.push({ host: address.address, port: address.port, isTls });
  }
  return open;
}

/** A machine without IPv6 has every interface too. */
async function listen(
  listener: AmqpListener,
  options: ListenOptions,
): ReturnType<AmqpListener['listen']> {
  try {
    return await listener.listen(options);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const hasNoIpv6 = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(code);
    if (!hasNoIpv6 || options.host !== EVERY_INTERFACE) throw error;
    return listener.listen({ ...options, host: EVERY_IPV4_INTERFACE });
  }
}
