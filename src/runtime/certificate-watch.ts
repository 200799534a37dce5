// Looks whether the files of certificates have changed, and has what changed read again.
import type { Logger } from './logger.ts';
import type { Timer, Timers } from './timers.ts';
import { TlsFileError, type CertificateFacts, type TlsIdentity } from './tls-identity.ts';

/** How often the files are looked at, in milliseconds. */
const PERIOD_MS = 10_000;

export class CertificateWatch {
  readonly #identities = new Set<TlsIdentity>();
  readonly #log: Logger;
  readonly #timers: Timers;
  #timer: Timer | null = null;

  constructor({ log, timers }: { readonly log: Logger; readonly timers: Timers }) {
    this.#log = log;
    this.#timers = timers;
  }

  add(identity: TlsIdentity): void {
    this.#identities.add(identity);
    this.#timer ??= this.#timers.every(PERIOD_MS, () => this.refresh());
  }

  get certificates(): readonly CertificateFacts[] {
    return [...this.#identities].flatMap(({ certificates }) => certificates);
  }

  /** Looks now. New connections get what is in the files; files that cannot be used change nothing, and are told of once. */
  refresh(): void {
    for (const identity of this.#identities) {
      try {
        if (identity.refresh()) this.#log.info('TLS certificates read again');
      } catch (error) {
        if (!(error instanceof TlsFileError)) throw error;
        this.#log.error(`${error.message}; what was read before stays in force`);
      }
    }
  }

  close(): void {
    this.#timer?.cancel();
  }
}
