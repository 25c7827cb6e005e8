/** Answers about parts of a file, kept while the file is looked at. */

const all: Kept<object, unknown>[] = [];

/**
 * Keeps an answer for each part of a file (a task, a script, a module) for those who ask again, until {@link forget}.
 * A lasting WeakMap would do, but V8's collector of young objects takes all its values for living: whatever was answered
 * about a file, and with it the whole file, would be moved around in memory long after everybody is done with it.
 */
export class Kept<Part extends object, Answer> {
  #answers: WeakMap<Part, Answer> | undefined;

  constructor() {
    all.push(this);
  }

  get(part: Part): Answer | undefined {
    return this.#answers?.get(part);
  }

  has(part: Part): boolean {
    return this.#answers?.has(part) ?? false;
  }

  set(part: Part, answer: Answer): void {
    this.#answers ??= new WeakMap();
    this.#answers.set(part, answer);
  }

  /** See {@link forget}. */
  forget(): void {
    this.#answers = undefined;
  }
}

/** Drops all kept answers; who asks again is answered anew. To be called when a file has been looked at. */
export function forget(): void {
  for (const one of all) one.forget();
}
