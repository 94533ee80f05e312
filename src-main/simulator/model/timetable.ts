/** What is to happen at a later time of the tape. It has no timer: whoever moves the clock asks what is due. */
export class Timetable {
  #entries: { readonly at: number; readonly act: () => void }[] = [];

  /** Infinity when nothing is planned. */
  get nextAt(): number {
    return this.#entries[0]?.at ?? Infinity;
  }

  /** `at` in epoch ms of the tape. Entries of one moment happen in the order in which they were planned. Returns what withdraws it. */
  plan(at: number, act: () => void): () => void {
    const entry = { at, act };
    let place = this.#entries.length;
    while (place > 0 && (this.#entries[place - 1]?.at ?? 0) > at) place--;
    this.#entries.splice(place, 0, entry);
    return () => {
      this.#entries = this.#entries.filter((one) => one !== entry);
    };
  }

  /** Takes out the first entry that is due by `at`. */
  take(at: number): (() => void) | undefined {
    return this.nextAt <= at ? this.#entries.shift()?.act : undefined;
  }
}
