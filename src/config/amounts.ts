// Amounts as text: of memory or disk (2GB, 512MiB, 1000000), of octets in cuttlefish's way (128KB), of time (10s, 1h30m).

/** As RabbitMQ reads amounts of memory: a letter alone and letters with an i are powers of two, those with a B of ten. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

/** In octets; null when the text is no amount. */
export function parseAmount(text: string): number | null {
  const [, digits = '', prefix = '', i = '', b = ''] =
    /^(\d{1,15})(?:([KMGT])(i?)(B?))?$/iu.exec(text) ?? [];
  const unit = UNITS[`${prefix}${i === '' ? b : ''}`.toUpperCase()];
  return digits === '' || unit === undefined ? null : Number(digits) * unit;
}

/** Sizes of frames and the like, where every unit is a power of two; null when the text is none. */
export function parseByteSize(text: string): number | null {
  const [, digits = '', prefix = ''] = /^(\d{1,15})(?:([KMG])i?)?B?$/iu.exec(text) ?? [];
  const unit = UNITS[prefix.toUpperCase()];
  return digits === '' || unit === undefined ? null : Number(digits) * unit;
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  f: 1_209_600_000,
};

/** In milliseconds, which a number without a unit is; null when the text is no duration. */
export function parseDuration(text: string): number | null {
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  if (!/^(?:\d{1,12}(?:ms|[smhdwf]))+$/u.test(text)) return null;
  let total = 0;
  for (const [, digits = '', unit = ''] of text.matchAll(/(\d+)(ms|[smhdwf])/gu)) {
    total += Number(digits) * (MILLISECONDS[unit] ?? 0);
  }
  return total;
}
