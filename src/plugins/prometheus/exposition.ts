/** Metrics as text, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats). */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

export class Exposition {
  readonly #lines: string[] = [];

  gauge(name: string, help: string, samples: number | readonly Sample[]): void {
    this.#family(name, help, 'gauge', samples);
  }

  /** Something that only grows; the name ends in `_total`. */
  counter(name: string, help: string, samples: number | readonly Sample[]): void {
    this.#family(name, help, 'counter', samples);
  }

  /** What RabbitMQ gives no type: facts as labels, and flags. */
  untyped(name: string, help: string, labels: Labels, value: number = 1): void {
    this.#family(name, help, 'untyped', [{ labels, value }]);
  }

  /** How often something was, and what it amounts to. */
  summary(
    name: string,
    help: string,
    labels: Labels,
    { count, sum }: { readonly count: number; readonly sum: number },
  ): void {
    this.#head(name, help, 'summary');
    this.#sample(`${name}_count`, labels, count);
    this.#sample(`${name}_sum`, labels, sum);
  }

  /** @param counts of each bucket, not cumulative; one more for what is above the last limit */
  histogram(
    name: string,
    help: string,
    labels: Labels,
    histogram: {
      readonly limits: readonly number[];
      readonly counts: ArrayLike<number>;
      readonly sum: number;
    },
  ): void {
    this.#head(name, help, 'histogram');
    let total = 0;
    for (const [i, limit] of [...histogram.limits, Number.POSITIVE_INFINITY].entries()) {
      total += histogram.counts[i] ?? 0;
      this.#sample(`${name}_bucket`, { ...labels, le: numberText(limit) }, total);
    }
    this.#sample(`${name}_sum`, labels, histogram.sum);
    this.#sample(`${name}_count`, labels, total);
  }

  #family(name: string, help: string, type: string, samples: number | readonly Sample[]): void {
    this.#head(name, help, type);
    if (typeof samples === 'number') this.#sample(name, {}, samples);
    else for (const { labels = {}, value } of samples) this.#sample(name, labels, value);
  }

  #head(name: string, help: string, type: string): void {
    this.#lines.push(`# TYPE ${name} ${type}`, `# HELP ${name} ${escapeHelp(help)}`);
  }

  #sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
    const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
    this.#lines.push(`${name}${braces} ${numberText(value)}`);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return Number.isNaN(value) ? 'NaN' : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
