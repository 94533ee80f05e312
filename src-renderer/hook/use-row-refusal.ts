import { useCallback, useMemo, useState } from 'react';
import type { RowKey } from '#protocol/stream';
import { useField, useRow } from './rows.ts';

interface Said {
  readonly key: RowKey;
  readonly version: number;
  readonly engine: string | undefined;
  readonly text: string;
}

export interface RowRefusal {
  /** Null as soon as the row, or the state of the engine, is another one than the refusal was about: then its cause is gone. */
  readonly text: string | null;
  readonly say: (row: { readonly key: RowKey; readonly version: number }, text: string) => void;
  readonly clear: () => void;
}

/** The one notice of a panel: the last refusal of a command for one of its rows. */
export function useRowRefusal(topic: 'orders' | 'watchers'): RowRefusal {
  const [said, setSaid] = useState<Said | null>(null);
  const engine = useField('status', 'engine');
  const row = useRow(topic, said?.key ?? null);
  const isTrue = said !== null && row?.version === said.version && engine === said.engine;
  const say = useCallback<RowRefusal['say']>(({ key, version }, text) => setSaid({ key, version, engine, text }), [engine]);
  const clear = useCallback(() => setSaid(null), []);
  const text = isTrue ? said.text : null;
  return useMemo(() => ({ text, say, clear }), [text, say, clear]);
}
