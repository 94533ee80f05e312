import { useEffect, useState, type Dispatch, type SetStateAction } from 'react';
import type { Contract } from '#domain/contract';
import { useDesk } from '../hook/desk-context.ts';

/** What the broker knows of `text`. */
export type Found =
  | { readonly phase: 'idle' | 'asking'; readonly text: string }
  | { readonly phase: 'found'; readonly text: string; readonly contracts: readonly Contract[] }
  | { readonly phase: 'failed'; readonly text: string; readonly why: string };

const TYPING_MS = 150;
const MOST = 12;

export interface Search {
  readonly found: Found;
  /** The option that the keyboard stands on. */
  readonly at: number;
  readonly setAt: Dispatch<SetStateAction<number>>;
  /** Asks the same again. */
  readonly again: () => void;
}

/** Asks the broker shortly after the last key. What is returned is always about this very text. */
export function useFound(text: string): Search {
  const { link, contracts: book } = useDesk();
  const [found, setFound] = useState<Found>({ phase: 'idle', text: '' });
  const [at, setAt] = useState(0);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (text === '') return undefined;
    let alive = true;
    setFound({ phase: 'asking', text });
    const timer = setTimeout(() => {
      void link.call('symbols.search', { text }).then((reply) => {
        if (!alive) return;
        if (!reply.ok) {
          setFound({ phase: 'failed', text, why: reply.error.text });
          return;
        }
        book.remember(reply.value.contracts);
        setFound({ phase: 'found', text, contracts: reply.value.contracts.slice(0, MOST) });
        setAt(0);
      });
    }, TYPING_MS);
    return () => {
      alive = false;
      clearTimeout(timer);
    };
  }, [text, round, link, book]);
  const now: Found = text === '' ? { phase: 'idle', text } : found.text === text ? found : { phase: 'asking', text };
  return { found: now, at, setAt, again: () => setRound((n) => n + 1) };
}

export function optionsOf(found: Found): readonly Contract[] {
  return found.phase === 'found' ? found.contracts : [];
}

/** The contract that bears the very symbol; the broker names the likeliest first. */
export function exactly(found: Found): Contract | undefined {
  if (found.phase !== 'found') return undefined;
  const wanted = found.text.toUpperCase();
  return found.contracts.find(({ symbol, localSymbol }) => symbol.toUpperCase() === wanted || localSymbol?.toUpperCase() === wanted);
}

/** Why the text stands for no contract, after the broker has answered. */
export function troubleOf(found: Found): string {
  if (found.phase === 'failed') return found.why;
  return found.phase === 'found' && found.contracts.length > 0
    ? `No contract is named “${found.text}”; choose one of those that the broker knows.`
    : `The broker knows no contract like “${found.text}”.`;
}
