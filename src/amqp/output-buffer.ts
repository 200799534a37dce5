/**
 * What a connection sends, gathered during a turn and written at once. Blocks come from a pool and are held only while
 * there is something in them, so an idle connection holds none. Large bodies are not copied: they are referenced, and
 * go out between the blocks' parts in one vectored write.
 */
import { WireWriter } from './wire/wire-writer.ts';
import type { FlushParticipant, Turn } from '../broker/turn.ts';
import type { Transport } from './transport.ts';

/** First block of a turn: enough for replies and confirms. */
const SMALL_BLOCK_SIZE = 4096;
/** For deliveries. One write of this size costs little more per octet than any larger one. */
const LARGE_BLOCK_SIZE = 256 * 1024;
/** Blocks of each size kept for reuse. */
const POOLED_BLOCKS_MAX = 64;
const EMPTY = Buffer.alloc(0);

/** Blocks that all connections of a listener share. */
export class BlockPool {
  readonly #small: Buffer[] = [];
  readonly #large: Buffer[] = [];

  /** A block of at least `size` octets. */
  acquire(size: number): Buffer {
    if (size <= SMALL_BLOCK_SIZE) {
      return this.#small.pop() ?? Buffer.allocUnsafeSlow(SMALL_BLOCK_SIZE);
    }
    if (size <= LARGE_BLOCK_SIZE) {
      return this.#large.pop() ?? Buffer.allocUnsafeSlow(LARGE_BLOCK_SIZE);
    }
    return Buffer.allocUnsafeSlow(size);
  }

  /** Gives back a block that nobody reads any more. */
  release(block: Buffer): void {
    if (block.length === LARGE_BLOCK_SIZE && this.#large.length < POOLED_BLOCKS_MAX) {
      this.#large.push(block);
    } else if (block.length === SMALL_BLOCK_SIZE && this.#small.length < POOLED_BLOCKS_MAX) {
      this.#small.push(block);
    }
  }
}

export class OutputBuffer extends WireWriter implements FlushParticipant {
  /** False while the socket is full: deliveries wait. */
  isWritable = true;
  /** Something was sent since this was last set to false. */
  hasSent = false;
  readonly #transport: Transport;
  readonly #pool: BlockPool;
  readonly #turn: Turn;
  readonly #unsentOctetsMax: number;
  #isTouched = false;
  #isInputPaused = false;
  /** Finished parts of the block and references between them, in order. */
  #segments: Uint8Array[] = [];
  /** Where in the block the part begins that is in no segment yet. */
  #segmentStart = 0;
  #referencedLength = 0;

  /** @param unsentOctetsMax octets that the client leaves unread beyond which no more input is read from it */
  constructor(transport: Transport, pool: BlockPool, turn: Turn, unsentOctetsMax: number) {
    super(0);
    this.#transport = transport;
    this.#pool = pool;
    this.#turn = turn;
    this.#unsentOctetsMax = unsentOctetsMax;
  }

  /** Something was written: send it when the turn ends. */
  touch(): void {
    if (this.#isTouched) return;
    this.#isTouched = true;
    this.#turn.joinFlush(this);
  }

  /** Octets to be written by the next flush. */
  get pendingLength(): number {
    return this.length + this.#referencedLength;
  }

  /** Sends `bytes` without copying them: they must not change until they are sent. */
  reference(bytes: Uint8Array): void {
    if (this.length > this.#segmentStart) {
      this.#segments.push(this.buffer.subarray(this.#segmentStart, this.length));
      this.#segmentStart = this.length;
    }
    this.#segments.push(bytes);
    this.#referencedLength += bytes.length;
  }

  /** Sends everything gathered. */
  flush(): void {
    this.#isTouched = false;
    if (this.pendingLength === 0) return;
    this.hasSent = true;
    this.isWritable = this.#write();
    // A client that does not read its answers gets no more of its questions read.
    if (!this.#isInputPaused && this.#transport.writableLength > this.#unsentOctetsMax) {
      this.#isInputPaused = true;
      this.#transport.pause();
    }
  }

  /** The socket has sent what it held. */
  drained(): void {
    this.isWritable = true;
    if (!this.#isInputPaused) return;
    this.#isInputPaused = false;
    this.#transport.resume();
  }

  /** Returns false when the transport is full. */
  #write(): boolean {
    const block = this.buffer;
    const { length } = this;
    const segments = this.#segments;
    if (length > this.#segmentStart) segments.push(block.subarray(this.#segmentStart, length));
    this.buffer = EMPTY;
    this.length = 0;
    this.#segmentStart = 0;
    this.#referencedLength = 0;
    const release = (): void => this.#pool.release(block);
    const transport = this.#transport;
    if (segments.length === 1) {
      const isWritable = transport.write(segments[0]!, release);
      segments.length = 0;
      return isWritable;
    }
    this.#segments = [];
    transport.cork();
    let isWritable = true;
    const last = segments.length - 1;
    for (let i = 0; i < last; i++) transport.write(segments[i]!);
    isWritable = transport.write(segments[last]!, release);
    transport.uncork();
    return isWritable;
  }

  /** Room for `byteCount` more: the first block, or a larger one with what the old one held. */
  protected override grow(byteCount: number): void {
    const old = this.buffer;
    const needed = this.length + byteCount;
    const block = this.#pool.acquire(old.length === 0 ? needed : Math.max(needed, old.length * 2));
    old.copy(block, 0, 0, this.length);
    this.buffer = block;
    // Segments still point into the old block: it is not reused, the garbage collector takes it.
    if (this.#segments.length === 0 && old.length > 0) this.#pool.release(old);
  }
}
