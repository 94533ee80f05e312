import type { Account, NetLiquidationChange, PositionPnl } from '#domain/account';
import { type AccountId, type ConId, isPaperAccount } from '#domain/ids';
import { type Amount, amountFromNumber } from '#domain/money';
import { minus } from '#domain/scaled';

const KEYS: Readonly<Record<string, 'netLiquidation' | 'buyingPower' | 'availableFunds'>> = {
  NetLiquidation: 'netLiquidation',
  BuyingPower: 'buyingPower',
  AvailableFunds: 'availableFunds',
};

/** A net liquidation and the day P&L that was known with it. */
interface Moment {
  readonly netLiquidation: Amount;
  readonly dailyPnl: Amount;
  readonly at: number;
}

/** What the broker reports about accounts: observations, not decisions, therefore beside the commits. Missing is unknown. */
export class AccountBoard {
  readonly #accounts = new Map<AccountId, Account>();
  readonly #positions = new Map<string, PositionPnl>();
  readonly #moments = new Map<AccountId, { readonly first: Moment; readonly last: Moment }>();
  #current: AccountId | undefined;

  offered(ids: readonly AccountId[]): void {
    for (const id of ids) {
      if (!this.#accounts.has(id)) this.#accounts.set(id, { id, paper: isPaperAccount(id), currency: 'USD', updatedAt: 0 });
    }
    this.#current ??= ids[0];
  }

  value(id: AccountId, key: string, value: string, currency: string, at: number): void {
    const field = KEYS[key];
    const account = this.#accounts.get(id);
    if (field === undefined || account === undefined || currency === 'BASE') return;
    const amount = amountFromNumber(value.trim() === '' ? undefined : Number(value));
    if (amount === undefined) return;
    this.#accounts.set(id, {
      ...account,
      [field]: amount,
      currency: currency === '' ? account.currency : currency,
      ...(field === 'netLiquidation' ? { netLiquidationAt: at } : {}),
      updatedAt: at,
    });
    if (field === 'netLiquidation' && account.dailyPnl !== undefined)
      this.#sawMoment(id, { netLiquidation: amount, dailyPnl: account.dailyPnl, at });
  }

  pnl(id: AccountId, daily: Amount | undefined, unrealized: Amount | undefined, realized: Amount | undefined, at: number): void {
    const account = this.#accounts.get(id);
    if (account === undefined) return;
    this.#accounts.set(id, {
      ...withoutPnl(account),
      ...(daily === undefined ? {} : { dailyPnl: daily }),
      ...(unrealized === undefined ? {} : { unrealizedPnl: unrealized }),
      ...(realized === undefined ? {} : { realizedPnl: realized }),
      ...(daily === undefined ? {} : { pnlAt: at }),
      updatedAt: at,
    });
    // The two come together when a connection opens; later the net liquidation is the rarer one, and says when to look.
    const { netLiquidation } = account;
    if (netLiquidation !== undefined && daily !== undefined && !this.#moments.has(id))
      this.#sawMoment(id, { netLiquidation, dailyPnl: daily, at });
  }

  /** A lost link makes the P&L unknown: an old figure must not pass the loss limit. */
  forgetPnl(): void {
    for (const [id, account] of this.#accounts) this.#accounts.set(id, withoutPnl(account));
    this.#positions.clear();
    this.#moments.clear();
  }

  positionPnl(id: AccountId, conId: ConId, figures: PositionPnl): void {
    this.#positions.set(`${id} ${String(conId)}`, figures);
  }

  /** IB's own figures of a position; undefined while it has told none on this connection. */
  ofPosition(id: AccountId, conId: ConId): PositionPnl | undefined {
    return this.#positions.get(`${id} ${String(conId)}`);
  }

  /** Undefined until two net liquidations have come while the day P&L was known. */
  change(id: AccountId): NetLiquidationChange | undefined {
    const { first, last } = this.#moments.get(id) ?? {};
    if (first === undefined || last === undefined || first === last) return undefined;
    return {
      netLiquidation: minus(last.netLiquidation, first.netLiquidation),
      dailyPnl: minus(last.dailyPnl, first.dailyPnl),
      since: first.at,
      until: last.at,
    };
  }

  #sawMoment(id: AccountId, last: Moment): void {
    this.#moments.set(id, { first: this.#moments.get(id)?.first ?? last, last });
  }

  get(id: AccountId): Account | undefined {
    return this.#accounts.get(id);
  }

  /** The account the desk trades: the first one TWS offers. */
  current(): Account | undefined {
    return this.#current === undefined ? undefined : this.#accounts.get(this.#current);
  }

  ids(): readonly AccountId[] {
    return [...this.#accounts.keys()];
  }
}

function withoutPnl(account: Account): Account {
  const { dailyPnl: _d, unrealizedPnl: _u, realizedPnl: _r, pnlAt: _at, ...rest } = account;
  return rest;
}
