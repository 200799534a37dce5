/**
 * Copies pages out of segment files that few pages are alive in, so that the files can go: one message that nobody
 * fetches does not keep 64 MiB.
 */
import type { JournalParts } from './journal-parts.ts';
import type { Segment, SegmentPage, SegmentPlace } from './segments.ts';

/** A file is copied when less than this share of it is alive. */
const SPARSE_SHARE = 0.25;

interface Copy {
  readonly page: SegmentPage;
  readonly target: Segment;
  readonly offset: number;
}

export class Compaction {
  readonly #journal: JournalParts;
  /** Written, and not yet durable. */
  #copies: Copy[] = [];
  readonly #unreadable = new WeakSet<Segment>();
  #isBusy = false;
  #isClosed = false;
  #whenIdle: (() => void)[] = [];

  constructor(journal: JournalParts) {
    this.#journal = journal;
  }

  /** Looks whether a file is worth it; copies one at a time. */
  look(): void {
    if (this.#isBusy || this.#isClosed) return;
    for (const segment of this.#journal.segments) {
      if (this.#isSparse(segment)) {
        this.#copy(segment);
        return;
      }
    }
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isBusy) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    for (const { target } of this.#copies.splice(0)) this.#journal.segments.release(target);
  }

  #isSparse(segment: Segment): boolean {
    if (this.#journal.segments.isCurrent(segment) || segment.isLeaving) return false;
    if (this.#unreadable.has(segment)) return false;
    return segment.liveOctets > 0 && segment.liveOctets < segment.size * SPARSE_SHARE;
  }

  /** Page by page; each stays readable where it is until its copy is durable. */
  #copy(segment: Segment): void {
    const pages = this.#livePages(segment);
    let remaining = pages.length;
    if (remaining === 0) return;
    this.#isBusy = true;
    const { segments } = this.#journal;
    for (const { page, octets } of pages) {
      segments.append(octets, (error, target, offset) => {
        if (error === null && target !== null) {
          // Until the page has moved nothing else says that the file is of use.
          segments.hold(target);
          this.#copies.push({ page, target, offset });
        }
        // A place is durable only when all before it is: also what others were writing there.
        if (--remaining === 0) segments.afterPending(() => this.#sync());
      });
    }
  }

  /** None when the disk refuses to give one. */
  #livePages(segment: Segment): { readonly page: SegmentPage; readonly octets: Buffer }[] {
    try {
      return [...segment.pages]
        .filter((page) => !page.isDead)
        .map((page) => ({ page, octets: page.withHeader() }));
    } catch (error) {
      this.#journal.log.warn('a segment cannot be read: it stays as it is', { error });
      this.#unreadable.add(segment);
      return [];
    }
  }

  #sync(): void {
    this.#journal.segments.sync((error, place) => {
      if (error === null) this.#journal.pagesSynced(place);
      this.#journal.wal.commit();
      this.#ended();
    });
  }

  /** Whoever asked for it, everything before this place is durable: pages that were copied are read there. */
  synced(place: SegmentPlace): void {
    if (this.#copies.length === 0) return;
    const copies = this.#copies;
    this.#copies = copies.filter(({ target, offset }) => !isBefore(target, offset, place));
    for (const { page, target, offset } of copies) {
      if (!isBefore(target, offset, place)) continue;
      page.moveTo(target, offset);
      this.#journal.segments.release(target);
    }
  }

  #ended(): void {
    this.#isBusy = false;
    const idle = this.#whenIdle;
    this.#whenIdle = [];
    for (const callback of idle) callback();
  }
}

function isBefore({ number }: Segment, offset: number, place: SegmentPlace): boolean {
  return number < place.segment || (number === place.segment && offset < place.offset);
}
