/**
 * Who declares something may not be allowed to: asked while an exchange or queue is declared, at the points where RabbitMQ
 * asks. Both throw to refuse; what the broker declares on its own account nobody refuses.
 */

export interface DeclareGuard {
  /** @param name of what is declared, be it there already or not */
  configure(name: string): void;
  /** It is new, and messages will go on from it to an exchange: its alternate or dead-letter exchange. */
  forward(name: string, exchange: string): void;
}

export const NO_GUARD: DeclareGuard = { configure: () => {}, forward: () => {} };
