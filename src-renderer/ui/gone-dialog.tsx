import type { ReactNode } from 'react';
import { Dialog } from './dialog.tsx';

export interface Closing {
  readonly onClose: () => void;
}

/** The row behind an open dialog is not there any more. */
export function Gone({ what, onClose }: Closing & { readonly what: string }): ReactNode {
  return (
    <Dialog title={`This ${what} is gone.`} onClose={onClose}>
      <p>It changed or ended while you were looking. Nothing was sent.</p>
    </Dialog>
  );
}
