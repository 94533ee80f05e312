import { useEffect } from 'react';
import { PANELS, type PanelId } from '#protocol/panels';
import { useLinkState } from '../hook/rows.ts';
import { useProgramWindows } from '../hook/program-windows.ts';
import { LAYOUT_STORED, readLayoutAnew } from '../view/layout-store.ts';
import { openWindow, ownPlace, windowName } from '../view/open-window.ts';
import { select, toast, useView } from '../view/view-store.ts';
import { forgetWindow, rememberWindow, savedWindows, soundPlace } from '../view/window-store.ts';
import { hearWindows, tellWindows } from '../view/window-talk.ts';

/** Browsers do not say that a window was moved. */
const LOOK_MS = 1_000;
/** A page that is loaded anew is back by then; so is one whose whole browser was closed, gone with this one. */
const GONE_MS = 2_000;
/** Windows that are there have answered by then. */
const ANSWER_MS = 500;

/** Once in the life of a page: what is closed later stays closed, whatever becomes of the connection. */
let restored = false;

/** This window's part in what the windows of a console know of each other. */
export function useWindows(shown: PanelId | null): void {
  useShared(shown);
  useSelf(shown);
  useOthers(shown === null);
}

/** The sizes and the lock are the same in every window. Each tells what it selects; a chart that stands alone shows it. */
function useShared(shown: PanelId | null): void {
  useEffect(() => {
    const tell = (): void => {
      const { selection } = useView.getState();
      if (selection !== null && shown !== 'chart') tellWindows({ kind: 'selection', conId: selection.conId, symbol: selection.symbol });
    };
    const stopTelling = useView.subscribe((now, before) => {
      if (now.selection?.conId !== before.selection?.conId) tell();
    });
    const stopHearing = hearWindows((word) => {
      if (word.kind === 'who' && shown === null) tell();
      if (word.kind === 'selection' && shown === 'chart') select({ conId: word.conId, symbol: word.symbol, contract: null });
    });
    const onStorage = (event: StorageEvent): void => {
      if (event.key === LAYOUT_STORED) readLayoutAnew();
    };
    window.addEventListener('storage', onStorage);
    if (shown === 'chart') tellWindows({ kind: 'who' });
    return () => {
      stopTelling();
      window.removeEventListener('storage', onStorage);
      stopHearing();
    };
  }, [shown]);
}

/** A window of one panel says that it is there, keeps its place, and closes when the layout is reset. */
function useSelf(shown: PanelId | null): void {
  useEffect(() => {
    document.title = shown === null ? 'TriggerDesk' : `${PANELS[shown]} · TriggerDesk`;
    if (window.name === '' && shown === null) window.name = windowName('console');
    if (shown === null) return undefined;
    let last = '';
    const look = (): void => {
      const place = soundPlace(ownPlace());
      const text = JSON.stringify(place);
      if (text === last) return;
      last = text;
      rememberWindow(shown, place);
    };
    const here = (): void => tellWindows({ kind: 'here', panel: shown });
    const leave = (): void => tellWindows({ kind: 'gone', panel: shown });
    look();
    here();
    const timer = setInterval(look, LOOK_MS);
    const stopHearing = hearWindows((word) => {
      if (word.kind === 'who') here();
      if (word.kind === 'reset') window.close();
    });
    window.addEventListener('pagehide', leave);
    return () => {
      clearInterval(timer);
      stopHearing();
      window.removeEventListener('pagehide', leave);
    };
  }, [shown]);
}

/** The whole console forgets what the operator closes, and opens again what was open when it was last left. */
function useOthers(whole: boolean): void {
  const throughDesk = useProgramWindows()?.open ?? null;
  const live = useLinkState().phase === 'live';
  useEffect(() => {
    if (!whole) return undefined;
    const leaving = new Map<PanelId, ReturnType<typeof setTimeout>>();
    const stay = (panel: PanelId): void => clearTimeout(leaving.get(panel));
    const stop = hearWindows((word) => {
      if (word.kind === 'here') stay(word.panel);
      if (word.kind !== 'gone') return;
      stay(word.panel);
      leaving.set(
        word.panel,
        setTimeout(() => forgetWindow(word.panel), GONE_MS),
      );
    });
    return () => {
      stop();
      for (const panel of leaving.keys()) stay(panel);
    };
  }, [whole]);
  useEffect(() => {
    if (!whole || !live || restored) return undefined;
    const missing = new Set(Object.keys(savedWindows()) as PanelId[]);
    const stop = hearWindows((word) => {
      if (word.kind === 'here') missing.delete(word.panel);
    });
    tellWindows({ kind: 'who' });
    const timer = setTimeout(() => {
      restored = true;
      const saved = savedWindows();
      if (throughDesk !== null) for (const panel of missing) void openWindow(panel, saved[panel] ?? null, throughDesk);
      else if (missing.size > 0) toast('warning', `Panel windows were open here: ${names([...missing])}. Shift W opens them again.`);
    }, ANSWER_MS);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [whole, live, throughDesk]);
}

function names(panels: readonly PanelId[]): string {
  return panels.map((panel) => PANELS[panel]).join(', ');
}
