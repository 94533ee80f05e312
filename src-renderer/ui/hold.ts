/**
 * The life of a held button, without timers: `down` starts it, `at(now)` says how far it is, `up` before the end aborts. A hold
 * completes once; auto-repeat of a key is not a second press.
 */
export interface HoldState {
  readonly phase: 'idle' | 'holding' | 'done';
  readonly startedAt: number;
}

export const HOLD_IDLE: HoldState = { phase: 'idle', startedAt: 0 };

export function holdDown(state: HoldState, now: number): HoldState {
  return state.phase === 'idle' ? { phase: 'holding', startedAt: now } : state;
}

export function holdUp(state: HoldState): HoldState {
  return state.phase === 'idle' ? state : HOLD_IDLE;
}

/** 0…1; 1 exactly when the hold is complete. */
export function holdProgress(state: HoldState, now: number, needMs: number): number {
  if (state.phase === 'idle') return 0;
  if (state.phase === 'done') return 1;
  return Math.min(1, Math.max(0, (now - state.startedAt) / needMs));
}

export function holdDone(state: HoldState, now: number, needMs: number): HoldState {
  return state.phase === 'holding' && now - state.startedAt >= needMs ? { ...state, phase: 'done' } : state;
}
