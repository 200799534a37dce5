/** What clients of a virtual host have counted that are gone: with those that are there it makes the sums. */
import { ChannelCounters } from './counters.ts';

/** What has gone over a connection, in octets. */
interface Octets {
  readonly receivedOctets: number;
  readonly sentOctets: number;
}

export class EndedClients {
  readonly channels: ChannelCounters = new ChannelCounters();
  receivedOctets = 0;
  sentOctets = 0;

  addChannel(counters: Readonly<ChannelCounters>): void {
    const sums = this.channels;
    for (const name of Object.keys(sums) as (keyof ChannelCounters)[]) sums[name] += counters[name];
  }

  addConnection({ receivedOctets, sentOctets }: Octets): void {
    this.receivedOctets += receivedOctets;
    this.sentOctets += sentOctets;
  }
}
