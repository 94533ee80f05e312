import type { ReactNode } from 'react';
import { KEYS, keyCaps, type KeyPlace, type KeyWord } from '#protocol/keys';
import { useField } from '../../hook/rows.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Kbd } from '../../ui/controls.tsx';
import './help.css';

const SECTIONS: readonly { readonly title: string; readonly places: readonly KeyPlace[] }[] = [
  { title: 'Risk: in every focus, also while typing', places: ['everywhere'] },
  { title: 'Go to', places: ['view'] },
  { title: 'Ticket', places: ['ticket'] },
  { title: 'Tables', places: ['table', 'opens'] },
  { title: 'Watchers', places: ['watchers'] },
  { title: 'Orders', places: ['orders'] },
  { title: 'A change below a table', places: ['strip'] },
  { title: 'Positions', places: ['positions'] },
  { title: 'Quotes', places: ['quotes'] },
  { title: 'Found at the broker', places: ['adopt'] },
  { title: 'Dialogs', places: ['dialog'] },
];

function wordsOf(place: KeyPlace): readonly KeyWord[] {
  const words: Readonly<Record<string, KeyWord>> = KEYS[place];
  return Object.values(words);
}

/** Of two keys that mean the same on different keyboards, one is enough to read. */
function shownKeys({ keys }: KeyWord): readonly string[] {
  return keys.filter((key) => !key.endsWith('Backspace'));
}

function Section({ title, words }: { readonly title: string; readonly words: readonly KeyWord[] }): ReactNode {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {words.map((word) => (
          <div key={word.text}>
            <dt>
              {shownKeys(word).map((key, i) => (
                <span key={key} className="caps">
                  {i > 0 && <span className="dim">or</span>}
                  {keyCaps(key).map((cap) => (
                    <Kbd key={cap}>{cap}</Kbd>
                  ))}
                </span>
              ))}
            </dt>
            <dd>{word.text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function CheatSheet({ onClose }: { readonly onClose: () => void }): ReactNode {
  const hotkeys = useField('status', 'hotkeys') ?? [];
  return (
    <Dialog title="Shortcuts" onClose={onClose} size="wide" testId="cheat-sheet" scrolls>
      <div className="sheet">
        {SECTIONS.map(({ title, places }) => (
          <Section key={title} title={title} words={places.flatMap(wordsOf)} />
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
