import type { LineNeed } from '#core/market/subscriptions';
import type { Slice } from '#core/state/desk-state';
import { carryOutLines } from '#core/strategy/trigger/carry-out-lines';
import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { ok, type Result } from '#domain/result';

type Desk = Slice<'board' | 'market' | 'subscriptions'>;

/** Quotes of the contract for this owner, as far as market data lines are left. The error is a sentence. */
export function followContract(desk: Desk, owner: string, contract: Contract, need: LineNeed): Result<void> {
  const wanted = desk.subscriptions.want(owner, contract, need);
  if (!wanted.ok) return wanted;
  desk.board.follow(contract);
  carryOutLines(desk, wanted.value);
  return ok(undefined);
}

/** The owner needs this contract (or, without one, anything) no more; other owners keep it. */
export function unfollowContract(desk: Desk, owner: string, conId?: ConId): void {
  carryOutLines(desk, desk.subscriptions.drop(owner, conId));
}
