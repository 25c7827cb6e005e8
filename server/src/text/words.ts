/** Where words stand in a text, many times faster than a regular expression finds them. */
export function offsetsOf(text: string, words: readonly string[]): number[] {
  const found: number[] = [];
  for (const word of words) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) found.push(at);
  }
  return found;
}

/** Looking whether a text holds any of some words: many times faster, over a whole file, than a regular expression. */
export function holdsAny(text: string, words: readonly string[]): boolean {
  return words.some((word) => text.includes(word));
}
