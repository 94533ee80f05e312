import type { ReactNode } from 'react';
import { changeDraft } from '../../draft/draft-store.ts';
import { PriceField, TextField } from '../../form/fields.tsx';
import { Row } from '../../form/form-row.tsx';
import { Segmented } from '../../ui/controls.tsx';
import { Conditions } from './conditions.tsx';
import { PricePresets } from './price-presets.tsx';
import type { TicketView } from './use-ticket.ts';

/** What the trigger waits for: a price and its test, hours, and further conditions. */
export function ConditionRows({ view }: { readonly view: TicketView }): ReactNode {
  const { draft, tick, decimals, quote } = view;
  const { faults } = view.reading;
  return (
    <>
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
    </>
  );
}
