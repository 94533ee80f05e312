import type { OrderView } from '../engine/order-view.ts';
import type { MessageClass } from '../wire/message-class.ts';

/**
 * Points in a run that a script can wait for. `place`, `modify` and `cancel`: the frame is there and nothing has come of it
 * yet. `accepted`, `fill`, `cancelled`: it has happened and nobody has been told. A message class: such a message is about to
 * be written. `connect`: the client has been greeted. `disconnect`: it is gone.
 */
export type MomentName = 'place' | 'modify' | 'cancel' | 'accepted' | 'fill' | 'cancelled' | 'connect' | 'disconnect' | MessageClass;

export interface Moment {
  readonly name: MomentName;
  /** Whose connection or order it concerns. */
  readonly clientId: number;
  readonly order?: OrderView;
}

type Listener = (moment: Moment) => void;

/** Tells scripts where the run is. Costs nothing while nobody listens. */
export class Moments {
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

  say(name: MomentName, clientId: number, order?: OrderView): void {
    for (const listener of this.#listeners) listener(order === undefined ? { name, clientId } : { name, clientId, order });
  }
}
