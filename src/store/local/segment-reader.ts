/** Finds the pages in segment files at the start. Their messages are read later, when somebody wants them. */
import type { DiskFile } from '../../runtime/disk.ts';
import { checkFileHeader, fileName, fileNumbers, FILE_HEADER_SIZE } from './file-header.ts';
import { Hole } from './hole.ts';
import type { JournalParts } from './journal-parts.ts';
import { PAGE_HEADER_SIZE, readPageHeader, type PageHeader } from './page-header.ts';
import { Segment, type SegmentPlace } from './segments.ts';
import { StoredPage } from './stored-page.ts';

/** Octets looked at together when a page header is missing and the next one is searched. */
const SEARCH_OCTETS = 256 * 1024;

/** What the write-ahead log tells of segment files. */
interface ToldSegments {
  /** All before this place is durable. */
  readonly synced: SegmentPlace;
  /** Numbers of files that are of no use, and need not be whole. */
  readonly dropped: readonly number[];
  /** Where writes failed. */
  readonly holes: readonly SegmentPlace[];
}

/**
 * Takes over the segment files. Pages that may not be complete are left out: the write-ahead log has their messages.
 *
 * @throws FileHeaderError, DiskError
 */
export function adoptSegments(journal: JournalParts, told: ToldSegments): void {
  const { disk, segmentDirectory } = journal.options;
  const { synced } = told;
  const dropped = new Set(told.dropped);
  let isAnyRemoved = false;
  for (const number of fileNumbers(disk.list(segmentDirectory), 'seg')) {
    const path = `${segmentDirectory}/${fileName(number, 'seg')}`;
    const isWritten =
      number < synced.segment || (number === synced.segment && synced.offset > FILE_HEADER_SIZE);
    if (!isWritten || dropped.has(number)) {
      disk.remove(path);
      isAnyRemoved = true;
      journal.segments.skipNumber(number);
      continue;
    }
    const segment = adoptFile(journal, number, disk.open(path, 'existing'), synced);
    const offsets = told.holes.filter((hole) => hole.segment === number).map((hole) => hole.offset);
    const holes = new Set(offsets);
    for (const offset of holes) segment.holes.push(new Hole(segment, offset));
    adoptPages(journal, segment, holes);
    journal.segments.pageDied(segment);
  }
  // A number is not used twice: what the log tells of a file that is gone would be taken for true of the other.
  for (const { segment } of [synced, ...told.holes]) journal.segments.skipNumber(segment);
  for (const number of dropped) journal.segments.skipNumber(number);
  // Before anything tells that files of these numbers are durable.
  if (isAnyRemoved) disk.syncDirectory(segmentDirectory);
}

function adoptFile(
  journal: JournalParts,
  number: number,
  file: DiskFile,
  synced: SegmentPlace,
): Segment {
  const segment = new Segment(number, file);
  segment.size = file.size();
  journal.segments.adopt(segment);
  if (number === synced.segment && segment.size > synced.offset) {
    // Else the next start, for which this file is durable as a whole, would take what is there for pages.
    file.truncate(synced.offset);
    segment.size = synced.offset;
    journal.segments.hasChanged(segment);
  }
  return segment;
}

/** @param holes offsets at which writes failed */
function adoptPages(journal: JournalParts, segment: Segment, holes: ReadonlySet<number>): void {
  const { file, size } = segment;
  const head = Buffer.alloc(FILE_HEADER_SIZE);
  file.readSync(head, 0);
  // The header is written together with the first page: there may be neither.
  const isBegun = size > FILE_HEADER_SIZE && !holes.has(FILE_HEADER_SIZE);
  if (!checkFileHeader(head, 'S', file.path) && isBegun) {
    journal.log.error('the header of a segment is damaged', { file: file.path });
  }
  const octets = Buffer.allocUnsafeSlow(PAGE_HEADER_SIZE);
  let offset = FILE_HEADER_SIZE;
  while (offset + PAGE_HEADER_SIZE <= size) {
    octets.fill(0);
    file.readSync(octets, offset);
    const header = readPageHeader(octets, 0);
    const end = offset + PAGE_HEADER_SIZE + (header?.payloadLength ?? 0);
    if (header !== null && end <= size) {
      if (!holes.has(offset)) adoptPage(journal, segment, offset, header);
      offset = end;
      continue;
    }
    const next = findPage(file, offset + 8, size);
    if (!holes.has(offset)) {
      journal.log.error('a segment is damaged: what these octets held is lost', {
        file: file.path,
        octets: next - offset,
      });
    }
    offset = next;
  }
}

function adoptPage(
  journal: JournalParts,
  segment: Segment,
  offset: number,
  header: PageHeader,
): void {
  const log = journal.logOf(header.queueId, header.lane);
  const page = new StoredPage(log, header, { segment, offset }, true);
  // A page that was copied elsewhere is there twice when the process died meanwhile: the copy counts.
  for (;;) {
    const earlier = log.pageOverlapping(page);
    if (earlier === undefined) break;
    earlier.replaced();
  }
  log.adopt(page);
  if (header.keptCount < header.end - header.first) page.findLive();
}

/** The next page header; the end when there is none. */
function findPage(file: DiskFile, from: number, end: number): number {
  const octets = Buffer.allocUnsafeSlow(SEARCH_OCTETS);
  for (let start = from; start < end; start += SEARCH_OCTETS - PAGE_HEADER_SIZE) {
    const count = Math.min(file.readSync(octets, start), end - start);
    for (let at = 0; at + PAGE_HEADER_SIZE <= count; at += 8) {
      if (readPageHeader(octets.subarray(0, count), at) !== null) return start + at;
    }
  }
  return end;
}
