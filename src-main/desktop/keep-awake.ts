import { powerSaveBlocker } from 'electron';

/** The machine does not go to sleep while something may still fire. */
export class KeepAwake {
  #blocker: number | null = null;

  set(awake: boolean): void {
    if (awake && this.#blocker === null) this.#blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!awake && this.#blocker !== null) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = null;
    }
  }
}
