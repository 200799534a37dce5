/** Answers that may be there at once, and then are used at once: mostly nobody else has to be asked. */

/** An answer that may have to be fetched. */
export type Eventually<T> = T | Promise<T>;

/** Goes on with an answer: at once where it is there. */
export function whenKnown<T, R>(
  answer: Eventually<T>,
  proceed: (value: T) => Eventually<R>,
): Eventually<R> {
  return answer instanceof Promise ? answer.then(proceed) : proceed(answer);
}

/** Whether all say yes; asked one after the other, until one says no. */
export function allAgree<T>(
  items: readonly T[],
  ask: (item: T) => Eventually<boolean>,
  from = 0,
): Eventually<boolean> {
  const item = items[from];
  if (item === undefined) return true;
  if (from === items.length - 1) return ask(item);
  return whenKnown(ask(item), (isAgreed) => isAgreed && allAgree(items, ask, from + 1));
}
