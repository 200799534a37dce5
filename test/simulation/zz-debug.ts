import { liveThrough } from './journal-lives.ts';
import { readWalFile } from '../../src/store/local/wal-reader.ts';
import { readPageHeader } from '../../src/store/local/page-header.ts';
import { AT } from '../../src/store/local/record.ts';
const NAMES = ['', 'ENQUEUE', 'SETTLE', 'DELIVERED', 'NOTE', 'PAGE_LIVE', 'SYNCED', 'COMMIT'];
const [from = 1, to = from] = process.argv.slice(2, 4).map(Number);
const q = process.argv[4];
const counts = new Map<string, number[]>();
for (let seed = from; seed <= to; seed++) {
  try {
    await liveThrough(seed, 0, (disk, crash) => {
      if (from !== to) return;
      console.log('==== next crashes at', crash);
      try {
        for (const name of disk.list('/data/segments')) {
          const file = disk.open(`/data/segments/${name}`, 'existing');
          const octets = Buffer.alloc(file.size());
          file.readSync(octets, 0);
          console.log(name, file.size());
          for (let at = 64; at + 64 <= octets.length; ) {
            const header = readPageHeader(octets, at);
            if (header === null) {
              console.log('  no header at', at);
              break;
            }
            if (q === undefined || header.queueId === Number(q))
              console.log(
                '  page',
                at,
                header.queueId,
                header.lane,
                header.first,
                header.end,
                'kept',
                header.keptCount,
              );
            at += 64 + header.payloadLength;
          }
          file.close();
        }
        for (const name of disk.list('/data/journal')) {
          const file = disk.open(`/data/journal/${name}`, 'existing');
          console.log(name, file.size());
          const c = readWalFile(file, (r, committed) => {
            if (q !== undefined && r.queueId !== Number(q) && r.type !== 6) return;
            console.log(
              '  ',
              r.at,
              NAMES[r.type],
              'q',
              r.queueId,
              r.lane,
              'pos',
              r.position,
              r.type === 2 ? `count ${r.number(AT.count)}` : '',
              r.type === 6 || r.type === 5
                ? `seg ${r.number(AT.segment)} ${r.number(AT.offset)}`
                : '',
              r.type === 1 ? r.octets.toString('latin1', r.at + 70, r.at + 100) : '',
              committed ? '' : 'uncommitted',
            );
          });
          console.log('  ', c);
          file.close();
        }
      } catch (e) {
        console.log(e);
      }
    });
  } catch (error) {
    if (from === to) {
      console.log(error);
      continue;
    }
    const key = String(error)
      .split('\n')
      .slice(0, 4)
      .join(' ')
      .replaceAll(/([a-z])\1{2,}/g, '')
      .replaceAll(/\d+/g, 'N')
      .replaceAll(/(quorum|priority|classic)-?N?/g, 'Q')
      .slice(0, 170);
    const list = counts.get(key) ?? [];
    list.push(seed);
    counts.set(key, list);
  }
}
for (const [key, seeds] of counts) console.log(seeds.length, key, seeds.slice(0, 5));
