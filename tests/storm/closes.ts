import type { OrderLeg } from '#domain/order';

interface Click {
  readonly asked: number;
  left: number;
}

/** I-26: what leaves for one press of the operator to close never adds up to more than was asked for. */
export class Closes {
  readonly #clicks = new Map<number, Click>();
  /** The press that counted before the last one. */
  #before: Click | undefined;
  readonly #fail: (text: string) => void;

  constructor(fail: (text: string) => void) {
    this.#fail = fail;
  }

  /** Before the desk is asked. Units of 1e-4 share. */
  clicked(conId: number, asked: number): void {
    this.#before = this.#clicks.get(conId);
    this.#clicks.set(conId, { asked, left: asked });
  }

  /** The desk said no: the press before is the one that counts. */
  refused(conId: number): void {
    const click = this.#clicks.get(conId);
    if (click !== undefined && click.left < click.asked) this.#fail(`I-26: a close of ${conId} left although it was refused`);
    if (this.#before === undefined) this.#clicks.delete(conId);
    else this.#clicks.set(conId, this.#before);
  }

  leaves(conId: number, { ref, quantity }: OrderLeg): void {
    const click = this.#clicks.get(conId);
    if (click === undefined) {
      this.#fail(`I-26: ${ref} closes although nobody asked for it`);
      return;
    }
    click.left -= quantity;
    if (click.left < 0) this.#fail(`I-26: with ${ref} ${(click.asked - click.left) / 10_000} leave for a close of ${click.asked / 10_000}`);
  }
}
