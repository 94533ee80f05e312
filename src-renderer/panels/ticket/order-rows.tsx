import type { ReactNode } from 'react';
import { changeDraft } from '../../draft/draft-store.ts';
import { PriceField } from '../../form/fields.tsx';
import { Row } from '../../form/form-row.tsx';
import { Segmented } from '../../ui/controls.tsx';
import { exitHint, notionalText } from './hints.ts';
import { QuantityField } from './quantity-field.tsx';
import type { TicketView } from './use-ticket.ts';

interface RowsProps {
  readonly view: TicketView;
}

/** Which side, and how many. */
export function SideRows({ view }: RowsProps): ReactNode {
  const { draft, entry, maxNotional, position } = view;
  const { faults } = view.reading;
  return (
    <>
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
    </>
  );
}

/** The entry's type and prices. */
export function EntryRow({ view }: RowsProps): ReactNode {
  const { draft, allowed } = view;
  const { faults } = view.reading;
  const wantsStop = draft.type === 'STP' || draft.type === 'STP LMT';
  const wantsLimit = draft.type === 'LMT' || draft.type === 'STP LMT';
  return (
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
      <OrderPrices view={view} wantsStop={wantsStop} wantsLimit={wantsLimit} />
    </Row>
  );
}

function OrderPrices({
  view,
  wantsStop,
  wantsLimit,
}: RowsProps & { readonly wantsStop: boolean; readonly wantsLimit: boolean }): ReactNode {
  const { draft, tick, decimals, entry } = view;
  const { faults } = view.reading;
  const sell = draft.side === 'SELL';
  if (!wantsStop && !wantsLimit) return null;
  return (
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
  );
}

/** How long the order lasts, and in which hours the trigger fires. */
export function TimeRow({ view }: RowsProps): ReactNode {
  const { draft, allowed } = view;
  return (
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
  );
}

/** The two exits that go with the entry. */
export function ExitRows({ view }: RowsProps): ReactNode {
  const { draft, tick, decimals, entry } = view;
  const { faults } = view.reading;
  return (
    <>
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
    </>
  );
}
