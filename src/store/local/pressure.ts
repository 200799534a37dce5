/** Whether more is to be written than should be: by the log, as pages, or both. Publishers wait for as long as it is. */

export type PressureSource = 'log' | 'pages';

export class Pressure {
  readonly #high = new Set<PressureSource>();
  readonly #onChange: (isHigh: boolean) => void;

  constructor(onChange: (isHigh: boolean) => void) {
    this.#onChange = onChange;
  }

  set(source: PressureSource, isHigh: boolean): void {
    const wasHigh = this.#high.size > 0;
    if (isHigh) this.#high.add(source);
    else this.#high.delete(source);
    if (wasHigh !== this.#high.size > 0) this.#onChange(!wasHigh);
  }
}
