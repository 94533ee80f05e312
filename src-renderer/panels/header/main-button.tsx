import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { CommandName } from '#protocol/commands';
import { useField } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { refused } from '../../view/view-store.ts';
import { Kbd, Spin } from '../../ui/controls.tsx';

export interface MainButton {
  readonly button: ReactNode;
  /** The key of the button, from any focus. */
  readonly onKey: () => void;
}

interface Offer {
  readonly command: CommandName | null;
  readonly word: 'Start' | 'Resume' | 'Pause';
  readonly title: string;
}

/** What the button, and its key, would do now. One of the three is offered at most; nothing is pressed for the operator. */
function mainOffer(offers: readonly string[], engine: string): Offer {
  if (offers.includes('engine.resume'))
    return { command: 'engine.resume', word: 'Resume', title: 'Armed triggers fire again, and new orders may leave' };
  if (offers.includes('engine.start'))
    return { command: 'engine.start', word: 'Start', title: 'Connects the triggers to the market; nothing is armed by it' };
  const can = offers.includes('engine.pause');
  return {
    command: can ? 'engine.pause' : null,
    word: 'Pause',
    title: can ? 'No new exposure; protective orders keep working' : `Not offered while the engine is ${engine}`,
  };
}

/** In a fright a key is pressed twice: the second press must not undo the pause that the first one was for. */
const RESUME_REST_MS = 700;

/** Pause, Resume or Start: which one depends on what the desk offers. It stays one button, so that the keyboard stays on it. */
export function useMainButton(): MainButton {
  const offers = useField('status', 'offers') ?? [];
  const engine = useField('status', 'engine') ?? 'unknown';
  const pause = useCommand('engine.pause', refused);
  const resume = useCommand('engine.resume', refused);
  const start = useCommand('engine.start', refused);
  const { resting, rest } = useRest();
  const { command, word, title } = mainOffer(offers, engine);
  const pending = pause.pending || resume.pending || start.pending;
  const run = (by: 'F5' | undefined): void => {
    if (pending) return;
    if (command === 'engine.resume') void resume.run({});
    else if (command === 'engine.start') void start.run({});
    else if (command === 'engine.pause') {
      if (by !== undefined) rest();
      void pause.run(by === undefined ? {} : { reason: by });
    }
  };
  const onKey = (): void => {
    if (command === null) refused(`Pause is not offered while the engine is ${engine}; nothing new can leave in this state anyway.`);
    else if (!(resting && command === 'engine.resume')) run('F5');
  };
  const button = (
    <button
      type="button"
      className="button main-button"
      data-tone={word === 'Pause' ? 'amber' : 'go'}
      data-resting={resting}
      data-pending={pending}
      aria-keyshortcuts="F5"
      aria-disabled={command === null || pending}
      title={title}
      onClick={() => run(undefined)}
    >
      {pending && <Spin />}
      {word}{' '}
      <span aria-hidden="true">
        <Kbd>F5</Kbd>
      </span>
    </button>
  );
  return { button, onKey };
}

function useRest(): { readonly resting: boolean; readonly rest: () => void } {
  const [resting, setResting] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const rest = (): void => {
    clearTimeout(timer.current);
    setResting(true);
    timer.current = setTimeout(() => setResting(false), RESUME_REST_MS);
  };
  return { resting, rest };
}
