import { useRef, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import { changeDraft, chooseContract, clearDraft } from '../../draft/draft-store.ts';
import { freeName } from '../../draft/draft.ts';
import { Row } from '../../form/form-row.tsx';
import { SymbolSearch } from '../../form/symbol-search.tsx';
import { Kbd, Notice, Spin } from '../../ui/controls.tsx';
import { ConditionRows } from './condition-rows.tsx';
import { EntryRow, ExitRows, SideRows, TimeRow } from './order-rows.tsx';
import { Preview } from './preview.tsx';
import { useDetails, useFollowSelection } from './ticket-hooks.ts';
import { TicketQuote } from './ticket-quote.tsx';
import { useArming, useTicketView, type Arming, type TicketView } from './use-ticket.ts';
import './ticket.css';

/** One form, one column; the tab order is the order of thinking. */
export function Ticket(): ReactNode {
  const view = useTicketView();
  const { draft } = view;
  const symbol = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLElement>(null);
  const arming = useArming(view, form);
  useFollowSelection();
  useDetails(draft);
  useHotkeys('n', (event) => {
    event.preventDefault();
    symbol.current?.focus();
    symbol.current?.select();
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void arming.submit();
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      if (draft.editing !== null) clearDraft();
      arming.leave();
    }
  };
  return (
    <section
      ref={form}
      className="panel ticket"
      data-side={draft.side}
      aria-label={draft.editing === null ? 'New trigger' : 'Edit trigger'}
      onKeyDown={onKeyDown}
    >
      <Head view={view} />
      <div className="ticket-scroll">
        <div className="form">
          <ContractRows view={view} symbol={symbol} />
          <ConditionRows view={view} />
          <SideRows view={view} />
          <EntryRow view={view} />
          <TimeRow view={view} />
          <ExitRows view={view} />
        </div>
      </div>
      <Foot view={view} arming={arming} />
    </section>
  );
}

function Head({ view }: { readonly view: TicketView }): ReactNode {
  const { draft, taken } = view;
  const { contract } = draft;
  const { faults } = view.reading;
  return (
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
  );
}

function ContractRows({ view, symbol }: { readonly view: TicketView; readonly symbol: RefObject<HTMLInputElement | null> }): ReactNode {
  const { draft } = view;
  const { contract } = draft;
  return (
    <>
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
    </>
  );
}

function Foot({ view, arming }: { readonly view: TicketView; readonly arming: Arming }): ReactNode {
  const { draft, reading, preview } = view;
  const { busy } = arming;
  const blocked = reading.spec === null || preview.blocked !== null;
  return (
    <div className="ticket-foot">
      <Preview reading={reading} preview={preview} />
      <Notice text={arming.error} onClose={arming.clear} />
      <button
        type="button"
        className="button arm"
        data-tone="primary"
        aria-disabled={blocked || busy}
        data-pending={busy}
        onClick={() => void arming.submit()}
      >
        {busy && <Spin />}
        {draft.editing === null ? 'Arm trigger' : 'Save and arm'} <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd>
      </button>
    </div>
  );
}
