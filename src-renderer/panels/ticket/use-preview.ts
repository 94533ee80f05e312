import { useCallback, useEffect, useRef, useState } from 'react';
import type { TriggerSpec } from '#domain/trigger';
import type { TriggerPreview } from '#protocol/commands';
import type { Draft } from '../../draft/draft.ts';
import { useDesk } from '../../hook/desk-context.ts';

export interface PreviewState {
  /** The newest answer; it may be about an older text while the desk is asked. */
  readonly preview: TriggerPreview | null;
  /** `preview` is about the draft as it stands now. */
  readonly fresh: boolean;
  /** The desk could not answer. */
  readonly error: string | null;
  /** Why arming would be refused now, whatever is confirmed; null when it would not, or when nobody knows yet. */
  readonly blocked: string | null;
  /** Asks again at once. */
  readonly ask: () => void;
}

interface Answer {
  readonly of: string | null;
  readonly preview: TriggerPreview | null;
  readonly error: string | null;
}

const NOTHING: Answer = { of: null, preview: null, error: null };
const TYPING_MS = 150;
const REFRESH_MS = 2_000;

/** Asks the desk for sentence and verdict: shortly after the last key, and again while the market moves. */
export function usePreview(spec: TriggerSpec | null, { editing }: Draft): PreviewState {
  const { link } = useDesk();
  const id = editing?.id ?? null;
  const [answer, setAnswer] = useState(NOTHING);
  const text = spec === null ? null : JSON.stringify([spec, id]);
  const latest = useRef({ spec, id, text });
  const asked = useRef(0);
  useEffect(() => {
    latest.current = { spec, id, text };
  });
  const ask = useCallback((): void => {
    const now = latest.current;
    if (now.spec === null) return;
    asked.current += 1;
    const number = asked.current;
    void link.call('trigger.preview', { spec: now.spec, ...(now.id === null ? {} : { id: now.id }) }).then((reply) => {
      // A later question has been asked, or the form says something else by now.
      if (number !== asked.current || now.text !== latest.current.text) return;
      setAnswer({ of: now.text, preview: reply.ok ? reply.value : null, error: reply.ok ? null : reply.error.text });
    });
  }, [link]);
  useEffect(() => {
    if (text === null) {
      setAnswer(NOTHING);
      return undefined;
    }
    const first = setTimeout(ask, TYPING_MS);
    const again = setInterval(ask, REFRESH_MS);
    return () => {
      asked.current += 1;
      clearTimeout(first);
      clearInterval(again);
    };
  }, [text, ask]);
  const fresh = text !== null && answer.of === text;
  return { preview: answer.preview, fresh, error: answer.error, blocked: fresh ? (answer.preview?.blocked ?? null) : null, ask };
}
