/** Looking whether a text holds any of some words: many times faster, over a whole file, than a regular expression. */
export function holdsAny(text: string, words: readonly string[]): boolean {
  return words.some((word) => text.includes(word));
}
