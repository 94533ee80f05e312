import { useEffect, useRef, type RefObject } from 'react';

export interface KeyHold {
  readonly press: () => void;
  readonly release: () => void;
}

export interface RiskKeys {
  readonly pause: () => void;
  readonly cancelAll: RefObject<KeyHold | null>;
  readonly kill: RefObject<KeyHold | null>;
  /** The same with Shift: protective exits go too. */
  readonly cancelEverything: RefObject<KeyHold | null>;
  readonly killEverything: RefObject<KeyHold | null>;
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
      if (event.key !== 'F5' && event.key !== 'F7' && event.key !== 'F12') return;
      // The browser's own meanings (reload, caret browsing, developer tools) must never win.
      event.preventDefault();
      event.stopPropagation();
      if (event.repeat) return;
      if (event.key === 'F5') latest.current.pause();
      const { cancelAll, cancelEverything, kill, killEverything } = latest.current;
      if (event.key === 'F7') (event.shiftKey ? cancelEverything : cancelAll).current?.press();
      if (event.key === 'F12') (event.shiftKey ? killEverything : kill).current?.press();
    };
    const up = (event: KeyboardEvent): void => {
      // Whatever Shift does meanwhile: the key that is held decides.
      const { cancelAll, cancelEverything, kill, killEverything } = latest.current;
      for (const hold of event.key === 'F7' ? [cancelAll, cancelEverything] : event.key === 'F12' ? [kill, killEverything] : [])
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
