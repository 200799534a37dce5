/** A time as text (ISO 8601), in UTC with its offset: `2026-01-02T03:04:05.678+00:00`. @param ms - since 1970 */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00');
}
