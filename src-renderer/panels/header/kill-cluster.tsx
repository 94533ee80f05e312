import { Popover } from 'radix-ui';
import { useCallback, useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useField } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { ByScope } from '../../hook/scope.tsx';
import { DownIcon } from '../../ui/icons.tsx';
import { useRiskKeys, type KeyHold } from '../../view/risk-keys.ts';
import { KillPreview } from './kill-preview.tsx';
import { useMainButton } from './main-button.tsx';
import { TwoChoices } from './two-choices.tsx';

const CANCEL_HOLD_MS = 800;
const KILL_HOLD_MS = 1_500;

/** Fixed at the top right, above everything, in every state. Each of both says before the press what it would cancel and what stays. */
export function KillCluster(): ReactNode {
  const scopeSetting = useField('settings', 'settings')?.killScope;
  const plan = useField('status', 'cancelPlan');
  const [chosen, setChosen] = useState<'own' | 'all' | null>(null);
  const scope = chosen ?? scopeSetting ?? 'own';
  // What they are refused stands beside them until the next press: a message that goes by itself would be a second, lesser one.
  const kill = useCommand('kill');
  const cancelAll = useCommand('orders.cancel-all');
  const preview = useHoverPreview();
  const holds = { cancelAll: useHeld(), cancelEverything: useHeld(), kill: useHeld(), killEverything: useHeld() };
  const main = useMainButton();
  useRiskKeys({
    engine: main.onKey,
    cancelAll: holds.cancelAll.ref,
    cancelEverything: holds.cancelEverything.ref,
    kill: holds.kill.ref,
    killEverything: holds.killEverything.ref,
  });
  const error = kill.error ?? cancelAll.error;
  const reason = 'held by the operator';
  return (
    <div className="kill-cluster" role="group" aria-label="Risk controls" data-testid="kill-cluster">
      {error !== null && (
        <span className="critical cluster-error" role="alert" title={error}>
          {error}
        </span>
      )}
      <ByScope call="engine.pause">{main.button}</ByScope>
      <ByScope call="orders.cancel-all">
        <TwoChoices
          name="Cancel all"
          keys="F7"
          does="cancels the working orders of this program. Positions stay."
          needMs={CANCEL_HOLD_MS}
          counts={plan?.own}
          pending={cancelAll.pending}
          onKeep={() => void cancelAll.run({ scope: 'own', exits: 'keep' })}
          onEverything={() => void cancelAll.run({ scope: 'own', exits: 'cancel' })}
          holds={[holds.cancelAll.take, holds.cancelEverything.take]}
        />
      </ByScope>
      <Popover.Root open={preview.open} onOpenChange={preview.onOpenChange}>
        <div className="kill-group" ref={preview.group} onPointerEnter={preview.onEnter} onPointerLeave={preview.onLeave}>
          <ByScope call="kill">
            <TwoChoices
              name="KILL"
              keys="F12"
              does={`locks the desk, cancels ${scope === 'own' ? "this program's" : 'all'} orders and verifies.`}
              tone="danger"
              needMs={KILL_HOLD_MS}
              ring={16}
              counts={plan?.[scope]}
              pending={kill.pending}
              onKeep={() => void kill.run({ scope, reason, exits: 'keep' })}
              onEverything={() => void kill.run({ scope, reason, exits: 'cancel' })}
              holds={[holds.kill.take, holds.killEverything.take]}
            />
          </ByScope>
          <Popover.Trigger className="button kill-menu-button" aria-label="What KILL will do">
            <DownIcon />
          </Popover.Trigger>
        </div>
        <Popover.Portal>
          <Popover.Content
            className="menu"
            align="end"
            sideOffset={4}
            aria-label="What KILL will do"
            onPointerEnter={preview.onEnter}
            onPointerLeave={preview.onLeave}
            onOpenAutoFocus={preview.onOpenAutoFocus}
            onCloseAutoFocus={preview.onCloseAutoFocus}
            onInteractOutside={preview.onInteractOutside}
          >
            <KillPreview scope={scope} onScope={setChosen} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </div>
  );
}

/** The hold of a button, for the key that holds it from anywhere. */
function useHeld(): { readonly ref: RefObject<KeyHold | null>; readonly take: (hold: KeyHold) => void } {
  const ref = useRef<KeyHold | null>(null);
  const take = useCallback((hold: KeyHold) => {
    ref.current = hold;
  }, []);
  return { ref, take };
}

const HOVER_MS = 400;

interface HoverPreview {
  readonly open: boolean;
  readonly group: RefObject<HTMLDivElement | null>;
  readonly onOpenChange: (open: boolean) => void;
  readonly onEnter: () => void;
  readonly onLeave: () => void;
  readonly onOpenAutoFocus: (event: Event) => void;
  readonly onCloseAutoFocus: (event: Event) => void;
  readonly onInteractOutside: (event: Event) => void;
}

/** Opens while the pointer rests on KILL, or by the button beside it. It never moves the focus away from a hold or from what is being typed. */
function useHoverPreview(): HoverPreview {
  const [open, setOpen] = useState<'no' | 'hover' | 'pinned'>('no');
  const group = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const later = (change: (now: 'no' | 'hover' | 'pinned') => 'no' | 'hover' | 'pinned'): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(change), HOVER_MS);
  };
  return {
    open: open !== 'no',
    group,
    onOpenChange: (wanted) => {
      clearTimeout(timer.current);
      setOpen(wanted ? 'pinned' : 'no');
    },
    onEnter: () => later((now) => (now === 'no' ? 'hover' : now)),
    onLeave: () => later((now) => (now === 'hover' ? 'no' : now)),
    onOpenAutoFocus: (event) => {
      if (open === 'hover') event.preventDefault();
    },
    onCloseAutoFocus: (event) => {
      if (open === 'hover') event.preventDefault();
    },
    onInteractOutside: (event) => {
      if (event.target instanceof Node && group.current?.contains(event.target) === true) event.preventDefault();
    },
  };
}
