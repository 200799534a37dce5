/**
 * What a connection sends, gathered during a turn and written at once. Blocks come from a pool and are held only while
 * there is something in them, so an idle connection holds none. Large bodies are not copied: they are referenced, and
 * go out between the blocks' parts in one vectored write.
 */
import { viewOf } from '../runtime/copy-octets.ts';
import { WireWriter } from './wire/wire-writer.ts';
import type { FlushParticipant, Turn } from '../broker/turn.ts';
import { UNSENT_OUTPUT, type InputGate } from './input-gate.ts';
import { Traffic } from './traffic.ts';
import type { Transport } from './transport.ts';

/** First block of a turn: enough for replies and confirms. */
const SMALL_BLOCK_SIZE = 4096;
/** For deliveries. One write of this size costs little more per octet than any larger one. */
const LARGE_BLOCK_SIZE = 256 * 1024;
/** Blocks of each size kept for reuse. */
const POOLED_BLOCKS_MAX = 64;

/** A piece of memory to write into, with a view for copying by words. */
interface Block {
  readonly buffer: Buffer;
  readonly view: DataView;
}

function allocate(size: number): Block {
  const buffer = Buffer.allocUnsafeSlow(size);
  return { buffer, view: viewOf(buffer) };
}

const NO_BLOCK: Block = allocate(0);

/** Blocks that all connections of a listener share. */
export class BlockPool {
  readonly #small: Block[] = [];
  readonly #large: Block[] = [];

  /** A block of at least `size` octets. */
  acquire(size: number): Block {
    if (size <= SMALL_BLOCK_SIZE) {
      return this.#small.pop() ?? allocate(SMALL_BLOCK_SIZE);
    }
    if (size <= LARGE_BLOCK_SIZE) {
      return this.#large.pop() ?? allocate(LARGE_BLOCK_SIZE);
    }
    return allocate(size);
  }

  /** Gives back a block that nobody reads any more. */
  release(block: Block): void {
    const { length } = block.buffer;
    if (length === LARGE_BLOCK_SIZE && this.#large.length < POOLED_BLOCKS_MAX) {
      this.#large.push(block);
    } else if (length === SMALL_BLOCK_SIZE && this.#small.length < POOLED_BLOCKS_MAX) {
      this.#small.push(block);
    }
  }

  /** Nothing happens: forgets the large blocks. False when there was none. */
  rest(): boolean {
    return this.#large.splice(0).length > 0;
  }
}

export class OutputBuffer extends WireWriter implements FlushParticipant {
  /** False while the socket is full: deliveries wait. */
  isWritable = true;
  /** Something was sent since this was last set to false. */
  hasSent = false;
  /** What the connection receives is counted here too. */
  readonly traffic: Traffic = new Traffic();
  readonly #transport: Transport;
  readonly #gate: InputGate;
  readonly #pool: BlockPool;
  readonly #turn: Turn;
  readonly #unsentOctetsMax: number;
  #block: Block = NO_BLOCK;
  #isTouched = false;
  /** Finished parts of the block and references between them, in order. */
  #segments: Uint8Array[] = [];
  /** Where in the block the part begins that is in no segment yet. */
  #segmentStart = 0;
  #referencedLength = 0;
  #isHeld = false;
  /** Whether the socket could take more, as long as nothing is sent. */
  #wasWritable = true;

  /** @param unsentOctetsMax octets that the client leaves unread beyond which no more input is read from it */
  constructor(
    transport: Transport,
    gate: InputGate,
    pool: BlockPool,
    turn: Turn,
    unsentOctetsMax: number,
  ) {
    super(0);
    this.#transport = transport;
    this.#gate = gate;
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

  /** A view of all of `buffer`. */
  get view(): DataView {
    return this.#block.view;
  }

  /** Octets to be written by the next flush. */
  get pendingLength(): number {
    return this.length + this.#referencedLength;
  }

  /** Octets that were written here and that the client has not taken yet. */
  get unsentOctets(): number {
    return this.pendingLength + this.#transport.writableLength;
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

  /** What is written from now on stays here. Deliveries wait. */
  hold(): void {
    if (this.#isHeld) return;
    this.flush();
    this.#isHeld = true;
    this.#wasWritable = this.isWritable;
    this.isWritable = false;
  }

  /** Ends `hold`, and sends what was written meanwhile. */
  release(): void {
    this.#isHeld = false;
    this.isWritable = this.#wasWritable;
    this.flush();
  }

  /** Forgets what was written since `hold`. */
  discard(): void {
    this.length = 0;
    this.#segmentStart = 0;
    this.#segments = [];
    this.#referencedLength = 0;
  }

  /** Sends a whole frame whose place among the others does not matter. */
  sendAtOnce(frame: Uint8Array): void {
    this.hasSent = true;
    if (this.#isHeld) this.#transport.write(frame);
    else {
      this.bytes(frame);
      this.flush();
    }
  }

  /** Sends everything gathered. */
  flush(): void {
    this.#isTouched = false;
    if (this.pendingLength === 0 || this.#isHeld) return;
    this.hasSent = true;
    this.isWritable = this.#write();
    // A client that does not read its answers gets no more of its questions read.
    if (this.#transport.writableLength > this.#unsentOctetsMax) this.#gate.close(UNSENT_OUTPUT);
  }

  /** The socket has sent what it held. */
  drained(): void {
    if (this.#isHeld) this.#wasWritable = true;
    else this.isWritable = true;
    this.#gate.open(UNSENT_OUTPUT);
  }

  /** Returns false when the transport is full. */
  #write(): boolean {
    const block = this.#block;
    const { length } = this;
    const segments = this.#segments;
    this.traffic.sentOctets += this.pendingLength;
    this.traffic.sentCount++;
    if (length > this.#segmentStart) {
      segments.push(block.buffer.subarray(this.#segmentStart, length));
    }
    this.#block = NO_BLOCK;
    this.buffer = NO_BLOCK.buffer;
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
    const old = this.#block;
    const needed = this.length + byteCount;
    const doubled = old.buffer.length * 2;
    const block = this.#pool.acquire(Math.max(needed, doubled));
    old.buffer.copy(block.buffer, 0, 0, this.length);
    this.#block = block;
    this.buffer = block.buffer;
    // Segments still point into the old block: it is not reused, the garbage collector takes it.
    if (this.#segments.length === 0) this.#pool.release(old);
  }
}
