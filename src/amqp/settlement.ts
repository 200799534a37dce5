/** How a delivery ends. */
export const ACKNOWLEDGE = 0;
export const REJECT = 1;
/** Handed back. */
export const REQUEUE = 2;
/** Handed back because it could not be dealt with: queues that count failures count this one. */
export const REQUEUE_FAILED = 3;
export type Settlement =
  | typeof ACKNOWLEDGE
  | typeof REJECT
  | typeof REQUEUE
  | typeof REQUEUE_FAILED;
