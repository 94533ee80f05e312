import type { ReactNode } from 'react';
import { minus } from '#domain/scaled';
import { ZERO_AMOUNT } from '#domain/money';
import type { FigureCheckView } from '#protocol/figures';
import { pnlText, UNKNOWN } from '../../format/figure.ts';
import { useField } from '../../hook/rows.ts';

const NAMES: Readonly<Record<FigureCheckView['figure'], string>> = {
  day: 'Day P&L',
  realized: 'Realised',
  unrealized: 'Unrealised',
  'net-liquidation': 'NLV',
};

const TITLES: Readonly<Record<FigureCheckView['figure'], string>> = {
  day: "Here: realised and the change of the unrealised since the day began, from the broker's own beginning.",
  realized: 'Here: the sum of the rows of Fills, commissions included.',
  unrealized:
    "Here: the sum of Positions, at the side that closing would meet, without commissions. The broker's is at its own marks, with the commissions of what is open in the cost.",
  'net-liquidation':
    'Here: what the day P&L has moved between the same two reports of the net liquidation. Deposits, dividends and interest move only the net liquidation.',
};

const ORDER: readonly FigureCheckView['figure'][] = ['day', 'realized', 'unrealized', 'net-liquidation'];

/** Why the two figures differ, in words; empty when they agree. */
export function whyText({ figure, parts, unexplained, missing, lasting }: FigureCheckView): string {
  const named = parts.map(({ text, amount }) => `${pnlText(amount)} ${text}`);
  const unknown = missing.length === 0 ? [] : [`not known: ${missing.join(', ')}`];
  const rest =
    unexplained === null || pnlText(unexplained) === pnlText(ZERO_AMOUNT) ? [] : [`${pnlText(unexplained)} ${restText(figure, lasting)}`];
  return [...rest, ...unknown, ...named].join('; ');
}

function restText(figure: FigureCheckView['figure'], lasting: boolean): string {
  if (figure === 'net-liquidation') return 'told at different moments, cash that is no P&L, or a new day';
  return lasting ? 'NOT EXPLAINED: compare with TWS' : 'told at different moments';
}

function Row({ check, currency }: { readonly check: FigureCheckView; readonly currency: string }): ReactNode {
  const { figure, broker, here, lasting } = check;
  const why = whyText(check);
  const alarming = lasting && figure !== 'net-liquidation';
  return (
    <tr data-testid={`agreement-${figure}`} title={`${TITLES[figure]} In ${currency}. ${why}`}>
      <th scope="row">{NAMES[figure]}</th>
      <td>{pnlText(broker)}</td>
      <td>{pnlText(here)}</td>
      <td className={alarming ? 'amber' : ''}>{broker === null || here === null ? UNKNOWN : pnlText(minus(broker, here))}</td>
      <td className={`why ${alarming ? 'amber' : 'dim'}`}>{why === '' ? 'agree' : why}</td>
    </tr>
  );
}

/** Day figures of the broker beside those that follow from fills and quotes here, and the name of each difference. */
export function Agreement(): ReactNode {
  const checks = useField('status', 'agreement') ?? [];
  const currency = useField('status', 'currency') ?? '';
  if (checks.length === 0) return null;
  const rows = ORDER.flatMap((figure) => checks.filter((check) => check.figure === figure));
  return (
    <table className="pnl-agreement" aria-label="Day figures of the broker and of this desk">
      <thead>
        <tr>
          <th scope="col">{currency}</th>
          <th scope="col">Broker</th>
          <th scope="col">Here</th>
          <th scope="col">Differ by</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((check) => (
          <Row key={check.figure} check={check} currency={currency} />
        ))}
      </tbody>
    </table>
  );
}
