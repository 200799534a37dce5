// A plot as SVG: lines over a logarithmic axis. Scales, ticks and paths are d3's; the rest is text.
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 320;
const MARGIN = { top: 40, right: 170, bottom: 48, left: 64 };
/** Told apart by people who see no difference between red and green, on white and on black. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7'];
const LABEL_GAP = 15;
const GREY = '#808080';

export function plotToSvg({ title, xLabel, yLabel, series }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const x = scaleLog()
    .domain([Math.min(...points.map(([at]) => at)), Math.max(...points.map(([at]) => at))])
    .range([MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear()
    .domain([0, Math.max(...points.map(([, value]) => value)) * 1.05])
    .nice()
    .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
  const path = line<readonly [number, number]>(
    ([at]) => x(at),
    ([, value]) => y(value),
  );
  const [left, right] = x.range() as [number, number];
  const [bottom] = y.range() as [number, number];
  const parts = [
    text(WIDTH / 2, 20, title, 'middle', 15),
    text((left + right) / 2, HEIGHT - 8, xLabel, 'middle'),
    `<text transform="translate(14 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>`,
  ];
  for (const tick of y.ticks(5)) {
    parts.push(`<path d="M${left} ${y(tick)}H${right}" stroke="${GREY}" stroke-opacity=".3"/>`);
    parts.push(text(left - 8, y(tick) + 4, grouped(tick), 'end'));
  }
  for (const tick of x.ticks().filter((value) => Number.isInteger(Math.log10(value)))) {
    parts.push(text(x(tick), bottom + 18, grouped(tick), 'middle'));
  }
  const labels = apart(series.map((one) => y(one.points.at(-1)![1])));
  for (const [i, { name, points: own }] of series.entries()) {
    const colour = COLOURS[i % COLOURS.length]!;
    parts.push(
      `<path d="${path([...own]) ?? ''}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    );
    for (const [at, value] of own) {
      parts.push(`<circle cx="${x(at)}" cy="${y(value)}" r="3" fill="${colour}"/>`);
    }
    parts.push(text(right + 10, labels[i]! + 4, name, 'start', 12, colour));
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" ` +
    `fill="${GREY}">\n${parts.join('\n')}\n</svg>\n`
  );
}

/** The same places, so far apart that labels there can be read. */
function apart(places: readonly number[]): readonly number[] {
  const moved = [...places];
  const downwards = [...places.keys()].sort((a, b) => places[a]! - places[b]!);
  for (const [i, index] of downwards.entries()) {
    const above = downwards[i - 1];
    if (above !== undefined) moved[index] = Math.max(moved[index]!, moved[above]! + LABEL_GAP);
  }
  return moved;
}

function text(
  x: number,
  y: number,
  content: string,
  anchor: 'start' | 'middle' | 'end',
  size = 12,
  colour: string = GREY,
): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="${colour}">${content}</text>`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
