import type { KeyboardEvent, ReactNode } from 'react';
import { keyAct } from '#protocol/keys';
import { formatPrice, type Price, roundToTick, trustedPrice } from '#domain/price';
import { Kbd } from '../ui/controls.tsx';
import { readPrice } from '../format/read-figure.ts';

export function TextField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly unit?: ReactNode;
  readonly fault?: string | undefined;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void;
  readonly numeric?: boolean;
}): ReactNode {
  return (
    <div className="field" data-fault={props.fault !== undefined}>
      <input
        aria-label={props.label}
        aria-invalid={props.fault !== undefined}
        placeholder={props.placeholder}
        value={props.value}
        autoComplete="off"
        spellCheck={false}
        inputMode={props.numeric === true ? 'decimal' : 'text'}
        data-figure={props.numeric === true ? '' : undefined}
        onKeyDown={(event) => {
          props.onKeyDown?.(event);
          if (props.numeric === true && keyAct('ticket', event) === 'next' && toNextFigure(event.currentTarget)) event.preventDefault();
        }}
        onChange={(event) => props.onChange(event.target.value)}
      />
      {props.unit !== undefined && props.unit !== '' && <span className="unit">{props.unit}</span>}
    </div>
  );
}

/** From figure to figure of one form, past choices that mostly stay as they are; in a line that Enter sends, Enter sends. */
function toNextFigure(input: HTMLInputElement): boolean {
  if (input.form !== null) return false;
  const figures = [...(input.closest('section')?.querySelectorAll<HTMLInputElement>('input[data-figure]') ?? [])];
  const next = figures[figures.indexOf(input) + 1];
  next?.focus();
  next?.select();
  return next !== undefined;
}

export interface PriceFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly tick: Price | null;
  readonly decimals: number;
  readonly fault?: string | undefined;
  readonly placeholder?: string;
  readonly unit?: string;
  /** Where the arrow keys begin in an empty field. */
  readonly start: Price | null;
  readonly steps?: boolean;
}

/** Arrow up and down move by one tick, with Shift by ten. */
export function PriceField(props: PriceFieldProps): ReactNode {
  const step = (event: KeyboardEvent<HTMLInputElement>): void => {
    if ((event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || props.tick === null || props.value.trim().endsWith('%')) return;
    event.preventDefault();
    const typed = readPrice(props.value, null);
    const from = typed.ok ? typed.value : props.start;
    if (from === null) return;
    const ticks = (event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1);
    const moved =
      typed.ok || props.start === null
        ? roundToTick(from, props.tick, 'nearest') + ticks * props.tick
        : roundToTick(from, props.tick, 'nearest');
    const sign = /^\s*[+]/.test(props.value) && moved > 0 ? '+' : '';
    props.onChange(`${sign}${formatPrice(trustedPrice(moved), props.decimals)}`);
  };
  return (
    <TextField
      label={props.label}
      value={props.value}
      onChange={props.onChange}
      onKeyDown={step}
      fault={props.fault}
      numeric
      {...(props.placeholder === undefined ? {} : { placeholder: props.placeholder })}
      unit={
        props.steps === true ? (
          <span aria-hidden="true">
            − <Kbd>↓</Kbd> <Kbd>↑</Kbd> +
          </span>
        ) : (
          props.unit
        )
      }
    />
  );
}
