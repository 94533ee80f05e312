import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from 'react';
import { HOLD_IDLE, holdDone, holdDown, holdProgress, holdUp, type HoldState } from './hold.ts';

export interface Hold {
  readonly holding: boolean;
  /** What a screen reader hears. */
  readonly spoken: string;
  /** The ring's circle; its dash is written directly, sixty times a second, without a render. */
  readonly ring: RefObject<SVGCircleElement | null>;
  readonly press: () => void;
  readonly release: () => void;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerUp: () => void;
    readonly onPointerLeave: () => void;
    readonly onPointerCancel: () => void;
    readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
    readonly onKeyUp: (event: KeyboardEvent<HTMLElement>) => void;
    readonly onBlur: () => void;
  };
}

function isPressKey(key: string): boolean {
  return key === ' ' || key === 'Enter';
}

function handlersOf(press: () => void, release: () => void, byKey: { current: boolean }): Hold['handlers'] {
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      byKey.current = false;
      press();
    },
    onPointerUp: release,
    onPointerLeave: release,
    onPointerCancel: release,
    onKeyDown: (event) => {
      if (!isPressKey(event.key)) return;
      event.preventDefault();
      if (event.repeat) return;
      byKey.current = true;
      press();
    },
    onKeyUp: (event) => {
      if (isPressKey(event.key)) release();
    },
    // A pointer holds the button whatever has the focus; a key cannot be heard let go elsewhere.
    onBlur: () => {
      if (byKey.current) release();
    },
  };
}

/** `name` is what the hold does, e.g. `Kill`; `done` runs once, when `needMs` have passed without a release. */
export function useHold(name: string, needMs: number, done: () => void): Hold {
  const state = useRef<HoldState>(HOLD_IDLE);
  const ring = useRef<SVGCircleElement | null>(null);
  const frame = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const action = useRef(done);
  const spokenName = useRef(name);
  const byKey = useRef(false);
  const [holding, setHolding] = useState(false);
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    action.current = done;
    spokenName.current = name;
  });

  const draw = useCallback(
    function paint(): void {
      const progress = holdProgress(state.current, performance.now(), needMs);
      ring.current?.setAttribute('stroke-dashoffset', String(1 - progress));
      if (state.current.phase === 'holding') frame.current = requestAnimationFrame(paint);
    },
    [needMs],
  );

  const release = useCallback((): void => {
    if (state.current.phase === 'idle') return;
    const aborted = state.current.phase === 'holding';
    state.current = holdUp(state.current);
    clearTimeout(timer.current);
    cancelAnimationFrame(frame.current);
    setHolding(false);
    setSpoken(aborted ? `${spokenName.current}: aborted, nothing was sent.` : '');
    draw();
  }, [draw]);

  const press = useCallback((): void => {
    if (state.current.phase !== 'idle') return;
    state.current = holdDown(state.current, performance.now());
    setHolding(true);
    setSpoken(`${spokenName.current}: hold for ${String(needMs / 1000)} seconds, release to abort.`);
    draw();
    const check = (): void => {
      state.current = holdDone(state.current, performance.now(), needMs);
      if (state.current.phase === 'holding') {
        timer.current = setTimeout(check, 10);
        return;
      }
      if (state.current.phase !== 'done') return;
      setHolding(false);
      setSpoken(`${spokenName.current}: sent.`);
      draw();
      action.current();
    };
    timer.current = setTimeout(check, needMs);
  }, [draw, needMs]);

  useEffect(() => {
    const abort = (): void => release();
    window.addEventListener('blur', abort);
    return () => {
      window.removeEventListener('blur', abort);
      clearTimeout(timer.current);
      cancelAnimationFrame(frame.current);
    };
  }, [release]);

  return {
    holding,
    spoken,
    ring,
    press,
    release,
    handlers: handlersOf(press, release, byKey),
  };
}
