import type { OrderView } from '#simulator/model/order-view';
import type { MessageClass } from '#simulator/wire/message-class';

/**
 * Points in a run that a script can wait for. `place`, `modify` and `cancel`: the frame is there and nothing has come of it
 * yet. `accepted`, `fill`, `cancelled`: it has happened and nobody has been told. A message class: such a message is about to
 * be written. `connect`: the client has been greeted. `disconnect`: it is gone.
 */
export type HookName = 'place' | 'modify' | 'cancel' | 'accepted' | 'fill' | 'cancelled' | 'connect' | 'disconnect' | MessageClass;

export interface ScriptHook {
  readonly name: HookName;
  /** Whose connection or order it concerns. */
  readonly clientId: number;
  readonly order?: OrderView;
}

type Listener = (hook: ScriptHook) => void;

/** Tells scripts where the run is. Costs nothing while nobody listens. */
export class ScriptHooks {
  #listeners: readonly Listener[] = [];

  get heeded(): boolean {
    return this.#listeners.length > 0;
  }

  /** Returns what ends the listening. */
  listen(listener: Listener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }

  say(name: HookName, clientId: number, order?: OrderView): void {
    for (const listener of this.#listeners) listener(order === undefined ? { name, clientId } : { name, clientId, order });
  }
}
