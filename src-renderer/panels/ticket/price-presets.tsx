import type { ReactNode } from 'react';
import type { Price } from '#domain/price';
import type { QuoteRow } from '#protocol/topics';
import { priceInput } from '../../format/figure.ts';
import { changeDraft } from '../../draft/draft-store.ts';
import { Toolbar } from '../../ui/toolbar.tsx';

export function PricePresets({
  quote,
  decimals,
  level,
}: {
  readonly quote: QuoteRow | undefined;
  readonly decimals: number;
  readonly level: string;
}): ReactNode {
  const known = (
    [
      ['Last', quote?.last],
      ['Day H', quote?.high],
      ['Day L', quote?.low],
      ['Close', quote?.close],
    ] as const
  ).filter((entry): entry is readonly ['Last' | 'Day H' | 'Day L' | 'Close', Price] => entry[1] !== null && entry[1] !== undefined);
  if (known.length === 0) return null;
  return (
    <Toolbar
      label="Preset prices"
      tools={known.map(([label, price]) => {
        const text = priceInput(price, decimals);
        return { label, title: text, pressed: level === text, run: () => changeDraft({ level: text }) };
      })}
    />
  );
}
