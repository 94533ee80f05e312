import type { ReactNode } from 'react';
import { UNKNOWN, countText } from '../../format/figure.ts';
import { millisecondsText } from '../../format/time.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { type ProgramWindows, useProgramWindows } from '../../hook/program-windows.ts';
import { useField } from '../../hook/rows.ts';
import { lockLayout, resetLayout, useLayout } from '../../view/layout-store.ts';
import { openDialog } from '../../view/view-store.ts';
import { forgetAllWindows } from '../../view/window-store.ts';
import { tellWindows } from '../../view/window-talk.ts';
import { shownPanel } from '../../view/shown-panel.ts';
import { GearIcon, LockIcon } from '../../ui/icons.tsx';
import { Kbd } from '../../ui/controls.tsx';
import { useCallback, useSyncExternalStore } from 'react';
import './footer.css';

export function Footer(): ReactNode {
  const queue = useField('status', 'queue');
  const conflicts = useField('status', 'conflictRate') ?? null;
  const tick = useField('status', 'tickToOrder');
  const used = useField('status', 'linesUsed');
  const lines = useField('status', 'linesLimit');
  const rate = useField('status', 'messageRate');
  const limit = useField('status', 'messageLimit');
  const loop = useField('status', 'loopDelayMs') ?? null;
  const build = useField('status', 'build') ?? '';
  return (
    <footer className="footer">
      <div className="footer-facts">
        <Seq />
        <Fact name="queue" value={countText(queue)} tone={(queue ?? 0) > 100 ? 'amber' : undefined} />
        <Fact name="conflicts" value={conflicts === null ? UNKNOWN : `${(conflicts * 100).toFixed(1)} %`} />
        <span>
          tick→order p50 <b>{millisecondsText(tick?.p50 ?? null)}</b> p99 <b>{millisecondsText(tick?.p99 ?? null)} ms</b>
        </span>
        <span>
          lines <b>{countText(used)}</b> / {countText(lines)}
        </span>
        <span>
          messages <b>{countText(rate)}</b> / {countText(limit)} s⁻¹
        </span>
        <Fact
          name="loop"
          value={loop === null ? UNKNOWN : `${millisecondsText(loop)} ms`}
          tone={loop !== null && loop > 50 ? 'amber' : undefined}
        />
        <Journal />
        <span className="build" title={`Build ${build}`}>
          build <b>{build === '' ? UNKNOWN : build.slice(0, 12)}</b>
        </span>
      </div>
      <FooterTools />
    </footer>
  );
}

function Fact({ name, value, tone }: { readonly name: string; readonly value: string; readonly tone?: string | undefined }): ReactNode {
  return (
    <span>
      {name} <b className={tone}>{value}</b>
    </span>
  );
}

function Seq(): ReactNode {
  const { replicas } = useDesk().link;
  const seq = useSyncExternalStore(
    useCallback((listener) => replicas.onCommit(listener), [replicas]),
    () => replicas.commitSeq,
  );
  return <Fact name="seq" value={countText(seq)} />;
}

function Journal(): ReactNode {
  const journal = useField('status', 'journal');
  const state = journal?.state ?? 'off';
  const lag = journal?.lagMs ?? null;
  return (
    <span title={journal?.text}>
      journal{' '}
      <b className={state === 'failed' ? 'critical' : state === 'off' ? 'amber' : undefined}>{journal === undefined ? UNKNOWN : state}</b>
      {lag === null ? '' : ` · sync lag ${millisecondsText(lag)} ms`}
    </span>
  );
}

/** The default is one window. A word to the others does not reach the window that says it. */
function resetAll(windows: ProgramWindows | null): void {
  resetLayout();
  forgetAllWindows();
  tellWindows({ kind: 'reset' });
  if (windows !== null) windows.closePanels();
  else if (shownPanel() !== null) window.close();
}

function FooterTools(): ReactNode {
  const locked = useLayout((state) => state.locked);
  const windows = useProgramWindows();
  return (
    <div className="footer-tools">
      <button type="button" className="footer-button" onClick={() => openDialog({ kind: 'cheat-sheet' })}>
        Risk keys work everywhere · <Kbd>?</Kbd> shortcuts
      </button>
      <button
        type="button"
        className="footer-button"
        title="A panel in a window of its own"
        onClick={() => openDialog({ kind: 'windows' })}
      >
        Windows
      </button>
      <button
        type="button"
        className="footer-button"
        aria-pressed={locked}
        aria-label="Lock layout"
        title={locked ? 'The layout is locked; click to unlock' : 'Lock the layout'}
        onClick={() => lockLayout(!locked)}
      >
        <LockIcon open={!locked} />
      </button>
      <button
        type="button"
        className="footer-button"
        disabled={locked}
        title="Reset the layout; closes the panel windows"
        onClick={() => resetAll(windows)}
      >
        Reset layout
      </button>
      <button
        type="button"
        className="footer-button"
        aria-label="Settings"
        title="Settings"
        onClick={() => openDialog({ kind: 'settings' })}
      >
        <GearIcon /> Settings
      </button>
    </div>
  );
}
