import { useState, type ReactNode } from 'react';
import { PANEL_IDS, PANELS, type PanelId } from '#protocol/panels';
import { useProgramWindows } from '../../hook/program-windows.ts';
import { openWindow } from '../../view/open-window.ts';
import { shownPanel } from '../../view/shown-panel.ts';
import { savedWindows } from '../../view/window-store.ts';
import { Dialog } from '../../ui/dialog.tsx';
import './windows.css';

/** Leads to the other windows of this console, and opens them. */
export function WindowsDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const throughDesk = useProgramWindows()?.open ?? null;
  const [refusal, setRefusal] = useState<string | null>(null);
  const shown = shownPanel();
  const saved = savedWindows();
  const kept = PANEL_IDS.filter((panel) => panel !== shown && Object.hasOwn(saved, panel));
  const open = async (panels: readonly (PanelId | 'console')[]): Promise<void> => {
    const places = panels.map((panel) => openWindow(panel, panel === 'console' ? null : (saved[panel] ?? null), throughDesk));
    const failed = (await Promise.all(places)).find((text) => text !== null) ?? null;
    setRefusal(failed);
    if (failed === null) onClose();
  };
  return (
    <Dialog
      title="A panel in a window of its own"
      description="Each shows one panel with the header, the banners and the kill switch. Size and place are kept with the layout."
      onClose={onClose}
      testId="windows-dialog"
    >
      {refusal !== null && (
        <p className="critical" role="alert">
          {refusal}
        </p>
      )}
      <div className="window-list">
        {shown !== null && (
          <button type="button" className="button" onClick={() => void open(['console'])}>
            The whole console
          </button>
        )}
        {PANEL_IDS.filter((panel) => panel !== shown).map((panel) => (
          <button key={panel} type="button" className="button" onClick={() => void open([panel])}>
            {PANELS[panel]}
          </button>
        ))}
      </div>
      {kept.length > 0 && (
        <button type="button" className="button" onClick={() => void open(kept)}>
          All that were open: {kept.map((panel) => PANELS[panel]).join(', ')}
        </button>
      )}
    </Dialog>
  );
}
