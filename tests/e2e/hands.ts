import { expect, type Locator, type Page } from '@playwright/test';

/**
 * An operator without a pointer whose presses are counted: every key that goes down counts once, a Shift or Ctrl that is held with it
 * too, and so does every Tab and every character that is typed. A key that is held counts once however long it is held.
 */
export class Hands {
  readonly #page: Page;
  #count = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  get count(): number {
    return this.#count;
  }

  /** One press, or several keys together: `w`, `Shift+Delete`. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.#count += key === '+' ? 1 : key.split('+').length;
      await this.#page.keyboard.press(key);
    }
  }

  async type(text: string): Promise<void> {
    this.#count += text.length;
    await this.#page.keyboard.type(text);
  }

  /** Holds a key until `done` holds. */
  async hold(key: string, done: () => Promise<void>): Promise<void> {
    this.#count += 1;
    await this.#page.keyboard.down(key);
    await done();
    await this.#page.keyboard.up(key);
  }

  /** Goes on with Tab until `target` has the keyboard. */
  async tabTo(target: Locator): Promise<void> {
    const focused = target.and(this.#page.locator(':focus'));
    for (let presses = 0; presses < 40; presses += 1) {
      if ((await focused.count()) === 1) return;
      await this.press('Tab');
    }
    throw new Error(`the Tab key does not lead to ${String(target)}`);
  }

  /** Enter goes from one figure of the ticket to the next. */
  async next(label: string, text: string): Promise<void> {
    const field = this.#page.getByRole('textbox', { name: label, exact: true });
    await this.press('Enter');
    await expect(field).toBeFocused();
    await this.type(text);
    await expect(field).toHaveValue(text);
  }

  /** Types into a text field that the Tab key leads to; what stood in it is selected by getting there. */
  async fill(label: string, text: string): Promise<void> {
    const field = this.#page.getByRole('textbox', { name: label, exact: true });
    await this.tabTo(field);
    await this.type(text);
    await expect(field).toHaveValue(text);
  }
}

/** The keyboard is somewhere: a page whose body has it hears no key of any table. */
export async function expectFocus(page: Page, after: string): Promise<void> {
  await expect
    .poll(() => page.evaluate<string>('document.activeElement === null ? "nothing" : document.activeElement.tagName'), { message: after })
    .not.toMatch(/BODY|nothing/);
}
