import { useEffect, useRef, type RefObject } from 'react';
import { keyAct, type Press } from '#protocol/keys';

export interface KeyHold {
  readonly press: () => void;
  readonly release: () => void;
}

export interface RiskKeys {
  /** Starts, pauses or resumes. */
  readonly engine: () => void;
  readonly cancelAll: RefObject<KeyHold | null>;
  readonly kill: RefObject<KeyHold | null>;
  /** The same with Shift: protective exits go too. */
  readonly cancelEverything: RefObject<KeyHold | null>;
  readonly killEverything: RefObject<KeyHold | null>;
}

function bare(key: string): Press {
  return { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
}

/**
 * F5, F7 and F12, the last two also with Shift, from any focus, inputs and dialogs included: they are taken in the capture phase, before anything else can
 * swallow them. Auto-repeat is ignored; letting go of the key aborts a hold.
 */
export function useRiskKeys(keys: RiskKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      // Whatever else is held, a risk key is meant; Shift alone chooses.
      const act = keyAct('everywhere', bare(event.key));
      if (act === undefined) return;
      // The browser's own meanings (reload, caret browsing, developer tools) must never win.
      event.preventDefault();
      event.stopPropagation();
      if (event.repeat) return;
      const { engine, cancelAll, cancelEverything, kill, killEverything } = latest.current;
      if (act === 'engine') engine();
      if (act === 'cancel-all') (event.shiftKey ? cancelEverything : cancelAll).current?.press();
      if (act === 'kill') (event.shiftKey ? killEverything : kill).current?.press();
    };
    const up = (event: KeyboardEvent): void => {
      // Whatever Shift does meanwhile: the key that is held decides.
      const act = keyAct('everywhere', bare(event.key));
      const { cancelAll, cancelEverything, kill, killEverything } = latest.current;
      for (const hold of act === 'cancel-all' ? [cancelAll, cancelEverything] : act === 'kill' ? [kill, killEverything] : [])
        hold.current?.release();
    };
    window.addEventListener('keydown', down, true);
    window.addEventListener('keyup', up, true);
    return () => {
      window.removeEventListener('keydown', down, true);
      window.removeEventListener('keyup', up, true);
    };
  }, []);
}
