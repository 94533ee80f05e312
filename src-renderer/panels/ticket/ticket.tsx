import { useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import { tickDecimals } from '#domain/price';
import type { PositionRow, WatcherRow } from '#protocol/topics';
import { useField, useRow, useSummary } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { focusGrid } from '../../view/focus-grid.ts';
import { refused, setActive, toast } from '../../view/view-store.ts';
import { Kbd, Notice, Segmented, Spin } from '../../ui/controls.tsx';
import { Conditions } from './conditions.tsx';
import { freeName } from '../../draft/draft.ts';
import { PriceField, TextField } from '../../form/fields.tsx';
import { QuantityField } from './quantity-field.tsx';
import { exitHint, notionalText, referencePrice } from './hints.ts';
import { Preview, usePreview } from './preview.tsx';
import { readDraft } from '../../draft/read-draft.ts';
import { Row } from '../../form/form-row.tsx';
import { PricePresets } from './price-presets.tsx';
import { SymbolSearch } from '../../form/symbol-search.tsx';
import { useDetails, useFollowSelection } from './ticket-hooks.ts';
import { changeDraft, chooseContract, clearDraft, useDraft } from '../../draft/draft-store.ts';
import { TicketQuote } from './ticket-quote.tsx';
import './ticket.css';

const NAMES = ['name'] as const;

function names(rows: readonly Pick<WatcherRow, 'name'>[]): readonly string[] {
  return rows.map((row) => row.name);
}

function held(rows: readonly PositionRow[]): readonly Pick<PositionRow, 'conId' | 'quantity'>[] {
  return rows.map(({ conId, quantity }) => ({ conId, quantity }));
}

/** One form, one column; the tab order is the order of thinking. */
export function Ticket(): ReactNode {
  const draft = useDraft((state) => state.draft);
  const { contract, minTick } = draft;
  const quote = useRow('quotes', contract?.conId ?? null);
  const positions = useSummary('positions', held);
  const position = positions.find((row) => row.conId === contract?.conId)?.quantity ?? 0;
  const takenList = useSummary('watchers', names, NAMES);
  const taken = useMemo(() => new Set(takenList), [takenList]);
  const reading = useMemo(() => readDraft(draft, taken), [draft, taken]);
  const preview = usePreview(reading.spec);
  const allowed = useField('settings', 'settings')?.allowed;
  const maxNotional = useField('settings', 'settings')?.limits.maxOrderNotional ?? null;
  const arm = useCommand('trigger.arm', refused);
  const edit = useCommand('trigger.edit', refused);
  const busy = arm.pending || edit.pending;
  const symbol = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLElement>(null);
  useFollowSelection();
  useDetails(draft);
  useHotkeys('n', (event) => {
    event.preventDefault();
    symbol.current?.focus();
    symbol.current?.select();
  });

  const decimals = minTick === null ? (quote?.decimals ?? 2) : tickDecimals(minTick);
  const tick = minTick ?? quote?.minTick ?? null;
  const entry = referencePrice(draft, quote);
  // A keyboard that stayed in a field would type the next N into it.
  const leave = (): void => {
    if (form.current?.contains(document.activeElement) === true) focusGrid('Watchers');
  };
  const submit = async (): Promise<void> => {
    if (busy) return;
    if (reading.spec === null) {
      toast('warning', Object.values(reading.faults)[0] ?? reading.missing ?? 'The trigger is not complete.');
      return;
    }
    if (draft.editing !== null) {
      const { id, version } = draft.editing;
      const reply = await edit.run({ id, expectedVersion: version, spec: reading.spec });
      if (!reply.ok) return;
      clearDraft();
      leave();
      return;
    }
    const reply = await arm.run({ spec: reading.spec });
    if (!reply.ok) return;
    clearDraft();
    setActive('watchers', reply.value.id);
    leave();
    toast('done', `${reading.spec.name} is armed.`);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void submit();
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      if (draft.editing !== null) clearDraft();
      leave();
    }
  };
  const sell = draft.side === 'SELL';
  const wantsStop = draft.type === 'STP' || draft.type === 'STP LMT';
  const wantsLimit = draft.type === 'LMT' || draft.type === 'STP LMT';
  const { faults } = reading;
  const blocked = reading.spec === null || preview.blocked !== null;
  return (
    <section
      ref={form}
      className="panel ticket"
      data-side={draft.side}
      aria-label={draft.editing === null ? 'New trigger' : 'Edit trigger'}
      onKeyDown={onKeyDown}
    >
      <div className="panel-head">
        <h2>{draft.editing === null ? 'New trigger' : `Edit ${draft.editing.name}`}</h2>
        <span className="right ticket-name">
          {contract !== null && (
            <input
              aria-label="Name"
              title={faults.name ?? 'Short name of the trigger; it appears in the log and in every order'}
              placeholder={freeName(contract.symbol, taken)}
              maxLength={24}
              value={draft.name}
              aria-invalid={faults.name !== undefined}
              onChange={(event) => changeDraft({ name: event.target.value })}
            />
          )}
          {draft.editing === null ? (
            <Kbd>N</Kbd>
          ) : (
            <button type="button" className="button" data-size="small" onClick={clearDraft}>
              Leave edit
            </button>
          )}
        </span>
      </div>
      <div className="ticket-scroll">
        <div className="form">
          <Row label="Symbol">
            <SymbolSearch
              inputRef={symbol}
              contract={contract}
              longName={draft.longName}
              label="Symbol"
              disabled={draft.editing !== null}
              onChoose={chooseContract}
            />
          </Row>
          {contract !== null && (
            <Row label="Last">
              <TicketQuote conId={contract.conId} />
            </Row>
          )}
          <Row label="When">
            <Segmented
              name="when-field"
              label="Price watched"
              value={draft.field}
              onChange={(field) => changeDraft({ field })}
              options={[
                { value: 'last', label: 'Last' },
                { value: 'bid', label: 'Bid' },
                { value: 'ask', label: 'Ask' },
                { value: 'mid', label: 'Mid' },
              ]}
            />
          </Row>
          <Row label="">
            <Segmented
              name="when-test"
              label="Test"
              even={false}
              value={draft.test}
              onChange={(test) => changeDraft({ test })}
              options={[
                { value: 'crosses-above', label: 'Crosses ↑', name: 'Crosses above' },
                { value: 'crosses-below', label: 'Crosses ↓', name: 'Crosses below' },
                { value: 'at-or-above', label: 'At ≥', name: 'At or above' },
                { value: 'at-or-below', label: 'At ≤', name: 'At or below' },
              ]}
            />
          </Row>
          <Row label="Price" fault={faults.level} field="level">
            <PriceField
              label="Trigger price"
              value={draft.level}
              tick={tick}
              decimals={decimals}
              fault={faults.level}
              placeholder="price, or +1.5% of close"
              start={quote?.last ?? null}
              onChange={(level) => changeDraft({ level })}
              steps
            />
            <PricePresets quote={quote} decimals={decimals} level={draft.level} />
          </Row>
          <Row label="And" fault={faults.window ?? faults.conditions} field="window">
            <TextField
              label="Only between, New York time"
              value={draft.window}
              unit="NY"
              placeholder="any time, or 09:45 - 15:30"
              fault={faults.window}
              onChange={(window) => changeDraft({ window })}
            />
            <Conditions draft={draft} faults={faults} />
          </Row>
          <Row label="Do">
            <Segmented
              name="side"
              label="Side"
              value={draft.side}
              onChange={(side) => changeDraft({ side })}
              options={[
                { value: 'BUY', label: position < 0 ? 'Buy to cover' : 'Buy', name: 'Buy' },
                { value: 'SELL', label: position > 0 ? 'Sell' : 'Sell short', name: 'Sell', tone: 'sell' },
              ]}
            />
          </Row>
          <Row label="Quantity" fault={faults.quantity} field="quantity">
            <QuantityField
              draft={draft}
              fault={faults.quantity}
              unit={notionalText(draft, entry)}
              price={entry}
              position={position}
              maxNotional={maxNotional}
            />
          </Row>
          <Row label="Order" fault={wantsStop ? (faults.entryStop ?? faults.limit) : faults.limit} field="limit">
            <Segmented
              name="order-type"
              label="Order type"
              even={false}
              value={draft.type}
              onChange={(type) => changeDraft({ type })}
              options={(
                [
                  { value: 'MKT', label: 'Market' },
                  { value: 'LMT', label: 'Limit' },
                  { value: 'STP', label: 'Stop' },
                  { value: 'STP LMT', label: 'Stop limit' },
                ] as const
              ).map((option) => ({ ...option, disabled: allowed !== undefined && !allowed.orderTypes.includes(option.value) }))}
            />
            {(wantsStop || wantsLimit) && (
              <div className="pair">
                {wantsStop && (
                  <PriceField
                    label="Order stop price"
                    value={draft.entryStop}
                    tick={tick}
                    decimals={decimals}
                    fault={faults.entryStop}
                    placeholder="stop at"
                    start={entry}
                    onChange={(entryStop) => changeDraft({ entryStop })}
                  />
                )}
                {wantsLimit && (
                  <PriceField
                    label="Limit price"
                    value={draft.limit}
                    tick={tick}
                    decimals={decimals}
                    fault={faults.limit}
                    placeholder={sell ? 'limit, or −0.02 from bid' : 'limit, or +0.02 from ask'}
                    start={entry}
                    onChange={(limit) => changeDraft({ limit })}
                  />
                )}
              </div>
            )}
          </Row>
          <Row label="TIF">
            <div className="lasts">
              <Segmented
                name="tif"
                label="Time in force"
                value={draft.tif}
                onChange={(tif) => changeDraft({ tif })}
                options={(['DAY', 'GTC', 'IOC'] as const).map((tif) => ({
                  value: tif,
                  label: tif,
                  disabled: allowed !== undefined && !allowed.timesInForce.includes(tif),
                }))}
              />
              <label className="checkbox" title="The trigger fires only in the contract's regular hours">
                <input type="checkbox" checked={draft.rthOnly} onChange={(event) => changeDraft({ rthOnly: event.target.checked })} />
                RTH only
              </label>
            </div>
          </Row>
          <Row label="Target" fault={faults.target} field="target">
            <PriceField
              label="Take-profit target"
              value={draft.target}
              tick={tick}
              decimals={decimals}
              fault={faults.target}
              placeholder="none; price or 2%"
              unit={exitHint('target', draft, entry, decimals)}
              start={entry}
              onChange={(target) => changeDraft({ target })}
            />
          </Row>
          <Row label="Stop" fault={faults.stop} field="stop">
            <PriceField
              label="Protective stop"
              value={draft.stop}
              tick={tick}
              decimals={decimals}
              fault={faults.stop}
              placeholder="none; price or 1%"
              unit={exitHint('stop', draft, entry, decimals)}
              start={entry}
              onChange={(stop) => changeDraft({ stop })}
            />
          </Row>
        </div>
      </div>
      <div className="ticket-foot">
        <Preview reading={reading} preview={preview} />
        <Notice text={arm.error ?? edit.error} onClose={draft.editing === null ? arm.clear : edit.clear} />
        <button
          type="button"
          className="button arm"
          data-tone="primary"
          aria-disabled={blocked || busy}
          data-pending={busy}
          onClick={() => void submit()}
        >
          {busy && <Spin />}
          {draft.editing === null ? 'Arm trigger' : 'Save and arm'} <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd>
        </button>
      </div>
    </section>
  );
}
