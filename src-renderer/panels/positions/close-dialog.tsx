import { useCallback, useState, type ReactNode } from 'react';
import type { OrderRow, PositionRow } from '#protocol/topics';
import { quantityText } from '../../format/figure.ts';
import { useField, useRow, useSummary } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { Consequences, Dialog } from '../../ui/dialog.tsx';
import { HoldButton } from '../../ui/hold-button.tsx';
import { Segmented } from '../../ui/controls.tsx';
import { Gone, type Closing } from '../../ui/gone-dialog.tsx';
import { closePlan, type Percent } from './position-plan.ts';

const CLOSE_HOLD_MS = 1_500;

/** Working orders of one contract; the others do not concern a close. */
function useOrdersOf(conId: number | undefined): readonly OrderRow[] {
  return useSummary(
    'orders',
    useCallback((rows: readonly OrderRow[]) => ordersOf(rows, conId), [conId]),
  );
}

/** With the parents, filled or not: they tell whether an exit is awake. */
function ordersOf(rows: readonly OrderRow[], conId: number | undefined): readonly OrderRow[] {
  return rows.filter((row) => row.conId === conId);
}

export function CloseDialog({
  positionKey,
  first,
  onClose,
}: Closing & { readonly positionKey: string; readonly first: Percent }): ReactNode {
  const position = useRow('positions', positionKey);
  const orders = useOrdersOf(position?.conId);
  const close = useCommand('position.close');
  const shut = useField('status', 'reduceRefusal') ?? null;
  const [percent, setPercent] = useState<Percent>(first);
  if (position === undefined || position.quantity === 0) return <Gone what="position" onClose={onClose} />;
  const plan = closePlan(position, orders, percent);
  const what = `${plan.side} ${quantityText(plan.quantity)} at market`;
  const submit = async (): Promise<void> => {
    const reply = await close.run({ account: position.account, conId: position.conId, percent, confirmed: true });
    if (reply.ok) onClose();
  };
  return (
    <Dialog
      title={`Close ${position.symbol}?`}
      onClose={onClose}
      testId="flatten-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Keep the position
          </button>
          <HoldButton
            name={`Hold: ${what}`}
            tone="danger"
            needMs={CLOSE_HOLD_MS}
            first
            disabled={plan.quantity <= 0 || position.closing !== null || shut !== null}
            pending={close.pending}
            onDone={() => void submit()}
          >
            Hold: {what}
          </HoldButton>
        </>
      }
    >
      <div className="close-share">
        <span>
          Of {quantityText(position.quantity)} {position.symbol}
        </span>
        <Segmented
          name="close-percent"
          label="Share to close"
          value={String(percent) as '25' | '50' | '100'}
          onChange={(value) => setPercent(Number(value) as Percent)}
          options={[
            { value: '25', label: '25 %' },
            { value: '50', label: '50 %' },
            { value: '100', label: '100 %' },
          ]}
        />
        <span className="dim">{plan.remaining > 0 ? `${quantityText(plan.remaining)} stay` : 'nothing stays'}</span>
      </div>
      {(shut ?? plan.refusal) !== null && <p className="amber">{shut ?? plan.refusal}</p>}
      <Consequences will={plan.will} willNot={plan.willNot} />
      {close.error !== null && (
        <p className="critical" role="alert">
          {close.error}
        </p>
      )}
    </Dialog>
  );
}

function openPositions(rows: readonly PositionRow[]): readonly PositionRow[] {
  return rows.filter((row) => row.quantity !== 0);
}

function workingOf(rows: readonly OrderRow[]): readonly OrderRow[] {
  const keys = new Set(rows.filter((row) => row.working).flatMap((row) => [row.key, row.parentKey]));
  return rows.filter((row) => keys.has(row.key));
}

export function FlattenAllDialog({ onClose }: Closing): ReactNode {
  const account = useField('status', 'account') ?? null;
  const positions = useSummary('positions', openPositions);
  const orders = useSummary('orders', workingOf);
  const flatten = useCommand('positions.flatten-all');
  const shut = useField('status', 'reduceRefusal') ?? null;
  if (positions.length === 0) return <Gone what="position" onClose={onClose} />;
  const plans = positions.map((position) => ({ position, plan: closePlan(position, orders, 100) }));
  const many = `${String(positions.length)} position${positions.length === 1 ? '' : 's'}`;
  const submit = async (): Promise<void> => {
    const reply = await flatten.run({ confirmed: true });
    if (reply.ok) onClose();
  };
  return (
    <Dialog
      title={`Flatten all: ${many}${account === null ? '' : ` in ${account}`}?`}
      onClose={onClose}
      size="wide"
      testId="flatten-all-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Keep the positions
          </button>
          <HoldButton
            name={`Hold: flatten ${many} at market`}
            tone="danger"
            needMs={CLOSE_HOLD_MS}
            first
            disabled={shut !== null}
            pending={flatten.pending}
            onDone={() => void submit()}
          >
            Hold: flatten {many} at market
          </HoldButton>
        </>
      }
    >
      {shut !== null && <p className="amber">{shut}</p>}
      <ul className="flatten-list" aria-label="What will be sent">
        {plans.map(({ position, plan }) => (
          <li key={position.key}>
            <b>
              <span className={plan.side === 'BUY' ? 'side-buy' : 'side-sell'}>{plan.side}</span> {quantityText(plan.quantity)}{' '}
              {position.symbol} at market
            </b>
            <ul>
              {plan.refusal !== null && <li className="amber">{plan.refusal}</li>}
              {plan.refusal === null && plan.will.filter((line) => line.startsWith('First')).map((line) => <li key={line}>{line}</li>)}
              {plan.refusal === null && plan.will.length === 1 && <li className="dim">No exit has to go first.</li>}
            </ul>
          </li>
        ))}
      </ul>
      <Consequences
        will={[
          'Each order is reduce-only and leaves when the exits before it are confirmed gone.',
          'It is written into the audit trail as yours.',
        ]}
        willNot={[
          'No price is guaranteed: each takes what its market offers.',
          'Armed triggers stay armed and entries stay working: Pause or KILL stops those.',
        ]}
      />
      {flatten.error !== null && (
        <p className="critical" role="alert">
          {flatten.error}
        </p>
      )}
    </Dialog>
  );
}
