import type { ReactNode } from 'react';
import { useField } from '../../hook/rows.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Kbd } from '../../ui/controls.tsx';
import './help.css';

const SECTIONS: readonly { readonly title: string; readonly keys: readonly (readonly [readonly string[], string])[] }[] = [
  {
    title: 'Risk: in every focus, also while typing',
    keys: [
      [['F5'], 'Pause: no new exposure'],
      [['F7'], 'Hold 0.8 s: cancel all entries of this program; protective exits stay'],
      [['Shift', 'F7'], 'Hold 0.8 s: cancel everything of this program, protective exits too'],
      [['F12'], 'Hold 1.5 s: KILL; protective exits stay'],
      [['Shift', 'F12'], 'Hold 1.5 s: KILL that cancels everything, protective exits too'],
    ],
  },
  {
    title: 'Ticket',
    keys: [
      [['N'], 'New trigger: to the symbol'],
      [['↑', '↓'], 'In a price: one tick'],
      [['Shift', '↑'], 'In a price: ten ticks'],
      [['Ctrl', 'Enter'], 'Arm the trigger'],
      [['Esc'], 'Leave the ticket, or the edit of a watcher'],
    ],
  },
  {
    title: 'Tables',
    keys: [
      [['↑', '↓'], 'Move'],
      [['Home', 'End'], 'First and last row'],
      [['Enter'], 'Details, or Why?'],
      [['O'], 'Sort by the next column; with Shift turn the order'],
      [['P'], 'Watchers: pause and resume'],
      [['E'], 'Watchers: edit'],
      [['Del'], 'Cancel, disarm, flatten: asks first'],
    ],
  },
  {
    title: 'Orders',
    keys: [
      [['W'], 'Why?'],
      [['M'], 'Change price or quantity'],
      [['+', '-'], 'Move the price one tick, at once'],
      [['S'], 'Settle an UNKNOWN order that IB does not have'],
      [['Enter'], 'In a change: send it'],
      [['Esc'], 'In a change: leave it'],
    ],
  },
  {
    title: 'Positions',
    keys: [
      [['P'], 'Protect what no stop covers'],
      [['B'], 'Stops to breakeven'],
      [['T'], 'Let the stop trail behind the market'],
      [['O'], 'Take what is offered: protect again, mend, flatten'],
      [['C'], 'Close 25, 50 or 100 %: asks first'],
      [['Shift', 'Del'], 'Flatten all: asks first'],
    ],
  },
  {
    title: 'Found at the broker',
    keys: [
      [['A'], 'Adopt; Enter does the same'],
      [['I'], 'Ignore'],
      [['C'], 'Cancel the order'],
    ],
  },
  {
    title: 'Window',
    keys: [
      [['1', '…', '6'], 'Orders, Positions, Fills, P&L, Scheduler, Diagnostics'],
      [['G', 'W'], 'To the watchers'],
      [['G', 'O'], 'To the orders'],
      [['G', 'Q'], 'To the quotes'],
      [['?'], 'This sheet'],
      [['Esc'], 'Close a dialog'],
    ],
  },
];

export function CheatSheet({ onClose }: { readonly onClose: () => void }): ReactNode {
  const hotkeys = useField('status', 'hotkeys') ?? [];
  return (
    <Dialog title="Shortcuts" onClose={onClose} size="wide" testId="cheat-sheet">
      <div className="sheet">
        {SECTIONS.map((section) => (
          <section key={section.title}>
            <h3>{section.title}</h3>
            <dl>
              {section.keys.map(([keys, text]) => (
                <div key={text}>
                  <dt>
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        {hotkeys.length > 0 && (
          <section>
            <h3>Outside of this window</h3>
            <dl>
              {hotkeys.map((key) => (
                <div key={key.keys}>
                  <dt>
                    <Kbd>{key.keys}</Kbd>
                  </dt>
                  <dd>
                    {key.action}
                    {key.registered ? '' : <span className="amber"> · refused by the system, another program holds it</span>}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        )}
      </div>
    </Dialog>
  );
}
