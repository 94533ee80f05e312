import { useCallback, useEffect, useRef, useState } from 'react';
import type { CommandName, Input, Reply } from '#protocol/commands';
import { useDesk } from './desk-context.ts';

export interface Command<N extends CommandName> {
  /** Resolves when this screen shows the commit the desk answered with, or with the refusal. */
  readonly run: (input: Input<N>) => Promise<Reply<N>>;
  readonly pending: boolean;
  /** The desk's own sentence; it stays until the next attempt or `clear`. */
  readonly error: string | null;
  readonly clear: () => void;
}

const SHOW_DEADLINE_MS = 10_000;

/**
 * Nothing is shown before it is true: a command is pending until the replicas contain its commit. `onError` is told of a refusal, and null when the
 * command is tried again.
 */
export function useCommand<N extends CommandName>(name: N, onError?: (text: string | null, name: N) => void): Command<N> {
  const { link } = useDesk();
  const [pending, setPending] = useState(0);
  const [error, setError] = useState<string | null>(null);
  const alive = useRef(true);
  const report = useRef(onError);
  useEffect(() => {
    report.current = onError;
  });
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  const run = useCallback(
    async (input: Input<N>): Promise<Reply<N>> => {
      setError(null);
      report.current?.(null, name);
      setPending((n) => n + 1);
      const reply = await link.call(name, input);
      const shown = reply.ok ? await shownHere(link, reply.value.seq) : true;
      const text = !reply.ok
        ? reply.error.text
        : shown
          ? null
          : 'The desk accepted it, but this screen has not received the change yet. Look at the log before you repeat it.';
      if (alive.current) {
        setPending((n) => n - 1);
        setError(text);
      }
      if (text !== null) report.current?.(text, name);
      return reply;
    },
    [link, name],
  );
  const clear = useCallback(() => setError(null), []);
  return { run, pending: pending > 0, error, clear };
}

function shownHere(link: ReturnType<typeof useDesk>['link'], seq: number): Promise<boolean> {
  const { replicas } = link;
  if (replicas.commitSeq >= seq) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (shown: boolean): void => {
      clearTimeout(deadline);
      end();
      resolve(shown);
    };
    const deadline = setTimeout(() => finish(false), SHOW_DEADLINE_MS);
    const end = replicas.onCommit(() => {
      if (replicas.commitSeq >= seq) finish(true);
    });
  });
}
