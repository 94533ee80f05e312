import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { contractLabel, type Contract } from '#domain/contract';
import { useDesk } from '../hook/desk-context.ts';
import { exactly, optionsOf, troubleOf, useFound, type Found, type Search } from './use-found.ts';
import './form.css';

export interface SymbolSearchProps {
  readonly label: string;
  readonly contract: Contract | null;
  readonly longName: string;
  /** What has been typed and stands for no contract yet; null while `contract` is meant. */
  readonly typed: string | null;
  readonly faulty: boolean;
  readonly onType: (text: string) => void;
  /** The broker has answered, and no contract follows from the text. */
  readonly onTrouble: (text: string, trouble: string) => void;
  /** Escape: what was there before the typing. */
  readonly onAbandon: () => void;
  /** The field was left empty. */
  readonly onEmpty?: () => void;
  readonly onChoose: (contract: Contract) => void;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
  readonly disabled?: boolean;
  readonly placeholder?: string;
}

/** An answer that was wished before it was there: Enter, Tab and leaving the field hold until the broker has answered. */
function useHeld(found: Found, settle: (answer: Found) => void): { hold: () => void; drop: () => void } {
  const held = useRef(false);
  const act = useRef(settle);
  useEffect(() => {
    act.current = settle;
  });
  useEffect(() => {
    if (!held.current || (found.phase !== 'found' && found.phase !== 'failed')) return;
    held.current = false;
    act.current(found);
  }, [found]);
  return {
    hold: () => {
      held.current = true;
    },
    drop: () => {
      held.current = false;
    },
  };
}

interface Handling {
  readonly search: Search;
  readonly text: string;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onBlur: () => void;
  readonly onType: (text: string) => void;
  readonly choose: (contract: Contract) => void;
}

/** What keys, leaving and the broker's answer do to the typed text. */
function useHandling(props: SymbolSearchProps): Handling {
  const { typed } = props;
  const { link } = useDesk();
  const text = typed?.trim() ?? '';
  const search = useFound(text);
  const { found, at, setAt } = search;
  const options = optionsOf(found);
  const choose = (contract: Contract): void => {
    drop();
    props.onChoose(contract);
    void link.call('quote.watch', { contract });
  };
  const settle = (answer: Found): void => {
    const contract = exactly(answer);
    if (contract === undefined) props.onTrouble(answer.text, troubleOf(answer));
    else choose(contract);
  };
  const { hold, drop } = useHeld(found, settle);
  /** The option that the keyboard stands on, or the answer as soon as it is there. */
  const accept = (): void => {
    const option = options[at];
    if (option !== undefined) choose(option);
    else if (found.phase === 'found') settle(found);
    else hold();
    if (found.phase === 'failed') search.again();
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => setAt((n) => (n + 1) % Math.max(1, options.length)),
    ArrowUp: () => setAt((n) => (n + options.length - 1) % Math.max(1, options.length)),
    Escape: () => {
      drop();
      props.onAbandon();
    },
    ...(text === '' ? {} : { Enter: accept, Tab: accept }),
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = typed === null || event.ctrlKey || event.metaKey ? undefined : keys[event.key];
    if (act === undefined) return;
    if (event.key !== 'Tab') event.preventDefault();
    act();
  };
  const onBlur = (): void => {
    if (typed === null) return;
    if (text === '') props.onEmpty?.();
    else if (found.phase === 'found') settle(found);
    else hold();
  };
  const onType = (next: string): void => {
    drop();
    props.onType(next.replace(/[^\x20-\x7e]/g, ''));
  };
  return { search, text, onKeyDown, onBlur, onType, choose };
}

/** A combobox over the broker's contracts: type, arrow to one, Enter. Only a contract that the broker named can be chosen. */
export function SymbolSearch(props: SymbolSearchProps): ReactNode {
  const { typed } = props;
  const [inside, setInside] = useState(false);
  const own = useRef<HTMLInputElement>(null);
  const list = useId();
  const { search, text, onKeyDown, onBlur, onType, choose } = useHandling(props);
  const { found, at } = search;
  const open = inside && text !== '';
  const chosen = typed === null ? props.contract : null;
  const label = chosen === null ? '' : contractLabel(chosen);
  return (
    <div className="symbol-search">
      <div className="field" data-fault={props.faulty}>
        <input
          ref={props.inputRef ?? own}
          role="combobox"
          aria-label={props.label}
          aria-expanded={open}
          aria-controls={list}
          aria-autocomplete="list"
          aria-invalid={props.faulty}
          aria-activedescendant={open && optionsOf(found).length > 0 ? `${list}-${String(at)}` : undefined}
          placeholder={props.placeholder ?? 'IBM'}
          autoComplete="off"
          spellCheck={false}
          maxLength={40}
          disabled={props.disabled}
          size={chosen === null ? 10 : Math.max(3, label.length)}
          data-chosen={chosen !== null}
          value={typed ?? label}
          onChange={(event) => onType(event.target.value)}
          onKeyDown={onKeyDown}
          onFocus={() => setInside(true)}
          onBlur={() => {
            setInside(false);
            onBlur();
          }}
        />
        {chosen !== null && (
          <>
            <span className="dim long-name">{props.longName}</span>
            <span className="unit">{chosen.primaryExchange ?? chosen.exchange}</span>
          </>
        )}
        {typed !== null && found.phase === 'asking' && <span className="unit">asking…</span>}
      </div>
      <Options id={list} open={open} found={found} at={at} onChoose={choose} />
    </div>
  );
}

function Options(props: {
  readonly id: string;
  readonly open: boolean;
  readonly found: Found;
  readonly at: number;
  readonly onChoose: (contract: Contract) => void;
}): ReactNode {
  const { id, found, at } = props;
  const options = optionsOf(found);
  return (
    <ul id={id} role="listbox" aria-label="Contracts" className="options" hidden={!props.open}>
      {found.phase === 'asking' && <li className="dim">Asking the broker…</li>}
      {found.phase === 'failed' && <li className="critical">{found.why}</li>}
      {found.phase === 'found' && options.length === 0 && <li className="dim">{troubleOf(found)}</li>}
      {options.map((contract, i) => (
        <li
          key={contract.conId}
          id={`${id}-${String(i)}`}
          role="option"
          aria-selected={i === at}
          onPointerDown={(event) => {
            event.preventDefault();
            props.onChoose(contract);
          }}
        >
          <b>{contractLabel(contract)}</b>
          <span className="dim">
            {contract.secType} · {contract.primaryExchange ?? contract.exchange} · {contract.currency}
          </span>
        </li>
      ))}
    </ul>
  );
}
