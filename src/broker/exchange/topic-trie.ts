/**
 * A trie of binding keys, a level for each word, so that matching costs by the words of the routing key and not by the
 * number of bindings.
 *
 *   a.*.c      a -> * -> c       A key walks along the node of its next word and along `*`; at `#` it may
 *   a.#        a -> #            go on behind any number of its words.
 */

class TrieNode<T> {
  readonly children = new Map<string, TrieNode<T>>();
  readonly values = new Set<T>();

  get isEmpty(): boolean {
    return this.values.size === 0 && this.children.size === 0;
  }
}

/** The words of a key; none for the empty key. `a..b` has an empty word in the middle. */
export function splitWords(key: string): readonly string[] {
  return key === '' ? [] : key.split('.');
}

export class TopicTrie<T> {
  readonly #root = new TrieNode<T>();

  add(bindingKey: string, value: T): void {
    let node = this.#root;
    for (const word of splitWords(bindingKey)) {
      let child = node.children.get(word);
      if (child === undefined) {
        child = new TrieNode();
        node.children.set(word, child);
      }
      node = child;
    }
    node.values.add(value);
  }

  /** Removes a value added with this key, and the nodes that nothing needs any more. */
  remove(bindingKey: string, value: T): void {
    const words = splitWords(bindingKey);
    const path = [this.#root];
    for (const word of words) {
      const child = path.at(-1)?.children.get(word);
      if (child === undefined) return;
      path.push(child);
    }
    path.at(-1)?.values.delete(value);
    for (let depth = words.length; depth > 0 && path[depth]?.isEmpty === true; depth--) {
      path[depth - 1]?.children.delete(words[depth - 1] ?? '');
    }
  }

  /** Calls `found` with the values of each binding key that matches. The same values may be found twice. */
  match(routingKey: string, found: (values: ReadonlySet<T>) => void): void {
    walk(this.#root, splitWords(routingKey), 0, found);
  }
}

/** With two `#` in a key at most, the walk is at most quadratic in the number of words. */
function walk<T>(
  node: TrieNode<T>,
  words: readonly string[],
  depth: number,
  found: (values: ReadonlySet<T>) => void,
): void {
  const many = node.children.get('#');
  if (many !== undefined) {
    for (let next = depth; next <= words.length; next++) walk(many, words, next, found);
  }
  const word = words[depth];
  if (word === undefined) {
    if (node.values.size > 0) found(node.values);
    return;
  }
  const exact = node.children.get(word);
  // A routing key may contain the words `*` and `#` themselves: they are walked as wildcards already.
  if (exact !== undefined && word !== '#' && word !== '*') walk(exact, words, depth + 1, found);
  const one = node.children.get('*');
  if (one !== undefined) walk(one, words, depth + 1, found);
}
