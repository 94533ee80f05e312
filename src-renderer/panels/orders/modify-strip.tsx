import { useState, type ReactNode } from 'react';
import type { OrderKey } from '#domain/ids';
import type { Price } from '#domain/price';
import type { OrderRow } from '#protocol/topics';
import { useRow } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { focusGrid } from '../../view/focus.ts';
import { Strip } from '../../ui/strip.tsx';
import { PriceField, TextField } from '../../form/fields.tsx';
import {
  changeRefusal,
  orderTerms,
  readChange,
  sameTerms,
  termsOf,
  tickOf,
  typedTerms,
  type ReadChange,
  type TypedTerms,
} from '../../draft/order-change.ts';

/** New terms for one working order, below the table so that no row moves. It shows the order as it is while it is edited. */
export function ModifyStrip({ orderKey, onClose }: { readonly orderKey: OrderKey; readonly onClose: () => void }): ReactNode {
  const row = useRow('orders', orderKey);
  const leave = (): void => {
    onClose();
    focusGrid('Orders');
  };
  if (row === undefined) {
    return (
      <Strip
        title="Change"
        testId="modify-strip"
        error="This order is gone. Nothing was sent."
        onLeave={leave}
        onSubmit={leave}
        action="Leave"
      />
    );
  }
  return <Editor row={row} onLeave={leave} />;
}

const NOTHING_YET = ['Nothing is changed yet: ↑ ↓ move a price one tick, with Shift ten.'];

function Editor({ row, onLeave }: { readonly row: OrderRow; readonly onLeave: () => void }): ReactNode {
  const quote = useRow('quotes', row.conId);
  const modify = useCommand('order.modify');
  const [seen, setSeen] = useState(() => termsOf(row));
  const [typed, setTyped] = useState(() => typedTerms(seen, row.decimals));
  const { change, faults, lines, warnings } = readChange(row, typed, quote);
  // The desk's own answer to our change also moves the terms; only a change by somebody else is one to stop at.
  const isMoved = !modify.pending && !sameTerms(seen, termsOf(row));
  const refusal = modify.pending ? null : changeRefusal(row);
  const faultTexts = Object.values(faults);
  const isReady = refusal === null && !isMoved && faultTexts.length === 0 && lines.length > 0;
  const submit = async (): Promise<void> => {
    if (!isReady || modify.pending) return;
    const reply = await modify.run({ key: row.key, expectedVersion: row.version, ...change });
    if (reply.ok) onLeave();
  };
  const takeOver = (): void => {
    setSeen(termsOf(row));
    setTyped(typedTerms(termsOf(row), row.decimals));
    modify.clear();
  };
  const set = (part: Partial<TypedTerms>): void => {
    setTyped((old) => ({ ...old, ...part }));
    modify.clear();
  };
  return (
    <Strip
      title={`Change ${orderTerms(row)}`}
      testId="modify-strip"
      action="Change"
      ready={isReady}
      pending={modify.pending}
      error={modify.error ?? refusal ?? faultTexts[0] ?? null}
      lines={lines.length === 0 && faultTexts.length === 0 ? NOTHING_YET : lines}
      warnings={isMoved ? ['The order changed meanwhile.'] : warnings}
      onSubmit={() => void submit()}
      onLeave={onLeave}
      extra={
        isMoved && (
          <button type="button" className="button" data-size="small" onClick={takeOver}>
            Take the new terms
          </button>
        )
      }
    >
      <Fields row={row} typed={typed} faults={faults} tick={tickOf(quote, row.decimals)} onType={set} />
    </Strip>
  );
}

/** One field for each term that the order has; a trailing stop is moved by IB. */
function Fields(props: {
  readonly row: OrderRow;
  readonly typed: TypedTerms;
  readonly faults: ReadChange['faults'];
  readonly tick: Price;
  readonly onType: (part: Partial<TypedTerms>) => void;
}): ReactNode {
  const { row, typed, faults, tick, onType } = props;
  return (
    <>
      {row.stop !== null && row.trail === null && (
        <label className="strip-field">
          Stop
          <PriceField
            label="New stop price"
            value={typed.stop}
            onChange={(stop) => onType({ stop })}
            tick={tick}
            decimals={row.decimals}
            start={row.stop}
            fault={faults.stop}
          />
        </label>
      )}
      {row.limit !== null && (
        <label className="strip-field">
          Limit
          <PriceField
            label="New limit price"
            value={typed.limit}
            onChange={(limit) => onType({ limit })}
            tick={tick}
            decimals={row.decimals}
            start={row.limit}
            fault={faults.limit}
          />
        </label>
      )}
      <label className="strip-field">
        Quantity
        <TextField
          label="New quantity"
          numeric
          value={typed.quantity}
          onChange={(quantity) => onType({ quantity })}
          fault={faults.quantity}
        />
      </label>
    </>
  );
}
