// Waiting for what a broker does in its own time.

const WAIT_MS = 10_000;
const PAUSE_MS = 5;

/** Asks until the answer is what is wanted. @throws Error when that takes too long */
export async function eventually(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  waitMs: number = WAIT_MS,
): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, PAUSE_MS);
    });
  }
}
