import type { ReactNode } from 'react';
import { grouped } from '#domain/decimal';
import type { Price } from '#domain/price';
import { quantityToNumber, trustedQuantity } from '#domain/quantity';
import { changeDraft } from '../../draft/draft-store.ts';
import type { Draft } from '../../draft/draft.ts';
import { TextField } from '../../form/fields.tsx';
import { Toolbar, type Tool } from '../../ui/toolbar.tsx';

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
  const tools: readonly Tool[] = [
    ...presets.map(({ label, count }) => ({
      label,
      title: `${grouped(String(count))} at the present price`,
      pressed: draft.quantity === String(count),
      run: () => changeDraft({ quantity: String(count) }),
    })),
    ...(held > 0
      ? [
          {
            label: 'Position',
            title: `The whole position of ${grouped(String(held))}`,
            pressed: draft.quantity === String(held),
            run: () => changeDraft({ quantity: String(held), side: position > 0 ? ('SELL' as const) : ('BUY' as const) }),
          },
        ]
      : []),
  ];
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
      {tools.length > 0 && <Toolbar label="Preset sizes" tools={tools} />}
    </>
  );
}
