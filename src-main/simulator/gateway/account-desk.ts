import type { Holding } from '#simulator/model/holding';
import { formatDecimal, mulDiv } from '#domain/decimal';
import { ZERO } from '#domain/quantity';
import { type Account, holdingOf } from '../engine/account.ts';
import type { Ledger } from '../engine/ledger.ts';
import type { Instrument } from '#simulator/model/instrument';
import { centsText } from '../wire/figure.ts';
import * as say from '../wire/message.ts';
import type { Session, Sessions } from './session.ts';

/** What was last said, so that nothing is said twice. */
interface UpdateFollower {
  readonly session: Session;
  readonly said: Map<string, string>;
}

interface SummaryFollower extends UpdateFollower {
  readonly reqId: number;
  readonly tags: readonly string[];
}

interface PnlFollower {
  readonly session: Session;
  said: string;
  readonly reqId: number;
  /** 0 for the whole account. */
  readonly conId: number;
}

/** Account values and summaries come every three minutes, or with a fill; P&L every second in which it changed. */
const ACCOUNT_EVERY_MS = 180_000;

/** Account figures to whoever follows them. */
export class AccountDesk {
  readonly #sessions: Pick<Sessions, 'send'>;
  readonly #account: Account;
  readonly #ledger: Ledger;
  readonly #listing: readonly Instrument[];
  #summaries: SummaryFollower[] = [];
  #updates: UpdateFollower[] = [];
  #positions: Session[] = [];
  #multi: { readonly session: Session; readonly reqId: number; readonly kind: 'positions' | 'updates' }[] = [];
  #pnl: PnlFollower[] = [];
  #lastAccountAt: number;

  constructor(sessions: Pick<Sessions, 'send'>, account: Account, ledger: Ledger, listing: readonly Instrument[], startAt: number) {
    this.#sessions = sessions;
    this.#account = account;
    this.#ledger = ledger;
    this.#listing = listing;
    this.#lastAccountAt = startAt;
  }

  // —— summary ——————————————————————————————————————————————————————————————————————————————

