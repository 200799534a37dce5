/** Rows as they are written, form by form. Rows come one after the other and are written as they come. */
import { styleText } from 'node:util';
import { textOf } from './text-of.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Texts to write, a line or more each. */
export type Lines = AsyncGenerator<string>;

interface Table {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<Row> | Iterable<Row>;
  readonly hasHeader: boolean;
}

/** Widths of columns are those of the first rows: memory is bounded, and the first screens are tidy. */
const MEASURED_ROWS = 1000;

/** Between aligned columns. */
const GAP = '   ';

/** As rabbitmqctl writes into files and pipes; without rows no header either. */
export async function* tabSeparated({ columns, rows, hasHeader }: Table): Lines {
  let isFirst = hasHeader;
  for await (const row of rows) {
    if (isFirst) yield `${columns.join('\t')}\n`;
    isFirst = false;
    yield `${cellsOf(row, columns).join('\t')}\n`;
  }
}

export async function* commaSeparated({ columns, rows, hasHeader }: Table): Lines {
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
  if (hasHeader) yield line(columns);
  for await (const row of rows) yield line(cellsOf(row, columns));
}

/** An array with a row a line, readable while it is written. What is missing is an empty text, as with rabbitmqctl. */
export async function* jsonArray({ columns, rows }: Table): Lines {
  yield '[\n';
  let separator = '';
  for await (const row of rows) {
    const shown = Object.fromEntries(columns.map((column) => [column, row[column] ?? '']));
    yield `${separator}${JSON.stringify(shown)}\n`;
    separator = ',';
  }
  yield ']\n';
}

/** For the eye: columns in line, numbers to the right. */
export async function* aligned(table: Table): Lines {
  for await (const block of measuredBlocks(table)) {
    const { widths, isNumeric } = block;
    const line = (cells: readonly string[]): string =>
      cells
        .map((cell, index) => pad(cell, widths[index] ?? 0, isNumeric[index] === true))
        .join(GAP)
        .trimEnd();
    if (block.isFirst && table.hasHeader) yield `${styleText('bold', line(table.columns))}\n`;
    yield `${block.rows.map(line).join('\n')}\n`;
  }
}

/** In a frame. */
export async function* framed(table: Table): Lines {
  let widths: readonly number[] = [];
  const rule = (left: string, cross: string, right: string): string =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(cross)}${right}\n`;
  const line = (cells: readonly string[]): string =>
    `│${cells.map((cell, index) => ` ${pad(cell, widths[index] ?? 0, false)} `).join('│')}│\n`;
  let isEmpty = true;
  for await (const block of measuredBlocks(table)) {
    widths = block.widths;
    if (block.isFirst) yield rule('┌', '┬', '┐');
    if (block.isFirst && table.hasHeader) yield line(table.columns) + rule('├', '┼', '┤');
    isEmpty = false;
    yield block.rows.map(line).join('');
  }
  if (!isEmpty) yield rule('└', '┴', '┘');
}

interface Block {
  readonly rows: ReadonlyArray<readonly string[]>;
  readonly widths: readonly number[];
  readonly isNumeric: readonly boolean[];
  readonly isFirst: boolean;
}

async function* measuredBlocks({ columns, rows, hasHeader }: Table): AsyncGenerator<Block> {
  let waiting: Array<readonly string[]> = [];
  let first: Block | null = null;
  const block = (): Block => {
    const measured = first ?? measure(waiting, columns, hasHeader);
    const made = { ...measured, rows: waiting, isFirst: first === null };
    first ??= made;
    waiting = [];
    return made;
  };
  for await (const row of rows) {
    waiting.push(cellsOf(row, columns));
    if (waiting.length === MEASURED_ROWS) yield block();
  }
  if (waiting.length > 0) yield block();
}

function measure(
  rows: ReadonlyArray<readonly string[]>,
  columns: readonly string[],
  hasHeader: boolean,
): Block {
  const headed = hasHeader ? [columns, ...rows] : rows;
  const widths = columns.map((_, index) =>
    headed.reduce((widest, cells) => Math.max(widest, widthOf(cells[index] ?? '')), 0),
  );
  const isNumeric = columns.map((_, index) =>
    rows.every((cells) => /^[\d.]*$/u.test(cells[index] ?? '')),
  );
  return { rows, widths, isNumeric, isFirst: true };
}

function cellsOf(row: Row, columns: readonly string[]): readonly string[] {
  return columns.map((column) => textOf(row[column]));
}

function pad(cell: string, width: number, isNumeric: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(cell)));
  return isNumeric ? blanks + cell : cell + blanks;
}

/** Characters, not code units. */
function widthOf(text: string): number {
  let width = 0;
  for (const _ of text) width += 1;
  return width;
}
