import { useEffect, useRef, type RefObject } from 'react';

export interface KeyHold {
  readonly press: () => void;
  readonly release: () => void;
}

export interface RiskKeys {
  readonly pause: () => void;
  readonly cancelAll: RefObject<KeyHold | null>;
  readonly kill: RefObject<KeyHold | null>;
}

/**
 * F5, F7 and F12 from any focus, inputs and dialogs included: they are taken in the capture phase, before anything else can
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
      if (event.key === 'F7') latest.current.cancelAll.current?.press();
      if (event.key === 'F12') latest.current.kill.current?.press();
    };
    const up = (event: KeyboardEvent): void => {
      if (event.key === 'F7') latest.current.cancelAll.current?.release();
      if (event.key === 'F12') latest.current.kill.current?.release();
    };
    window.addEventListener('keydown', down, true);
    window.addEventListener('keyup', up, true);
    return () => {
      window.removeEventListener('keydown', down, true);
      window.removeEventListener('keyup', up, true);
    };
  }, []);
}
