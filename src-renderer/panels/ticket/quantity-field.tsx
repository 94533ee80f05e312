import type { ReactNode } from 'react';
import { grouped } from '#domain/decimal';
import type { Price } from '#domain/price';
import { quantityToNumber, trustedQuantity } from '#domain/quantity';
import { changeDraft } from '../../draft/draft-store.ts';
import type { Draft } from '../../draft/draft.ts';
import { TextField } from '../../form/fields.tsx';

/** Sizes by value, in the contract's currency. */
const NOTIONALS = [10_000, 25_000, 50_000] as const;

export function QuantityField(props: {
  readonly draft: Draft;
  readonly fault: string | undefined;
  readonly unit: string;
  readonly price: Price | null;
  readonly position: number;
  readonly maxNotional: number | null;
}): ReactNode {
  const { draft, price, position, maxNotional } = props;
  const multiplier = draft.contract?.multiplier ?? 1;
  const presets =
    price === null || price <= 0
      ? []
      : NOTIONALS.filter((amount) => maxNotional === null || amount <= maxNotional)
          .map((amount) => ({ label: `${String(amount / 1_000)} k`, count: Math.floor((amount * 1_000_000) / (price * multiplier)) }))
          .filter((preset) => preset.count > 0);
  const held = Math.abs(quantityToNumber(trustedQuantity(position)));
  return (
    <>
      <TextField
        label="Quantity"
        numeric
        value={draft.quantity}
        unit={props.unit}
        placeholder="0"
        fault={props.fault}
        onChange={(quantity) => changeDraft({ quantity })}
      />
      {(presets.length > 0 || held > 0) && (
        <div className="presets" role="group" aria-label="Preset sizes">
          {presets.map((preset) => (
            <button
              key={preset.label}
              type="button"
              title={`${grouped(String(preset.count))} at the present price`}
              aria-pressed={draft.quantity === String(preset.count)}
              onClick={() => changeDraft({ quantity: String(preset.count) })}
            >
              {preset.label}
            </button>
          ))}
          {held > 0 && (
            <button
              type="button"
              title={`The whole position of ${grouped(String(held))}`}
              aria-pressed={draft.quantity === String(held)}
              onClick={() => changeDraft({ quantity: String(held), side: position > 0 ? 'SELL' : 'BUY' })}
            >
              Position
            </button>
          )}
        </div>
      )}
    </>
  );
}
