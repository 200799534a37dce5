// The memory watermark as text: a share of the machine's memory (0.6) or an amount (2GB, 512MiB, 1000000).
import { parseAmount } from './amounts.ts';

/** How much memory the broker may take before publishers wait: octets, or a share of the machine's memory. */
export type MemoryWatermark = { readonly octets: number } | { readonly share: number };

/** Null when the text is neither. */
export function parseMemoryWatermark(text: string): MemoryWatermark | null {
  if (/^(?:0?\.\d+|1\.0+)$/u.test(text)) return { share: Number(text) };
  const octets = parseAmount(text);
  return octets === null ? null : { octets };
}
