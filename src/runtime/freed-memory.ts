/**
 * Memory that was freed, and that the C library keeps. Buffers lie in its heap, and it gives the free end of that back to the
 * system only when it is larger than a threshold. glibc sets the threshold to twice the largest block below 32 MiB that lay
 * outside of the heap and was freed: to 32 MiB, once a password was hashed with scrypt. That is good for a busy broker, which
 * takes what it has freed again. With another C library, nothing of this matters, and nothing happens.
 */

/** Blocks that lie in the heap, and together are more than what is kept. */
const BLOCK_OCTETS = 15 * 1024 * 1024;
const BLOCKS = 3;

/**
 * Lets what is kept be given back in the next collection: until then, the free end of the heap is larger than the threshold.
 * Takes no memory: it is never written to.
 */
export function giveFreedMemoryBack(): void {
  for (let i = 0; i < BLOCKS; i++) Buffer.allocUnsafeSlow(BLOCK_OCTETS);
}
