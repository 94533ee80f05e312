import type { Contract } from '#domain/contract';
import type { Fill } from '#domain/execution';
import type { AccountId } from '#domain/ids';
import { type Amount, ZERO_AMOUNT } from '#domain/money';
import { plus } from '#domain/scaled';

/** What the broker has reported of the fills of one position, in the contract's currency. Unknown is missing, never zero. */
export interface ReportedFigures {
  /** Commissions included, as IB reports them fill by fill. Missing while no report has come for any of the fills. */
  readonly realized?: Amount;
  readonly commission?: Amount;
  /** Fills whose commission report has not come: both sums are without them. */
  readonly unreported: number;
  /** Fills whose report is in another currency than the contract: never added as if it were the same. */
  readonly otherCurrency: number;
}

/** The one sum of realised P&L and commissions: Positions, Fills and P&L show it, and it is the sum of the rows of Fills. */
export function reportedFigures(
  fills: Iterable<Fill>,
  { account, contract }: { readonly account: AccountId; readonly contract: Pick<Contract, 'conId' | 'currency'> },
): ReportedFigures {
  let realized = ZERO_AMOUNT;
  let commission = ZERO_AMOUNT;
  let reported = 0;
  let unreported = 0;
  let otherCurrency = 0;
  for (const fill of fills) {
    if (fill.account !== account || fill.conId !== contract.conId) continue;
    if (fill.commission === undefined) unreported += 1;
    else if ((fill.commissionCurrency ?? '') !== '' && fill.commissionCurrency !== contract.currency) otherCurrency += 1;
    else {
      reported += 1;
      commission = plus(commission, fill.commission);
      // IB names none for a fill that closes nothing.
      realized = plus(realized, fill.realizedPnl ?? ZERO_AMOUNT);
    }
  }
  const unknown = reported === 0 && unreported + otherCurrency > 0;
  return { ...(unknown ? {} : { realized, commission }), unreported, otherCurrency };
}
