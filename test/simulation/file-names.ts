// Which name stands for which file: as everybody sees it, and as it is certain to be on the disk.
import { dirname } from 'node:path';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { FileContent, Survival } from './file-content.ts';

/** What one name stood for since its directory was last synced: first what is durable, last what is now; null: nothing. */
type History = Array<FileContent | null>;

export class FileNames {
  readonly #histories = new Map<string, History>();

  get(path: string): FileContent | null {
    return this.#histories.get(path)?.at(-1) ?? null;
  }

  set(path: string, content: FileContent | null): void {
    const history = this.#histories.get(path);
    if (history === undefined) this.#histories.set(path, [null, content]);
    else history.push(content);
  }

  /** Paths of all files, in no order. */
  paths(): string[] {
    return [...this.#histories.keys()].filter((path) => this.get(path) !== null);
  }

  sync(directory: string): void {
    for (const path of this.#histories.keys()) {
      if (dirname(path) !== directory) continue;
      const content = this.get(path);
      if (content === null) this.#histories.delete(path);
      else this.#histories.set(path, [content]);
    }
  }

  /** The names after a crash, with what `contentAfter` makes of the files. */
  survivor(
    contentAfter: (content: FileContent) => FileContent,
    survival: Survival,
    random: SeededRandom,
  ): FileNames {
    const names = new FileNames();
    for (const [path, history] of this.#histories) {
      const state = { nothing: 0, some: random.below(history.length), everything: -1 }[survival];
      const content = history.at(state) ?? null;
      if (content !== null) names.#histories.set(path, [contentAfter(content)]);
    }
    return names;
  }
}
