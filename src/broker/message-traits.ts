/** What only some messages have, and how it is kept: as JSON beside properties and body, because it is for few. */
import { DeathHistory, type Death } from './death-history.ts';

/** What only some messages have. Most have none of it, and so no object. */
export interface MessageTraits {
  /** -1 when the publisher gave none. */
  readonly priority: number;
  /** How long the publisher lets the message wait in a queue, in milliseconds; -1 for ever. */
  readonly expirationMs: number;
  /** Further routing keys, from the headers CC and BCC; the former come first, and are visible to consumers. */
  readonly copies: RoutingCopies | null;
  /** Where the message was dead-lettered before. */
  readonly deaths: DeathHistory | null;
}

/** Routing keys beyond the one of basic.publish, as byte strings. */
export interface RoutingCopies {
  readonly carbon: readonly string[];
  /** Removed from what consumers see. */
  readonly blind: readonly string[];
}

export const NO_TRAITS: MessageTraits = {
  priority: -1,
  expirationMs: -1,
  copies: null,
  deaths: null,
};

interface StoredTraits {
  readonly p?: number;
  readonly e?: number;
  readonly c?: { readonly carbon: readonly string[]; readonly blind: readonly string[] };
  readonly d?: { readonly deaths: readonly Death[]; readonly first: Death };
}

/** What is to be kept of the traits. */
export function writeTraits(traits: MessageTraits): Buffer {
  const { priority, expirationMs, copies, deaths } = traits;
  const stored: StoredTraits = {
    ...(priority < 0 ? {} : { p: priority }),
    ...(expirationMs < 0 ? {} : { e: expirationMs }),
    ...(copies === null ? {} : { c: copies }),
    ...(deaths === null ? {} : { d: { deaths: deaths.deaths, first: deaths.first } }),
  };
  return Buffer.from(JSON.stringify(stored));
}

/** The octets are what was written: they had a checksum. */
export function readTraits(octets: Buffer): MessageTraits {
  const { p, e, c, d } = JSON.parse(octets.toString()) as StoredTraits;
  return {
    ...NO_TRAITS,
    priority: p ?? -1,
    expirationMs: e ?? -1,
    copies: c ?? null,
    deaths: d === undefined ? null : DeathHistory.of(d.deaths, d.first),
  };
}
