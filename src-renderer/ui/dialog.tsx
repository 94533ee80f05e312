import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { CrossIcon } from './icons.tsx';

export interface DialogProps {
  readonly title: string;
  readonly description?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
  readonly size?: 'normal' | 'wide';
  readonly testId?: string;
  /** Its content is only read and may be longer than the window: the keyboard can scroll it. */
  readonly scrolls?: boolean;
}

/**
 * Not modal in the browser's sense: everything below the header is inert while a dialog is open (the shell sees to it), but the
 * header with its kill cluster stays reachable by pointer, by Tab and by its keys.
 */
export function Dialog(props: DialogProps): ReactNode {
  return (
    <Radix.Root
      open
      modal={false}
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <Radix.Portal>
        <div className="scrim" data-dialog-scrim="" />
        <Radix.Content
          className="dialog"
          data-size={props.size}
          data-testid={props.testId}
          aria-modal={false}
          {...(props.description === undefined ? { 'aria-describedby': undefined } : {})}
          onOpenAutoFocus={(event) => {
            // A dialog names the button that its key asked for; the others begin where the browser does.
            const first = event.target instanceof HTMLElement ? event.target.querySelector<HTMLElement>('[data-first]') : null;
            if (first === null) return;
            event.preventDefault();
            first.focus();
          }}
          onInteractOutside={(event) => event.preventDefault()}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') event.stopPropagation();
          }}
        >
          <div className="dialog-head">
            <Radix.Title asChild>
              <h2>{props.title}</h2>
            </Radix.Title>
            <Radix.Close className="icon-button" aria-label="Close">
              <CrossIcon />
            </Radix.Close>
          </div>
          <div className="body" {...(props.scrolls === true ? { tabIndex: 0, role: 'region', 'aria-label': props.title } : {})}>
            {props.description !== undefined && (
              <Radix.Description asChild>
                <p>{props.description}</p>
              </Radix.Description>
            )}
            {props.children}
          </div>
          {props.footer !== undefined && <div className="dialog-foot">{props.footer}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** What a confirmation must say: what will happen, and what will not. */
export function Consequences({ will, willNot }: { readonly will: readonly string[]; readonly willNot: readonly string[] }): ReactNode {
  return (
    <div className="consequences">
      <section>
        <h3>What will happen</h3>
        <ul>
          {will.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
      <section>
        <h3>What will not</h3>
        <ul>
          {willNot.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
    </div>
  );
}
