import { useRef, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import { abandonSymbol, blameSymbol, changeDraft, chooseContract, clearDraft, typeSymbol } from '../../draft/draft-store.ts';
import { freeName, type Draft } from '../../draft/draft.ts';
import { Row } from '../../form/form-row.tsx';
import { SymbolSearch } from '../../form/symbol-search.tsx';
import { useRow } from '../../hook/rows.ts';
import { Kbd, Notice, Spin } from '../../ui/controls.tsx';
import { ConditionRows } from './condition-rows.tsx';
import { EntryRow, ExitRows, SideRows, TimeRow } from './order-rows.tsx';
import { Needs, Preview } from './preview.tsx';
import { useDetails, useFollowSelection } from './ticket-hooks.ts';
import { TicketQuote } from './ticket-quote.tsx';
import { useArming, useFocusOnEdit, useTicketView, type Arming, type TicketView } from './use-ticket.ts';
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
  useFocusOnEdit(draft, form);
  useHotkeys('n', (event) => {
    event.preventDefault();
    symbol.current?.focus();
    symbol.current?.select();
  });
  const leaveEdit = (): void => {
    arming.leave();
    clearDraft();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void arming.submit();
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      if (draft.editing !== null) leaveEdit();
      else arming.leave();
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
      <Head view={view} onLeave={leaveEdit} />
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

function Head({ view, onLeave }: { readonly view: TicketView; readonly onLeave: () => void }): ReactNode {
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
          <button type="button" className="button" data-size="small" onClick={onLeave}>
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
  const { symbol: fault } = view.reading.faults;
  return (
    <>
      <Row label="Symbol" fault={fault} field="symbol">
        <SymbolSearch
          inputRef={symbol}
          contract={contract}
          longName={draft.longName}
          label="Symbol"
          typed={draft.symbol?.text ?? null}
          faulty={fault !== undefined}
          onType={typeSymbol}
          onTrouble={blameSymbol}
          onAbandon={abandonSymbol}
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

/** What the button does; to save a trigger that is not watched is to arm it. */
function useVerb({ editing }: Draft): string {
  const life = useRow('watchers', editing?.id ?? null)?.life;
  if (editing === null) return 'Arm trigger';
  return life === 'armed' || life === 'paused' ? 'Save' : 'Save and arm';
}

function Foot({ view, arming }: { readonly view: TicketView; readonly arming: Arming }): ReactNode {
  const { draft, reading, preview } = view;
  const { busy } = arming;
  const verb = useVerb(draft);
  const ready = preview.fresh && preview.blocked === null ? preview.preview : null;
  const needs = ready?.needs ?? [];
  const firesAtOnce = needs.some(({ kind }) => kind === 'fires-at-once');
  return (
    <div className="ticket-foot">
      <Preview reading={reading} preview={preview} />
      <Needs needs={needs} said={arming.said} onSay={arming.say} />
      <Notice text={arming.error} onClose={arming.clear} />
      <button
        type="button"
        className="button arm"
        data-tone={firesAtOnce ? 'danger' : 'primary'}
        aria-disabled={ready === null || busy}
        data-pending={busy}
        onClick={() => void arming.submit()}
      >
        {busy && <Spin />}
        {verb} <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd>
      </button>
    </div>
  );
}
