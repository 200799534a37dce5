/** How many connections and channels users and virtual hosts have open, over all protocols: kept by their front ends. */

export class Usage {
  readonly #connectionsOfUser = new Map<string, number>();
  readonly #connectionsOfVirtualHost = new Map<string, number>();
  readonly #channelsOfUser = new Map<string, number>();

  connectionsOf(user: string): number {
    return this.#connectionsOfUser.get(user) ?? 0;
  }

  connectionsIn(vhost: string): number {
    return this.#connectionsOfVirtualHost.get(vhost) ?? 0;
  }

  channelsOf(user: string): number {
    return this.#channelsOfUser.get(user) ?? 0;
  }

  connectionOpened(user: string, vhost: string): void {
    add(this.#connectionsOfUser, user, 1);
    add(this.#connectionsOfVirtualHost, vhost, 1);
  }

  connectionClosed(user: string, vhost: string): void {
    add(this.#connectionsOfUser, user, -1);
    add(this.#connectionsOfVirtualHost, vhost, -1);
  }

  channelOpened(user: string): void {
    add(this.#channelsOfUser, user, 1);
  }

  /** @param count how many channels, where a connection ends with all of its own */
  channelsClosed(user: string, count: number): void {
    add(this.#channelsOfUser, user, -count);
  }
}

function add(counts: Map<string, number>, name: string, change: number): void {
  const count = (counts.get(name) ?? 0) + change;
  if (count > 0) counts.set(name, count);
  else counts.delete(name);
}
