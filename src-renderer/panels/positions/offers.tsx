import { useCallback, type ReactNode } from 'react';
import type { PositionRow } from '#protocol/topics';
import { useField, useSummary } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { ByScope } from '../../hook/scope.tsx';
import { openDialog, refused } from '../../view/view-store.ts';
import { offerSign, offerWord } from './offer-words.ts';

/** Opens the line for a stop whose price nobody knows. */
export type AskStop = (key: string) => void;

/** Takes what is offered for a position. What needs a price or a confirmation opens where it is given. */
export function useTakeOffer(ask: AskStop): { readonly take: (row: PositionRow) => void; readonly pending: boolean } {
  const protect = useCommand('position.protect', refused);
  const mend = useCommand('position.resize-exits', refused);
  const { run: runProtect } = protect;
  const { run: runResize } = mend;
  const take = useCallback(
    (row: PositionRow) => {
      const { account, conId, offer } = row;
      if (offer?.kind === 'flatten') openDialog({ kind: 'close', key: row.key, percent: 100 });
      else if (offer?.kind === 'resize-exits') void runResize({ account, conId });
      else if (offer?.stop == null) ask(row.key);
      else void runProtect({ account, conId, stop: offer.stop });
    },
    [ask, runResize, runProtect],
  );
  return { take, pending: protect.pending || mend.pending };
}

interface Line {
  readonly row: PositionRow;
  readonly text: string;
}

function lines(rows: readonly PositionRow[]): readonly Line[] {
  return rows
    .filter((row) => row.offer !== null && row.closing === null)
    .map((row) => ({ row, text: `${row.symbol}: ${row.offer?.why ?? ''}.` }));
}

/** The row has no room for the reason, and it is one to read. */
export function Offers({ ask }: { readonly ask: AskStop }): ReactNode {
  const offered = useSummary('positions', lines);
  const { take, pending } = useTakeOffer(ask);
  const shut = useField('status', 'reduceRefusal') ?? null;
  return (
    <div className="closings" role="status" data-testid="offers">
      {offered.map(({ row, text }) => (
        <p key={row.key} className="offer">
          <b className="amber">{offerSign(row)}</b>
          <span>{text}</span>
          <ByScope call="position.protect">
            <button
              type="button"
              className="button"
              data-size="small"
              data-tone="amber"
              aria-disabled={pending || shut !== null}
              title={shut ?? undefined}
              onClick={() => (shut === null ? take(row) : refused(shut))}
            >
              {offerWord(row)}
            </button>
          </ByScope>
        </p>
      ))}
    </div>
  );
}
