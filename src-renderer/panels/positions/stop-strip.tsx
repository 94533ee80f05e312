import { useCallback, useState, type ReactNode } from 'react';
import { formatPrice } from '#domain/price';
import type { OrderRow, PositionRow } from '#protocol/topics';
import { quantityText } from '../../format/figure.ts';
import { readPrice } from '../../format/read-figure.ts';
import { useField, useRow, useSummary } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { focusGrid } from '../../view/focus.ts';
import { Strip } from '../../ui/strip.tsx';
import { tickOf } from '../../draft/order-change.ts';
import { PriceField } from '../../form/fields.tsx';
import { breakevenPlan, protectPlan, readTrail, stopPresets, trailPlan } from './position-plan.ts';

export interface StopTask {
  readonly kind: 'protect' | 'breakeven' | 'trail';
  readonly key: string;
}

export function StopStrip({ task, onClose }: { readonly task: StopTask; readonly onClose: () => void }): ReactNode {
  const position = useRow('positions', task.key);
  const shut = useField('status', 'reduceRefusal') ?? null;
  const leave = (): void => {
    onClose();
    focusGrid('Positions');
  };
  if (position === undefined || position.quantity === 0) {
    return (
      <Strip
        title="Stop"
        testId="stop-strip"
        error="This position is gone. Nothing was sent."
        onLeave={leave}
        onSubmit={leave}
        action="Leave"
      />
    );
  }
  if (shut !== null) {
    return <Strip title={`Stop of ${position.symbol}`} testId="stop-strip" error={shut} onLeave={leave} onSubmit={leave} action="Leave" />;
  }
  if (task.kind === 'trail') return <TrailStop position={position} onLeave={leave} />;
  return task.kind === 'protect' ? <Protect position={position} onLeave={leave} /> : <Breakeven position={position} onLeave={leave} />;
}

interface PartProps {
  readonly position: PositionRow;
  readonly onLeave: () => void;
}

function Protect({ position, onLeave }: PartProps): ReactNode {
  const quote = useRow('quotes', position.conId);
  const protect = useCommand('position.protect');
  const tick = tickOf(quote, position.decimals);
  const presets = stopPresets(position, tick, quote);
  const [typed, setTyped] = useState(() => {
    const first = position.offer?.stop ?? presets[0]?.price;
    return first === undefined ? '' : formatPrice(first, position.decimals);
  });
  const read = readPrice(typed, null);
  const plan = read.ok ? protectPlan(position, read.value, tick, quote) : null;
  const refusal = typed.trim() === '' ? null : read.ok ? (plan?.refusal ?? null) : read.error;
  const isReady = plan !== null && refusal === null;
  const set = (text: string): void => {
    setTyped(text);
    protect.clear();
  };
  const submit = async (): Promise<void> => {
    if (plan === null || !isReady || protect.pending) return;
    const reply = await protect.run({ account: position.account, conId: position.conId, stop: plan.level });
    if (reply.ok) onLeave();
  };
  return (
    <Strip
      title={`Protect ${quantityText(position.unprotected)} ${position.symbol}`}
      testId="stop-strip"
      action="Protect"
      ready={isReady}
      pending={protect.pending}
      error={protect.error ?? (protect.pending ? null : refusal)}
      lines={plan === null ? ['Write the price of the stop.'] : plan.lines}
      onSubmit={() => void submit()}
      onLeave={onLeave}
    >
      <label className="strip-field">
        Stop
        <PriceField
          label="Price of the protective stop"
          value={typed}
          onChange={set}
          tick={tick}
          decimals={position.decimals}
          start={position.mark ?? position.averagePrice}
          fault={refusal ?? undefined}
        />
      </label>
      <div className="presets" role="group" aria-label="Preset stops">
        {presets.map(({ label, price }) => {
          const text = formatPrice(price, position.decimals);
          return (
            <button key={label} type="button" title={text} aria-pressed={typed === text} onClick={() => set(text)}>
              {label}
            </button>
          );
        })}
      </div>
    </Strip>
  );
}

const DISTANCES = ['0.5 %', '1 %', '2 %'] as const;

function TrailStop({ position, onLeave }: PartProps): ReactNode {
  const { conId } = position;
  const quote = useRow('quotes', conId);
  const orders = useOrdersOf(conId);
  const trail = useCommand('position.trail');
  const tick = tickOf(quote, position.decimals);
  const [typed, setTyped] = useState<string>(DISTANCES[1]);
  const read = readTrail(typed, tick);
  const plan = read.ok ? trailPlan(position, orders, read.trail, tick, quote) : null;
  const refusal = typed.trim() === '' ? null : read.ok ? (plan?.refusal ?? null) : read.error;
  const isReady = read.ok && refusal === null;
  const set = (text: string): void => {
    setTyped(text);
    trail.clear();
  };
  const submit = async (): Promise<void> => {
    if (!read.ok || !isReady || trail.pending) return;
    const reply = await trail.run({ account: position.account, conId, trail: read.trail });
    if (reply.ok) onLeave();
  };
  return (
    <Strip
      title={`Trail the stop of ${position.symbol}`}
      testId="stop-strip"
      action="Trail"
      ready={isReady}
      pending={trail.pending}
      error={trail.error ?? (trail.pending ? null : refusal)}
      lines={plan === null ? ['Write how far it stays behind: 0.50, or 1.5 %.'] : plan.lines}
      onSubmit={() => void submit()}
      onLeave={onLeave}
    >
      <label className="strip-field">
        Behind
        <PriceField
          label="How far the stop stays behind the market"
          value={typed}
          onChange={set}
          tick={tick}
          decimals={position.decimals}
          start={null}
          fault={refusal ?? undefined}
        />
      </label>
      <div className="presets" role="group" aria-label="Preset distances">
        {DISTANCES.map((text) => (
          <button key={text} type="button" aria-pressed={typed === text} onClick={() => set(text)}>
            {text}
          </button>
        ))}
      </div>
    </Strip>
  );
}

function useOrdersOf(conId: number): readonly OrderRow[] {
  return useSummary(
    'orders',
    useCallback((rows: readonly OrderRow[]) => rows.filter((row) => row.conId === conId), [conId]),
  );
}

function Breakeven({ position, onLeave }: PartProps): ReactNode {
  const { conId } = position;
  const quote = useRow('quotes', conId);
  const orders = useOrdersOf(conId);
  const move = useCommand('position.breakeven');
  const plan = breakevenPlan(position, orders, tickOf(quote, position.decimals), quote);
  const isReady = plan.refusal === null;
  const submit = async (): Promise<void> => {
    if (!isReady || move.pending) return;
    const reply = await move.run({ account: position.account, conId });
    if (reply.ok) onLeave();
  };
  return (
    <Strip
      title={`${position.symbol} to breakeven`}
      testId="stop-strip"
      action="Move"
      ready={isReady}
      pending={move.pending}
      error={move.error ?? (move.pending ? null : plan.refusal)}
      lines={plan.lines}
      onSubmit={() => void submit()}
      onLeave={onLeave}
    />
  );
}
