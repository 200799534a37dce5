// The octets of a file: an array that grows, with zeros where nothing was written.

export class OctetBuffer {
  #octets: Uint8Array;
  #size: number;

  constructor(octets: Uint8Array = new Uint8Array(0)) {
    // Not slice(): that of a Buffer does not copy.
    this.#octets = new Uint8Array(octets);
    this.#size = octets.length;
  }

  get size(): number {
    return this.#size;
  }

  copy(): OctetBuffer {
    return new OctetBuffer(this.#octets.subarray(0, this.#size));
  }

  write(octets: Uint8Array, position: number): void {
    if (octets.length === 0) return;
    this.lengthenTo(position + octets.length);
    this.#octets.set(octets, position);
  }

  /** Returns how many octets there were. */
  read(target: Uint8Array, position: number): number {
    const end = Math.min(position + target.length, this.#size);
    if (position >= end) return 0;
    target.set(this.#octets.subarray(position, end));
    return end - position;
  }

  lengthenTo(size: number): void {
    if (size > this.#size) this.resize(size);
  }

  resize(size: number): void {
    if (size > this.#octets.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#octets.length, 4096));
      larger.set(this.#octets.subarray(0, this.#size));
      this.#octets = larger;
    }
    if (size < this.#size) this.#octets.fill(0, size, this.#size);
    this.#size = size;
  }

  /** Does nothing beyond the end. */
  flipBit(position: number, bit: number): void {
    if (position < this.#size) this.#octets[position]! ^= 1 << bit;
  }
}
