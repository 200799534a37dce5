/** What the server of the HTTP back end says: `allow`, `allow` with tags, `deny`, or `deny` with a reason. */
import { escapeUnprintable } from '../../runtime/printable.ts';

export type HttpDecision =
  | { readonly is: 'allow'; readonly tags: readonly string[] }
  /** The reason is empty where there is none. */
  | { readonly is: 'deny'; readonly reason: string };

/** Longer ones are cut off, in characters. */
const REASON_MAX = 200;

/** Null for anything else. Tags become lower case, as in RabbitMQ. */
export function readDecision(text: string): HttpDecision | null {
  const [, word = '', rest = ''] = /^\s*(allow|deny)(?:\s+(\S.*))?$/isu.exec(text.trimEnd()) ?? [];
  switch (word.toLowerCase()) {
    case 'allow':
      return { is: 'allow', tags: rest.toLowerCase().split(/\s+/u).filter(Boolean) };
    case 'deny':
      return { is: 'deny', reason: escapeUnprintable(rest.slice(0, REASON_MAX)) };
    default:
      return null;
  }
}
