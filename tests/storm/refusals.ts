import type { CommitNews } from '#core/commit/work';
import type { Judge } from './judge.ts';
import type { JudgedLife } from './judged.ts';

/** I-33: what the desk refuses leaves its state as it was, to the last digit. */
export class Refusals implements Judge {
  readonly #fail: (text: string) => void;
  #changed: string[] = [];

  constructor(fail: (text: string) => void) {
    this.#fail = fail;
  }

  committed(_life: JudgedLife, { name, changes }: CommitNews): void {
    if (changes.length > 0 && this.#changed.length < 20) this.#changed.push(name);
  }

  /** What `act` answers; when that is a refusal nothing may have been committed by it. */
  of<T extends { readonly ok: boolean }>(what: string, act: () => T): T {
    this.#changed = [];
    const answer = act();
    if (!answer.ok && this.#changed.length > 0)
      this.#fail(`I-33: ${what} was refused, and ${this.#changed.join(', ')} changed the state all the same`);
    return answer;
  }
}
