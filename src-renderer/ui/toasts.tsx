import type { ReactNode } from 'react';
import { CrossIcon } from './icons.tsx';

export interface Toast {
  readonly id: number;
  readonly tone: 'refused' | 'warning' | 'done';
  readonly text: string;
}

/** A toast only calls attention: what it says also stands beside its control or in the log. */
export function Toasts({ toasts, onClose }: { readonly toasts: readonly Toast[]; readonly onClose: (id: number) => void }): ReactNode {
  return (
    <section className="toasts" aria-label="Messages" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className="toast" data-tone={toast.tone}>
          <p>{toast.text}</p>
          <button type="button" className="icon-button" aria-label="Close message" onClick={() => onClose(toast.id)}>
            <CrossIcon />
          </button>
        </div>
      ))}
    </section>
  );
}
