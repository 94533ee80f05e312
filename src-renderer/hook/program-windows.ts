import { useMemo } from 'react';
import type { PanelId, Place } from '#protocol/panels';
import { useDesk } from './desk-context.ts';

/** The windows of the program around this page. A text is a refusal, null: it did. */
export interface ProgramWindows {
  readonly open: (panel: PanelId | 'console', place: Place | null) => Promise<string | null>;
  readonly closePanels: () => void;
}

/** Null in a browser, where pages open and close their windows themselves. */
export function useProgramWindows(): ProgramWindows | null {
  const { link } = useDesk();
  return useMemo(() => {
    if (link.isInBrowser) return null;
    return {
      open: async (panel, place) => {
        const reply = await link.call('window.open', place === null ? { panel } : { panel, place });
        return reply.ok ? null : reply.error.text;
      },
      closePanels: () => void link.call('window.close-panels', {}),
    };
  }, [link]);
}
