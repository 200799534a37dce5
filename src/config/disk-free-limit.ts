// The limit of free disk space as text: a multiple of the machine's memory (1.5) or an amount (2GB, 512MiB, 50000000).
import { parseAmount } from './amounts.ts';

/** How much disk space must be free, or publishers wait: octets, or a multiple of the machine's memory. */
export type DiskFreeLimit = { readonly octets: number } | { readonly share: number };

/** Null when the text is neither. */
export function parseDiskFreeLimit(text: string): DiskFreeLimit | null {
  if (/^\d{0,3}\.\d{1,15}$/u.test(text)) return { share: Number(text) };
  const octets = parseAmount(text);
  return octets === null ? null : { octets };
}
