import {
  useEffect,
  useId,
  useRef,
  useState,
  type Dispatch,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  type SetStateAction,
} from 'react';
import { contractLabel, type Contract } from '#domain/contract';
import { useDesk } from '../hook/desk-context.ts';
import './form.css';

type Found =
  | { readonly phase: 'idle' | 'asking' }
  | { readonly phase: 'found'; readonly contracts: readonly Contract[] }
  | { readonly phase: 'failed'; readonly text: string };

function optionsOf(found: Found): readonly Contract[] {
  return found.phase === 'found' ? found.contracts : [];
}

/** Asks the broker shortly after the last key; `at` is the option that the keyboard stands on. */
function useFound(text: string): { readonly found: Found; readonly at: number; readonly setAt: Dispatch<SetStateAction<number>> } {
  const { link, contracts: book } = useDesk();
  const [found, setFound] = useState<Found>({ phase: 'idle' });
  const [at, setAt] = useState(0);
  useEffect(() => {
    if (text === '') {
      setFound({ phase: 'idle' });
      return undefined;
    }
    let alive = true;
    setFound({ phase: 'asking' });
    const timer = setTimeout(() => {
      void link.call('symbols.search', { text }).then((reply) => {
        if (!alive) return;
        if (!reply.ok) setFound({ phase: 'failed', text: reply.error.text });
        else {
          book.remember(reply.value.contracts);
          setFound({ phase: 'found', contracts: reply.value.contracts.slice(0, 12) });
          setAt(0);
        }
      });
    }, 150);
    return () => {
      alive = false;
      clearTimeout(timer);
    };
  }, [text, link, book]);
  return { found, at, setAt };
}

export interface SymbolSearchProps {
  readonly label: string;
  readonly contract: Contract | null;
  readonly longName: string;
  readonly onChoose: (contract: Contract) => void;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
  readonly disabled?: boolean;
  readonly placeholder?: string;
}

/** A combobox over the broker's contracts: type, arrow to one, Enter. Only a contract that the broker named can be chosen. */
export function SymbolSearch(props: SymbolSearchProps): ReactNode {
  const { link } = useDesk();
  const [typed, setTyped] = useState<string | null>(null);
  const own = useRef<HTMLInputElement>(null);
  const list = useId();
  const text = typed?.trim() ?? '';
  const { found, at, setAt } = useFound(text);
  const options = optionsOf(found);
  const open = typed !== null && text !== '';
  const choose = (contract: Contract): void => {
    setTyped(null);
    props.onChoose(contract);
    void link.call('quote.watch', { contract });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open || event.ctrlKey) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (options.length > 0) setAt((n) => (n + (event.key === 'ArrowDown' ? 1 : options.length - 1)) % options.length);
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      const option = options[at];
      if (option === undefined) return;
      if (event.key === 'Enter') event.preventDefault();
      choose(option);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      setTyped(null);
    }
  };
  const chosen = typed === null ? props.contract : null;
  return (
    <div className="symbol-search">
      <div className="field">
        <input
          ref={props.inputRef ?? own}
          role="combobox"
          aria-label={props.label}
          aria-expanded={open}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={open && options.length > 0 ? `${list}-${String(at)}` : undefined}
          placeholder={props.placeholder ?? 'IBM'}
          autoComplete="off"
          spellCheck={false}
          maxLength={40}
          disabled={props.disabled}
          size={chosen === null ? 10 : Math.max(3, contractLabel(chosen).length)}
          data-chosen={chosen !== null}
          value={typed ?? (chosen === null ? '' : contractLabel(chosen))}
          onChange={(event) => setTyped(event.target.value.replace(/[^\x20-\x7e]/g, ''))}
          onKeyDown={onKeyDown}
          onBlur={() => setTyped(null)}
        />
        {chosen !== null && (
          <>
            <span className="dim long-name">{props.longName}</span>
            <span className="unit">{chosen.primaryExchange ?? chosen.exchange}</span>
          </>
        )}
      </div>
      <Options id={list} open={open} found={found} text={text} at={at} onChoose={choose} />
    </div>
  );
}

function Options(props: {
  readonly id: string;
  readonly open: boolean;
  readonly found: Found;
  readonly text: string;
  readonly at: number;
  readonly onChoose: (contract: Contract) => void;
}): ReactNode {
  const { id, found, at } = props;
  return (
    <ul id={id} role="listbox" aria-label="Contracts" className="options" hidden={!props.open}>
      {found.phase === 'asking' && <li className="dim">Asking the broker…</li>}
      {found.phase === 'failed' && <li className="critical">{found.text}</li>}
      {found.phase === 'found' && found.contracts.length === 0 && (
        <li className="dim">The broker knows no contract like “{props.text}”.</li>
      )}
      {optionsOf(found).map((contract, i) => (
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
