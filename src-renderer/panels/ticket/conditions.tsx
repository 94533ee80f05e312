import type { ReactNode } from 'react';
import type { PriceTest } from '#domain/condition';
import type { QuoteField } from '#domain/quote';
import { CrossIcon } from '../../ui/icons.tsx';
import { withConditionSymbol, type ConditionBody, type ConditionDraft, type Draft } from '../../draft/draft.ts';
import type { DraftReading } from '../../draft/read-draft.ts';
import { SymbolSearch } from '../../form/symbol-search.tsx';
import { Toolbar } from '../../ui/toolbar.tsx';
import { changeDraft, mapExtras, newExtra, useDraft } from '../../draft/draft-store.ts';

const NEW: Readonly<Record<'price' | 'percent' | 'time' | 'group', ConditionBody>> = {
  price: { kind: 'price', contract: null, field: 'last', test: 'at-or-above', level: '' },
  percent: { kind: 'percent', contract: null, field: 'last', basis: 'close', test: 'at-or-above', percent: '' },
  time: { kind: 'time', window: '' },
  group: { kind: 'group', join: 'or', of: [] },
};

const KINDS = { price: 'price', percent: 'percent', time: 'time', group: 'group' } as const;
const TESTS: Readonly<Record<PriceTest, string>> = {
  'at-or-above': 'at ≥',
  'at-or-below': 'at ≤',
  'crosses-above': 'crosses ↑',
  'crosses-below': 'crosses ↓',
};
const FIELDS: readonly QuoteField[] = ['last', 'bid', 'ask', 'mid'];

/** Further conditions: price, percent, time and groups, each of which can be negated. Nothing is shown until one is added. */
export function Conditions({ draft, faults }: { readonly draft: Draft; readonly faults: DraftReading['faults'] }): ReactNode {
  return (
    <div className="conditions">
      {draft.extras.length > 0 && (
        <>
          <Join value={draft.join} label="How the conditions combine" onChange={(join) => changeDraft({ join })} />
          <List extras={draft.extras} faults={faults} depth={1} />
        </>
      )}
      <AddCondition onAdd={(body) => changeDraft({ extras: [...draft.extras, newExtra(body)] })} depth={1} />
    </div>
  );
}

function change(id: number, next: (extra: ConditionDraft) => ConditionDraft | null): void {
  changeDraft({ extras: mapExtras(useDraft.getState().draft.extras, id, next) });
}

/** The keyboard stays in the form when a condition goes: at the one beside it, or where another can be added. */
function focusBeside(row: Element | null): void {
  const beside = row?.nextElementSibling ?? row?.previousElementSibling ?? row?.closest('ul')?.parentElement;
  const targets = [...(beside?.querySelectorAll<HTMLElement>('[aria-label="Remove condition"], [role="toolbar"] > [tabindex="0"]') ?? [])];
  const target = beside?.matches('li') === true ? targets[0] : targets.at(-1);
  target?.focus();
}

function List({
  extras,
  faults,
  depth,
}: {
  readonly extras: readonly ConditionDraft[];
  readonly faults: DraftReading['faults'];
  readonly depth: number;
}): ReactNode {
  return (
    <ul>
      {extras.map((extra) => (
        <Condition key={extra.id} extra={extra} faults={faults} depth={depth} />
      ))}
    </ul>
  );
}

