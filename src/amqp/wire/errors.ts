/**
 * What decoding refuses. Which reply code answers it is not decided here: that is the front end's business. A value
 * that cannot be encoded is a mistake of ours and gives a plain RangeError.
 */

/** Octets that are not what the protocol says should stand here. */
export class WireDecodeError extends Error {}

/** A method frame whose class and method ids no method has. */
export class UnknownMethodError extends Error {
  readonly classId: number;
  readonly methodId: number;

  /** @param id class id in the upper 16 bits, method id in the lower */
  constructor(id: number) {
    super(`unknown method: class ${id >>> 16}, method ${id & 0xffff}`);
    this.classId = id >>> 16;
    this.methodId = id & 0xffff;
  }
}
