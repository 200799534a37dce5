/** Texts with headings, as rabbitmqctl shows a status. */
import { styleText } from 'node:util';

/** A heading and its lines; where there are none, it says so. */
export function section(title: string, lines: readonly string[]): string {
  const shown = lines.length === 0 ? ['(none)'] : lines;
  return `${styleText('bold', title)}\n\n${shown.join('\n')}`;
}