function Condition({
  extra,
  faults,
  depth,
}: {
  readonly extra: ConditionDraft;
  readonly faults: DraftReading['faults'];
  readonly depth: number;
}): ReactNode {
  const { id, negated, body } = extra;
  const fault = faults[`extra-${id}`];
  return (
    <li className="condition">
      <div className="condition-row">
        <button
          type="button"
          className="not"
          aria-pressed={negated}
          title="Not: true while the condition is false"
          onClick={() => change(id, (old) => ({ ...old, negated: !old.negated }))}
        >
          not
        </button>
        <Body id={id} body={body} fault={fault !== undefined} />
        <button
          type="button"
          className="icon-button"
          aria-label="Remove condition"
          onClick={(event) => {
            focusBeside(event.currentTarget.closest('li'));
            change(id, () => null);
          }}
        >
          <CrossIcon />
        </button>
      </div>
      {body.kind === 'group' && (
        <div className="condition-group">
          <List extras={body.of} faults={faults} depth={depth + 1} />
          <AddCondition
            depth={depth + 1}
            onAdd={(added) =>
              change(id, (old) =>
                old.body.kind === 'group' ? { ...old, body: { ...old.body, of: [...old.body.of, newExtra(added)] } } : old,
              )
            }
          />
        </div>
      )}
      {fault !== undefined && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </li>
  );
}

function Body({ id, body, fault }: { readonly id: number; readonly body: ConditionBody; readonly fault: boolean }): ReactNode {
  const set = (next: ConditionBody): void => change(id, (old) => ({ ...old, body: next }));
  switch (body.kind) {
    case 'time':
      return (
        <Input label="Times, New York" value={body.window} placeholder="09:45 - 15:30" onChange={(window) => set({ ...body, window })} />
      );
    case 'group':
      return <Join value={body.join} label="How the group combines" onChange={(join) => set({ ...body, join })} />;
    case 'price':
      return (
        <span className="condition-parts">
          <OtherSymbol id={id} body={body} fault={fault} onChange={set} />
          <Select
            label="Price"
            value={body.field}
            options={FIELDS.map((field) => [field, field])}
            onChange={(field) => set({ ...body, field: field as QuoteField })}
          />
          <Select
            label="Test"
            value={body.test}
            options={Object.entries(TESTS)}
            onChange={(test) => set({ ...body, test: test as PriceTest })}
          />
          <Input label="Level" value={body.level} placeholder="price" onChange={(level) => set({ ...body, level })} />
        </span>
      );
    case 'percent':
      return (
        <span className="condition-parts">
          <OtherSymbol id={id} body={body} fault={fault} onChange={set} />
          <Select
            label="Measured from"
            value={body.basis}
            options={[
              ['close', 'since close'],
              ['arming', 'since arming'],
            ]}
            onChange={(basis) => set({ ...body, basis: basis as 'close' | 'arming' })}
          />
          <Select
            label="Test"
            value={body.test}
            options={Object.entries(TESTS)}
            onChange={(test) => set({ ...body, test: test as PriceTest })}
          />
          <Input label="Percent" value={body.percent} placeholder="+1.5%" onChange={(percent) => set({ ...body, percent })} />
        </span>
      );
  }
}

type Leaf = Extract<ConditionBody, { kind: 'price' | 'percent' }>;

/** `same` is the traded contract, and only an empty field says so. */
function OtherSymbol({
  id,
  body,
  fault,
  onChange,
}: {
  readonly id: number;
  readonly body: Leaf;
  readonly fault: boolean;
  readonly onChange: (body: Leaf) => void;
}): ReactNode {
  const { symbol, ...plain } = body;
  return (
    <SymbolSearch
      label="Symbol of the condition"
      contract={body.contract}
      longName=""
      typed={symbol?.text ?? null}
      faulty={fault && symbol !== undefined}
      onType={(text) => onChange(withConditionSymbol(body, text))}
      onTrouble={(text, trouble) =>
        changeLeaf(id, (now) => (now.symbol?.text.trim() === text ? { ...now, symbol: { ...now.symbol, text, trouble } } : now))
      }
      onAbandon={() => onChange(plain)}
      onEmpty={() => onChange({ ...plain, contract: null })}
      onChoose={(contract) => changeLeaf(id, ({ symbol: _typed, ...now }) => ({ ...now, contract }))}
      placeholder="same"
    />
  );
}

/** What a late answer of the broker does to the condition as it is by then. */
function changeLeaf(id: number, next: (body: Leaf) => Leaf): void {
  change(id, (old) => (old.body.kind === 'price' || old.body.kind === 'percent' ? { ...old, body: next(old.body) } : old));
}

function Join({
  value,
  label,
  onChange,
}: {
  readonly value: 'and' | 'or';
  readonly label: string;
  readonly onChange: (value: 'and' | 'or') => void;
}): ReactNode {
  return (
    <Select
      label={label}
      value={value}
      options={[
        ['and', 'all of'],
        ['or', 'any of'],
      ]}
      onChange={(next) => onChange(next as 'and' | 'or')}
    />
  );
}

function AddCondition({ onAdd, depth }: { readonly onAdd: (body: ConditionBody) => void; readonly depth: number }): ReactNode {
  return (
    <Toolbar
      label={depth === 1 ? 'Add a condition' : 'Add to the group'}
      tools={(Object.keys(KINDS) as (keyof typeof KINDS)[])
        .filter((kind) => kind !== 'group' || depth < 3)
        .map((kind) => ({ label: `+ ${kind}`, name: `Add ${kind} condition`, run: () => onAdd(NEW[kind]) }))}
    />
  );
}

function Select(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <select aria-label={props.label} value={props.value} onChange={(event) => props.onChange(event.target.value)}>
      {props.options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}

function Input(props: {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <input
      aria-label={props.label}
      value={props.value}
      placeholder={props.placeholder}
      autoComplete="off"
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}
