import type { TriggerId } from '#domain/ids';
import type { Trigger } from '#domain/trigger';

/** Finds the watching trigger of a name. Derived from the committed triggers, so that arming the ten-thousandth costs what the first did. */
export class TriggerIndex {
  readonly #watching = new Map<string, Set<TriggerId>>();
  readonly #names = new Map<TriggerId, string>();

  /** Called with every committed change of a trigger. */
  note(trigger: Trigger): void {
    const before = this.#names.get(trigger.id);
    if (before !== undefined) {
      this.#watching.get(before)?.delete(trigger.id);
      if (this.#watching.get(before)?.size === 0) this.#watching.delete(before);
      this.#names.delete(trigger.id);
    }
    if (trigger.life !== 'armed' && trigger.life !== 'paused') return;
    const { name } = trigger.spec;
    this.#names.set(trigger.id, name);
    const named = this.#watching.get(name);
    if (named === undefined) this.#watching.set(name, new Set([trigger.id]));
    else named.add(trigger.id);
  }

  /** Whether a trigger other than `id` watches under this name, paused ones included. */
  isTaken(name: string, id: TriggerId | undefined): boolean {
    const named = this.#watching.get(name);
    return named !== undefined && (named.size > 1 || id === undefined || !named.has(id));
  }
}
