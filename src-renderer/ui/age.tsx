import { createContext, useCallback, useContext, useSyncExternalStore, type ReactNode } from 'react';

export interface Beat {
  readonly shown: number;
  subscribe(listener: () => void): () => void;
}

/** The shared clock of everything that counts. */
export const BeatContext = createContext<Beat | null>(null);

export interface AgeProps {
  /** Epoch ms of the figure; null when there is none. */
  readonly at: number | null;
  readonly text: (ms: number | null) => string;
  /** From here on amber, and red at five times that; undefined for figures that do not go stale. */
  readonly limitMs?: number | undefined;
}

/** Counts by itself: a row that does not change costs nothing but this text. */
export function Age({ at, text, limitMs }: AgeProps): ReactNode {
  const beat = useContext(BeatContext);
  const subscribe = useCallback((listener: () => void) => beat?.subscribe(listener) ?? (() => undefined), [beat]);
  const shown = useSyncExternalStore(subscribe, () => {
    const ms = at === null || beat === null ? null : beat.shown - at;
    const tone = ms === null || limitMs === undefined || ms <= limitMs ? 'quiet' : ms <= 5 * limitMs ? 'amber' : 'critical';
    return `${tone}|${text(ms)}`;
  });
  const [tone = '', figure = ''] = shown.split('|');
  return <span className={tone}>{figure}</span>;
}