  summarise(session: Session, reqId: number, group: string, tags: readonly string[]): void {
    if (group !== 'All' && group !== '') {
      this.#tell(session, say.errorMessage(reqId, 321, `Error validating request.-'bZ' : cause - Invalid group '${group}'`));
      return;
    }
    if (this.#summaries.filter((one) => one.session === session).length >= 2) {
      this.#tell(
        session,
        say.errorMessage(reqId, 322, "Error processing request.-'bZ' : cause - Maximum number of account summary requests exceeded"),
      );
      return;
    }
    const follower = { session, reqId, tags, said: new Map<string, string>() };
    this.#summaries.push(follower);
    this.#tellSummary(follower);
    this.#tell(session, say.accountSummaryEnd(reqId));
  }

  cancelSummary(session: Session, reqId: number): void {
    this.#summaries = this.#summaries.filter((one) => one.session !== session || one.reqId !== reqId);
  }

  #tellSummary(follower: SummaryFollower): void {
    for (const [tag, value, currency] of this.#figures()) {
      if (!follower.tags.includes(tag) || follower.said.get(tag) === value) continue;
      follower.said.set(tag, value);
      this.#tell(follower.session, say.accountSummary(follower.reqId, this.#account.id, tag, value, currency));
    }
  }

  /** Tag, value, currency; as account summary and account values both name them. */
  #figures(): readonly (readonly [tag: string, value: string, currency: string])[] {
    const account = this.#account;
    const equity = account.netLiquidation;
    const margin = account.initialMargin;
    const free = equity - margin;
    const usd = (tag: string, amount: number): readonly [string, string, string] => [tag, centsText(amount), 'USD'];
    return [
      ['AccountType', 'INDIVIDUAL', ''],
      ['Cushion', equity <= 0 ? '0' : formatDecimal(mulDiv(free, 1_000_000, equity), 1_000_000), ''],
      usd('NetLiquidation', equity),
      usd('TotalCashValue', account.cash),
      usd('SettledCash', account.cash),
      usd('AccruedCash', 0),
      usd('BuyingPower', Math.max(0, 4 * free)),
      usd('EquityWithLoanValue', equity),
      usd('GrossPositionValue', account.grossPositionValue),
      usd('InitMarginReq', margin),
      usd('MaintMarginReq', margin),
      usd('FullInitMarginReq', margin),
      usd('FullMaintMarginReq', margin),
      usd('AvailableFunds', free),
      usd('ExcessLiquidity', free),
      usd('FullAvailableFunds', free),
      usd('FullExcessLiquidity', free),
      usd('RealizedPnL', account.pnl.realized),
      usd('UnrealizedPnL', account.pnl.unrealized),
    ];
  }

  // —— account updates ——————————————————————————————————————————————————————————————————————

  updates(session: Session, subscribe: boolean, account: string, at: number): void {
    if (account !== '' && account !== this.#account.id) {
      this.#tell(session, say.errorMessage(-1, 321, `Error validating request.-'bU' : cause - Invalid account code '${account}'`));
      return;
    }
    this.#updates = this.#updates.filter((one) => one.session !== session);
    if (!subscribe) return;
    const follower = { session, said: new Map<string, string>() };
    this.#updates.push(follower);
    this.#tell(session, say.accountValue('AccountReady', 'true', '', this.#account.id));
    this.#tellValues(follower);
    for (const held of this.#account.holdings)
      if (held.quantity !== 0 || held.realized !== 0) this.#tell(session, say.portfolioValue(this.#account.id, held));
    this.#tell(session, say.accountTime(at));
    this.#tell(session, say.accountDownloadEnd(this.#account.id));
  }

  #tellValues(follower: UpdateFollower): void {
    for (const [tag, value, currency] of this.#figures()) {
      if (follower.said.get(tag) === value) continue;
      follower.said.set(tag, value);
      this.#tell(follower.session, say.accountValue(tag, value, currency, this.#account.id));
    }
  }

  // —— positions ————————————————————————————————————————————————————————————————————————————

  followPositions(session: Session): void {
    if (!this.#positions.includes(session)) this.#positions.push(session);
    for (const held of this.#held()) this.#tell(session, say.position(this.#account.id, held));
    this.#tell(session, say.positionEnd());
  }

  cancelPositions(session: Session): void {
    this.#positions = this.#positions.filter((one) => one !== session);
  }

  followMulti(session: Session, reqId: number, kind: 'positions' | 'updates'): void {
    this.#multi.push({ session, reqId, kind });
    if (kind === 'positions') {
      for (const held of this.#held()) this.#tell(session, say.positionMulti(reqId, this.#account.id, held));
      this.#tell(session, say.positionMultiEnd(reqId));
      return;
    }
    for (const [tag, value, currency] of this.#figures())
      this.#tell(session, say.accountUpdateMulti(reqId, this.#account.id, tag, value, currency));
    this.#tell(session, say.accountUpdateMultiEnd(reqId));
  }

  cancelMulti(session: Session, reqId: number, kind: 'positions' | 'updates'): void {
    this.#multi = this.#multi.filter((one) => one.session !== session || one.reqId !== reqId || one.kind !== kind);
  }

  #held(): readonly Holding[] {
    return this.#ledger.positions.filter((held) => held.quantity !== 0).map((held) => holdingOf(held.contract, held));
  }

  // —— profit and loss ——————————————————————————————————————————————————————————————————————

  followPnl(session: Session, reqId: number, account: string, conId: number): void {
    if (account !== this.#account.id) {
      this.#tell(session, say.errorMessage(reqId, 321, `Error validating request.-'cE' : cause - Invalid account code '${account}'`));
      return;
    }
    if (conId !== 0 && !this.#listing.some((one) => one.conId === conId)) {
      this.#tell(session, say.errorMessage(reqId, 200, 'No security definition has been found for the request'));
      return;
    }
    if (this.#pnl.some((one) => one.session === session && one.reqId === reqId)) {
      this.#tell(session, say.errorMessage(reqId, 322, "Error processing request.-'cE' : cause - Duplicate subscription"));
      return;
    }
    const follower = { session, reqId, conId, said: '' };
    this.#pnl.push(follower);
    this.#tellPnl(follower);
  }

  cancelPnl(session: Session, reqId: number): void {
    this.#pnl = this.#pnl.filter((one) => one.session !== session || one.reqId !== reqId);
  }

  #tellPnl(follower: PnlFollower): void {
    const text = this.#pnlText(follower);
    if (text === follower.said) return;
    follower.said = text;
    this.#tell(follower.session, text);
  }

  #pnlText({ reqId, conId }: PnlFollower): string {
    if (conId === 0) {
      const { daily, unrealized, realized } = this.#account.pnl;
      return say.pnl(reqId, daily, unrealized, realized);
    }
    const held = this.#account.holding(conId);
    if (held === undefined) return say.pnlSingle(reqId, { quantity: ZERO, daily: 0, unrealized: 0, realized: 0, value: 0 });
    const { quantity, unrealized, realized, value } = held;
    return say.pnlSingle(reqId, { quantity, daily: this.#account.dailyOf(held), unrealized, realized, value });
  }

  // —— news —————————————————————————————————————————————————————————————————————————————————

  /** A fill changed this holding. */
  holding(contract: Instrument): void {
    const held = holdingOf(contract, this.#ledger.position(contract.conId));
    for (const session of this.#positions) this.#tell(session, say.position(this.#account.id, held));
    for (const one of this.#multi)
      if (one.kind === 'positions') this.#tell(one.session, say.positionMulti(one.reqId, this.#account.id, held));
    const marked = this.#account.holding(contract.conId);
    for (const follower of this.#updates) {
      if (marked !== undefined) this.#tell(follower.session, say.portfolioValue(this.#account.id, marked));
      this.#tellValues(follower);
    }
    for (const follower of this.#summaries) this.#tellSummary(follower);
  }

  /** Once in a second of tape time. */
  beat(at: number): void {
    for (const follower of this.#pnl) this.#tellPnl(follower);
    if (at - this.#lastAccountAt < ACCOUNT_EVERY_MS) return;
    this.#lastAccountAt = at;
    for (const follower of this.#updates) {
      this.#tellValues(follower);
      this.#tell(follower.session, say.accountTime(at));
    }
    for (const follower of this.#summaries) this.#tellSummary(follower);
  }

  closed(session: Session): void {
    this.#summaries = this.#summaries.filter((one) => one.session !== session);
    this.#updates = this.#updates.filter((one) => one.session !== session);
    this.#positions = this.#positions.filter((one) => one !== session);
    this.#multi = this.#multi.filter((one) => one.session !== session);
    this.#pnl = this.#pnl.filter((one) => one.session !== session);
  }

  #tell(session: Session, text: string): void {
    this.#sessions.send(session.clientId, text);
  }
}
