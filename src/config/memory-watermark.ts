// The memory watermark as text: a share of the machine's memory (0.6) or an amount (2GB, 512MiB, 1000000).

/** How much memory the broker may take before publishers wait: octets, or a share of the machine's memory. */
export type MemoryWatermark = { readonly octets: number } | { readonly share: number };

/** As RabbitMQ reads them: powers of ten, and of two with an i. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** Null when the text is neither. */
export function parseMemoryWatermark(text: string): MemoryWatermark | null {
  if (/^(?:0?\.\d+|1\.0+)$/u.test(text)) return { share: Number(text) };
  const [, digits = '', prefix = '', i = ''] = /^(\d{1,15})(?:([KMGT]?)(i?)B?)$/iu.exec(text) ?? [];
  const unit = UNITS[prefix === '' ? '' : `${prefix}${i}B`.toUpperCase()];
  if (digits === '' || unit === undefined || (prefix === '' && i !== '')) return null;
  return { octets: Number(digits) * unit };
}
