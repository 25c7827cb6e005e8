/** Answers about parts of a file, kept while the file is looked at. */

const all: { readonly forget: () => void }[] = [];

/**
 * Reads an answer for each part of a file (a task, a script, a module) once, and keeps it for those who ask again, until
 * {@link forget}. `Context` is what reading takes besides the part; the same for all who ask about one.
 * A lasting WeakMap would do, but V8's collector of young objects takes all its values for living: whatever was answered
 * about a file, and with it the whole file, would be moved around in memory long after everybody is done with it.
 */
export class Kept<Part extends object, Answer, Context = void> {
  readonly #read: (part: Part, context: Context) => Answer;
  #answers: WeakMap<Part, { readonly answer: Answer }> | undefined;

  constructor(read: (part: Part, context: Context) => Answer) {
    this.#read = read;
    all.push(this);
  }

  /** The answer for a part. */
  of(part: Part, context: Context): Answer {
    let known = this.#answers?.get(part);
    if (!known) {
      known = { answer: this.#read(part, context) };
      this.#answers ??= new WeakMap();
      this.#answers.set(part, known);
    }
    return known.answer;
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
