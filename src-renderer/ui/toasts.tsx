import type { ReactNode } from 'react';
import { CrossIcon } from './icons.tsx';

export interface Toast {
  readonly id: number;
  readonly tone: 'refused' | 'warning' | 'done';
  readonly text: string;
  /** What it is about: there is one message of it at a time, and it goes when that is settled. */
  readonly key: string;
}

/**
 * Messages in a place of their own, so that none covers a row or a control: the newest, and how many wait behind it. A message only calls
 * attention: what it says also stands beside its control or in the log.
 */
export function Toasts({ toasts, onClose }: { readonly toasts: readonly Toast[]; readonly onClose: (id: number) => void }): ReactNode {
  const newest = toasts.at(-1);
  return (
    <section className="toasts" aria-label="Messages" aria-live="polite">
      {newest !== undefined && (
        <div key={newest.id} className="toast" data-tone={newest.tone}>
          {toasts.length > 1 && (
            <span className="badge" title={toasts.map(({ text }) => text).join('\n')}>
              {toasts.length}
            </span>
          )}
          <p title={newest.text}>{newest.text}</p>
          <button type="button" className="icon-button" aria-label="Close message" onClick={() => onClose(newest.id)}>
            <CrossIcon />
          </button>
        </div>
      )}
    </section>
  );
}
