/**
 * Copies pages out of segment files that few pages are alive in, so that the files can go: one message that nobody
 * fetches does not keep 64 MiB.
 */
import type { JournalParts } from './journal-parts.ts';
import type { Segment, SegmentPage } from './segments.ts';

/** A file is copied when less than this share of it is alive. */
const SPARSE_SHARE = 0.25;

interface Copy {
  readonly page: SegmentPage;
  readonly target: Segment;
  readonly offset: number;
}

export class Compaction {
  readonly #journal: JournalParts;
  #isBusy = false;

  constructor(journal: JournalParts) {
    this.#journal = journal;
  }

  /** Looks whether a file is worth it; copies one at a time. */
  look(): void {
    if (this.#isBusy) return;
    for (const segment of this.#journal.segments) {
      if (this.#isSparse(segment)) {
        this.#copy(segment);
        return;
      }
    }
  }

  #isSparse(segment: Segment): boolean {
    if (this.#journal.segments.isCurrent(segment) || segment.isLeaving) return false;
    return segment.liveOctets > 0 && segment.liveOctets < segment.size * SPARSE_SHARE;
  }

  /** Page by page; each stays readable where it is until its copy is durable. */
  #copy(segment: Segment): void {
    this.#isBusy = true;
    const pages = [...segment.pages].filter((page) => !page.isDead);
    let remaining = pages.length;
    const copies: Copy[] = [];
    const { segments } = this.#journal;
    for (const page of pages) {
      segments.append(page.withHeader(), (error, target, offset) => {
        if (error === null && target !== null) {
          // Until the page has moved nothing else says that the file is of use.
          segments.hold(target);
          copies.push({ page, target, offset });
        }
        if (--remaining > 0) return;
        // A place is durable only when all before it is: also what others were writing there.
        segments.afterPending(() => this.#sync(copies));
      });
    }
  }

  #sync(copies: readonly Copy[]): void {
    const { segments, wal } = this.#journal;
    segments.sync((error, place) => {
      this.#isBusy = false;
      if (error === null) {
        this.#journal.pagesSynced(place);
        // The pages are told of at their new places before the old file, with its pages, can go.
        for (const { page, target, offset } of copies) page.moveTo(target, offset);
      }
      for (const { target } of copies) segments.release(target);
      wal.commit();
    });
  }
}
