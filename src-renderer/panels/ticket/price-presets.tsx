import type { ReactNode } from 'react';
import type { Price } from '#domain/price';
import type { QuoteRow } from '#protocol/topics';
import { priceInput } from '../../format/figure.ts';
import { changeDraft } from '../../draft/draft-store.ts';

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
    <div className="presets" role="group" aria-label="Preset prices">
      {known.map(([label, price]) => {
        const text = priceInput(price, decimals);
        return (
          <button key={label} type="button" title={text} aria-pressed={level === text} onClick={() => changeDraft({ level: text })}>
            {label}
          </button>
        );
      })}
    </div>
  );
}
