import type { ReactNode } from 'react';
import type { SessionEnd } from '#protocol/session';
import './no-session.css';

const TITLES: Readonly<Record<SessionEnd | 'none', string>> = {
  none: 'This page has no session',
  unknown: 'The desk does not know this page: it was started anew',
  expired: 'The session of this page has expired',
  revoked: 'The session of this page was ended',
};

/** All that a page may show that the desk does not talk to: an empty table would be a claim about orders. */
export function NoSession({ why }: { readonly why: SessionEnd | 'none' }): ReactNode {
  return (
    <main className="no-session" data-testid="no-session" data-why={why}>
      <h1>{TITLES[why]}</h1>
      <p>It shows nothing of the desk, and that says nothing: the desk may be running, with armed triggers and working orders.</p>
      <h2>How to get a console</h2>
      <ol>
        <li>
          Go to the terminal in which TriggerDesk was started and press <kbd className="kbd">Enter</kbd>. It prints a fresh address.
        </li>
        <li>Open that address here. It opens once, within a quarter of an hour.</li>
      </ol>
      <p className="dim">
        No terminal? The line that the desk printed at its start names a command (<span className="mono">kill -USR2 …</span>) that prints an
        address where its output goes. To stop everything without a console, type <span className="mono">kill now</span> in the terminal, or
        use TWS.
      </p>
    </main>
  );
}
