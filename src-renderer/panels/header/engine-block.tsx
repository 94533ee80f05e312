import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';
import type { EngineStateName } from '#protocol/topics';
import { UNKNOWN } from '../../format/figure.ts';
import { ageText, clockText } from '../../format/time.ts';
import { useField, useTicking } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { ByScope } from '../../hook/scope.tsx';
import { openDialog, refused } from '../../view/view-store.ts';
import { LampShape } from '../../ui/controls.tsx';

type Tone = 'ok' | 'warn' | 'down' | 'unknown';

const TONES: Readonly<Record<EngineStateName, Tone>> = {
  IDLE: 'unknown',
  INITIALIZING: 'warn',
  SCANNING: 'ok',
  LEVEL_BUILDING: 'ok',
  SIGNAL_WAIT: 'ok',
  SIZING: 'ok',
  EXECUTION: 'ok',
  MANAGING: 'ok',
  PAUSED: 'warn',
  ERROR: 'down',
  EMERGENCY: 'down',
  STOPPED: 'down',
};

const MEANING: Readonly<Record<EngineStateName, string>> = {
  IDLE: 'Nothing is armed. Cancels and whatever lowers exposure leave.',
  INITIALIZING: 'Connecting and comparing the book with the broker.',
  SCANNING: 'Ready. Armed triggers are watched.',
  LEVEL_BUILDING: 'Building the price levels that triggers wait for.',
  SIGNAL_WAIT: 'Waiting for a trigger to fire.',
  SIZING: 'A trigger fired; its order is being sized and checked.',
  EXECUTION: 'An order is on its way to the broker.',
  MANAGING: 'Orders work or positions are open; triggers are watched.',
  PAUSED: 'No new exposure. Protective orders at the broker keep working; cancels and whatever lowers exposure leave.',
  ERROR: 'A fault stopped the desk. Cancels and whatever lowers exposure leave.',
  EMERGENCY: 'The kill switch was used. Cancels and whatever lowers exposure leave; exits may only tighten or shrink.',
  STOPPED: 'Locked after a kill. Cancels and whatever lowers exposure leave. Re-arm in two steps to go on.',
};

const COLORS = { ok: '', warn: 'amber', down: 'critical', unknown: '' } as const;

/** The engine's state; opened, it says what the state means, since when, why, and what may follow. */
export function EngineBlock(): ReactNode {
  const engine = useField('status', 'engine');
  const since = useField('status', 'engineSince') ?? null;
  const time = useField('status', 'engineTime') ?? null;
  const reason = useField('status', 'engineReason') ?? '';
  const offers = useField('status', 'offers') ?? [];
  const age = useTicking((now) => (since === null ? '' : ageText(now - since)));
  const recover = useCommand('engine.recover', refused);
  const tone = engine === undefined ? 'unknown' : TONES[engine];
  return (
    <Popover.Root>
      <Popover.Trigger className="block engine-button" aria-label={`Engine ${engine ?? 'unknown'}`} data-testid="engine">
        <span className="label">Engine</span>{' '}
        <span className="value engine-state" data-tone={COLORS[tone]} data-testid="engine-state">
          <LampShape state={tone} />
          {engine ?? UNKNOWN}
        </span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu" align="start" sideOffset={4} aria-label="Engine">
          <p>{engine === undefined ? 'The desk has not said its state yet.' : MEANING[engine]}</p>
          <h3>Since</h3>
          <p>
            {clockText(time)} · {age}
          </p>
          {reason !== '' && (
            <>
              <h3>Why</h3>
              <p>{reason}</p>
            </>
          )}
          <ByScope call="engine.stop">
            {offers.includes('engine.recover') && (
              <button type="button" className="button" onClick={() => void recover.run({})}>
                Recover
              </button>
            )}
            {offers.includes('engine.stop') && (
              <Popover.Close asChild>
                <button type="button" className="button" onClick={() => openDialog({ kind: 'stop-engine' })}>
                  Stop: disarm everything…
                </button>
              </Popover.Close>
            )}
          </ByScope>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
