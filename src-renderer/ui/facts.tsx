import type { ReactNode } from 'react';
import './facts.css';

export function FactsScroll({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="facts-scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

export function Facts(props: {
  readonly title: string;
  readonly facts: readonly (readonly [string, ReactNode])[];
  /** What can be done about them. */
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <section className="facts">
      <h3>{props.title}</h3>
      <dl>{props.facts.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>])}</dl>
      {props.action}
    </section>
  );
}

export interface FactColumn<R> {
  readonly header: string;
  readonly right?: boolean;
  readonly cell: (row: R) => ReactNode;
}

/** A short table of facts that nobody scrolls or sorts. */
export function FactTable<R>(props: {
  readonly title: string;
  readonly rows: readonly R[];
  readonly columns: readonly FactColumn<R>[];
  readonly none: string;
  readonly wide?: boolean;
}): ReactNode {
  return (
    <section className="facts" data-wide={props.wide ?? false}>
      <h3>{props.title}</h3>
      {props.rows.length === 0 ? (
        <p className="dim">{props.none}</p>
      ) : (
        <table aria-label={props.title}>
          <thead>
            <tr>
              {props.columns.map((column) => (
                <th key={column.header} scope="col" data-align={column.right === true ? 'right' : undefined}>
                  {column.header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.rows.map((row, i) => (
              <tr key={i}>
                {props.columns.map((column) => (
                  <td key={column.header} data-align={column.right === true ? 'right' : undefined}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
