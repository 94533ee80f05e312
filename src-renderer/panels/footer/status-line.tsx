import { useEffect, useRef, type ReactNode } from 'react';
import { clockText, preciseTime } from '../../format/time.ts';
import { useField, useSummary } from '../../hook/rows.ts';
import { flash } from '../../ui/flash.ts';
import { sound, unlockSound } from '../../ui/sound.ts';
import { isNews, lastFill, lastFire, type DeskEvent } from './last-event.ts';

const FIRED = ['id', 'name', 'firedAt', 'firedTime', 'gen', 'rule'] as const;
const EVENT_MS = 1_500;

/** The last trigger that fired and the last fill: shown, spoken and, where the settings say so, heard. Messages stand beside it. */
export function StatusLine({ children }: { readonly children: ReactNode }): ReactNode {
  const fire = useSummary('watchers', lastFire, FIRED);
  const fill = useSummary('fills', lastFill);
  useSoundUnlocked();
  return (
    <section className="status-line" aria-label="What happened last" data-testid="status-line">
      <div className="last-events" role="status" aria-live="polite">
        <Event event={fire} />
        <Event event={fill} />
        {fire === null && fill === null && <span className="dim">Nothing has fired and nothing was filled yet.</span>}
      </div>
      {children}
    </section>
  );
}

function Event({ event }: { readonly event: DeskEvent | null }): ReactNode {
  const element = useRef<HTMLSpanElement>(null);
  useNoticed(event, () => {
    if (element.current !== null) flash(element.current, EVENT_MS);
  });
  if (event === null) return null;
  return (
    <span ref={element} className="last-event" title={`${preciseTime(event.at)}\n${event.text}`} data-testid={`last-${event.kind}`}>
      <time>{clockText(event.at)}</time> {event.text}
    </span>
  );
}

/** Lights and sounds once for each event that is news; what was there when this screen opened is none. */
function useNoticed(event: DeskEvent | null, light: () => void): void {
  const wanted = useField('settings', 'settings')?.screen.sound ?? false;
  const exchangeTime = useField('status', 'exchangeTime') ?? null;
  const seen = useRef(event?.id);
  const now = useRef({ exchangeTime, wanted, light });
  useEffect(() => {
    now.current = { exchangeTime, wanted, light };
  });
  useEffect(() => {
    if (event === null || event.id === seen.current) return;
    seen.current = event.id;
    if (!isNews(event, now.current.exchangeTime)) return;
    now.current.light();
    if (now.current.wanted) sound(event.kind);
  }, [event]);
}

function useSoundUnlocked(): void {
  useEffect(() => {
    const unlock = (): void => unlockSound();
    const once = { once: true, capture: true };
    window.addEventListener('pointerdown', unlock, once);
    window.addEventListener('keydown', unlock, once);
    return () => {
      window.removeEventListener('pointerdown', unlock, once);
      window.removeEventListener('keydown', unlock, once);
    };
  }, []);
}
