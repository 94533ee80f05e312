import { Popover } from 'radix-ui';
import { useCallback, useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { CommandName } from '#protocol/commands';
import { useField } from '../../hook/rows.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { useCommand } from '../../hook/use-command.ts';
import { ByScope } from '../../hook/scope.tsx';
import { refused } from '../../view/view-store.ts';
import { HoldButton } from '../../ui/hold-button.tsx';
import { DownIcon } from '../../ui/icons.tsx';
import { Kbd, Segmented, Spin } from '../../ui/controls.tsx';
import { useRiskKeys, type KeyHold } from '../../view/risk-keys.ts';

const CANCEL_HOLD_MS = 800;
const KILL_HOLD_MS = 1_500;

/** Fixed at the top right, above everything, in every state. */
export function KillCluster(): ReactNode {
  const scopeSetting = useField('settings', 'settings')?.killScope;
  const [chosen, setChosen] = useState<'own' | 'all' | null>(null);
  const scope = chosen ?? scopeSetting ?? 'own';
  const kill = useCommand('kill', refused);
  const cancelAll = useCommand('orders.cancel-all', refused);
  const preview = useHoverPreview();
  const killHold = useRef<KeyHold | null>(null);
  const cancelHold = useRef<KeyHold | null>(null);
  const main = useMainButton();
  useRiskKeys({ pause: main.onKey, cancelAll: cancelHold, kill: killHold });
  const error = kill.error ?? cancelAll.error ?? main.error;
  return (
    <div className="kill-cluster" role="group" aria-label="Risk controls" data-testid="kill-cluster">
      {error !== null && (
        <span className="critical cluster-error" role="alert" title={error}>
          {error}
        </span>
      )}
      <ByScope call="engine.pause">{main.button}</ByScope>
      <ByScope call="orders.cancel-all">
        <HoldButton
          name="Cancel all"
          keys="F7"
          title="Hold 0.8 s: cancels every working order of this program. Positions stay."
          needMs={CANCEL_HOLD_MS}
          onDone={() => void cancelAll.run({ scope: 'own' })}
          pending={cancelAll.pending}
          onHold={useCallback((hold: KeyHold) => {
            cancelHold.current = hold;
          }, [])}
        >
          Cancel all <Kbd>F7</Kbd>
        </HoldButton>
      </ByScope>
      <Popover.Root open={preview.open} onOpenChange={preview.onOpenChange}>
        <div className="kill-group" ref={preview.group} onPointerEnter={preview.onEnter} onPointerLeave={preview.onLeave}>
          <ByScope call="kill">
            <HoldButton
              name="KILL"
              keys="F12"
              title={`Hold 1.5 s: locks the desk, cancels ${scope === 'own' ? "this program's" : 'all'} orders and verifies`}
              tone="danger"
              needMs={KILL_HOLD_MS}
              ring={16}
              onDone={() => void kill.run({ scope, reason: 'held by the operator' })}
              pending={kill.pending}
              onHold={useCallback((hold: KeyHold) => {
                killHold.current = hold;
              }, [])}
            >
              KILL <Kbd>F12</Kbd>
            </HoldButton>
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

interface MainButton {
  readonly button: ReactNode;
  readonly onKey: () => void;
  readonly error: string | null;
}

/** Pause, Resume or Start: which one depends on what the desk offers. F5 only ever pauses. */
function useMainButton(): MainButton {
  const offers = useField('status', 'offers') ?? [];
  const engine = useField('status', 'engine');
  const pause = useCommand('engine.pause', refused);
  const resume = useCommand('engine.resume', refused);
  const start = useCommand('engine.start', refused);
  const can = (name: CommandName): boolean => offers.includes(name);
  const onKey = (): void => {
    if (can('engine.pause')) void pause.run({ reason: 'F5' });
    else refused(`Pause is not offered while the engine is ${engine ?? 'unknown'}; nothing new can leave in this state anyway.`);
  };
  const error = pause.error ?? resume.error ?? start.error;
  if (can('engine.resume')) {
    const button = (
      <button
        type="button"
        className="button"
        data-tone="go"
        data-pending={resume.pending}
        disabled={resume.pending}
        onClick={() => void resume.run({})}
      >
        {resume.pending && <Spin />}Resume
      </button>
    );
    return { button, onKey, error };
  }
  if (can('engine.start')) {
    const button = (
      <button
        type="button"
        className="button"
        data-tone="go"
        data-pending={start.pending}
        disabled={start.pending}
        onClick={() => void start.run({})}
      >
        {start.pending && <Spin />}Start
      </button>
    );
    return { button, onKey, error };
  }
  const offered = can('engine.pause');
  const button = (
    <button
      type="button"
      className="button"
      data-tone="amber"
      aria-keyshortcuts="F5"
      title={offered ? 'No new exposure; protective orders keep working' : `Not offered while the engine is ${engine ?? 'unknown'}`}
      disabled={!offered || pause.pending}
      data-pending={pause.pending}
      onClick={() => void pause.run({})}
    >
      {pause.pending && <Spin />}Pause <Kbd>F5</Kbd>
    </button>
  );
  return { button, onKey, error };
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

interface Preview {
  readonly own: readonly string[];
  readonly others: readonly string[];
  readonly positions: readonly string[];
}

function KillPreview({ scope, onScope }: { readonly scope: 'own' | 'all'; readonly onScope: (scope: 'own' | 'all') => void }): ReactNode {
  const { link } = useDesk();
  const [answer, setAnswer] = useState<Preview | string | null>(null);
  useEffect(() => {
    let alive = true;
    void link.call('kill.preview', {}).then((reply) => {
      if (alive) setAnswer(reply.ok ? reply.value : reply.error.text);
    });
    return () => {
      alive = false;
    };
  }, [link]);
  return (
    <>
      <Segmented
        name="kill-scope"
        label="Scope of KILL"
        value={scope}
        onChange={onScope}
        options={[
          { value: 'own', label: "This program's orders" },
          { value: 'all', label: 'All orders of the account' },
        ]}
      />
      {answer === null && <p className="dim">Asking the desk…</p>}
      {typeof answer === 'string' && <p className="critical">{answer}</p>}
      {answer !== null && typeof answer === 'object' && (
        <>
          <List
            title={`Will be cancelled (${String(answer.own.length + (scope === 'all' ? answer.others.length : 0))})`}
            lines={scope === 'all' ? [...answer.own, ...answer.others] : answer.own}
            none="No working order."
          />
          {scope === 'own' && (
            <List title={`Will stay: orders by hand or of others (${String(answer.others.length)})`} lines={answer.others} none="None." />
          )}
          <List title={`Will stay: positions (${String(answer.positions.length)})`} lines={answer.positions} none="No position." />
          <p className="dim">Then the desk is locked until it is re-armed in two steps.</p>
        </>
      )}
    </>
  );
}

function List({ title, lines, none }: { readonly title: string; readonly lines: readonly string[]; readonly none: string }): ReactNode {
  return (
    <>
      <h3>{title}</h3>
      <ul className="kill-list">
        {lines.length === 0 && <li className="dim">{none}</li>}
        {lines.map((line, i) => (
          <li key={`${String(i)} ${line}`}>{line}</li>
        ))}
      </ul>
    </>
  );
}
