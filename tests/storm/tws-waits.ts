import type { LaterWord } from './told.ts';

/** Lists that are asked for while TWS answers none: they are made when it answers again, in the order in which they were asked for. */
export class HeldLists {
  #held: { readonly clientId: number; readonly answer: () => void }[] | undefined;

  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { answer } of held) answer();
  }

  asked(clientId: number, answer: () => void): void {
    if (this.#held === undefined) answer();
    else this.#held.push({ clientId, answer });
  }

  /** Who has gone is answered no more. */
  closed(clientId: number): void {
    this.#held = this.#held?.filter((held) => held.clientId !== clientId);
  }

  restarted(): void {
    this.#held = undefined;
  }
}

/** What IB says of orders and executions, and TWS keeps back a while. Positions are a stream of their own that only knows how it is now. */
export class KeptWords {
  #keeps = false;
  #words: LaterWord[] = [];

  get areThere(): boolean {
    return this.#words.length > 0;
  }

  /** Keeps back what would be told while `act` happens; what is kept back for longer already is there still. */
  during(act: () => void): void {
    this.#keeps = true;
    act();
    this.#keeps = false;
  }

  takes(word: LaterWord): boolean {
    if (!this.#keeps || (word.told.kind === 'news' && word.told.news.kind === 'position')) return false;
    this.#words.push(word);
    return true;
  }

  find(which: (word: LaterWord) => boolean): LaterWord | undefined {
    return this.#words.find(which);
  }

  /** Everything that is kept back, and no more. */
  take(): readonly LaterWord[] {
    const words = this.#words;
    this.#words = [];
    return words;
  }
}
