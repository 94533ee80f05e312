import { logLine, type Slice } from '#core/state/desk-state';

type Desk = Slice<'board' | 'coordinator' | 'exchange'>;

/** IB tells whole seconds and the answer travels: up to here two right clocks may differ. */
const WRONG_MS = 5_000;
/** A tape begins again, or its clock is put elsewhere; it may run faster than ours. */
const OTHER_TAPE_TIME_MS = 300_000;

/**
 * Takes the broker's time: whole epoch seconds, and the ms that asking for it took. That one of the two clocks is wrong (C-40), or that one was
 * set, is said: every time on the screen is the broker's, and facts keep the one that they had.
 */
export function takeServerTime(desk: Desk, epochSeconds: number, roundTripMs: number, simulated: boolean): void {
  const first = !desk.exchange.known();
  const set = desk.exchange.server(epochSeconds, roundTripMs);
  const size = Math.abs(set);
  // A quote is as old as it was: the clock that its age is read on was moved, not the quote.
  if (set !== 0) desk.board.clockSet(set);
  if (simulated) {
    if (!first && size > OTHER_TAPE_TIME_MS)
      logLine(desk, 'info', `The tape's clock was set ${apartText(set)}; what happened before keeps its time.`);
    return;
  }
  if (first && size > WRONG_MS)
    logLine(
      desk,
      'warning',
      `This machine's clock is ${durationText(size)} ${set > 0 ? 'behind' : 'ahead of'} the broker's (C-40). Set it; the screen shows the broker's time.`,
    );
  if (!first && size > 0)
    logLine(
      desk,
      'warning',
      `The broker's clock went ${apartText(set)} against this machine's (C-40); what happened before keeps its time.`,
    );
}

/** That the machine's clock was set back by so many ms; the desk's time waits for it. */
export function setBackText(ms: number): string {
  return `This machine's clock was set back by ${durationText(ms)} (C-40); the desk goes on in the time of before, a little slower, until the clock has come after it.`;
}

function apartText(ms: number): string {
  return `${ms > 0 ? 'forward' : 'back'} by ${durationText(Math.abs(ms))}`;
}

function durationText(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 180 ? `${minutes} min` : minutes < 2_880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1_440)} days`;
}
