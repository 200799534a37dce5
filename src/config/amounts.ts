// Amounts of memory or disk as text: 2GB, 512MiB, 1000000.

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

/** In octets; null when the text is no amount. */
export function parseAmount(text: string): number | null {
  const [, digits = '', prefix = '', i = ''] = /^(\d{1,15})(?:([KMGT]?)(i?)B?)$/iu.exec(text) ?? [];
  const unit = UNITS[prefix === '' ? '' : `${prefix}${i}B`.toUpperCase()];
  if (digits === '' || unit === undefined || (prefix === '' && i !== '')) return null;
  return Number(digits) * unit;
}
