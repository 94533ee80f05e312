import { commit, type Slice } from '#core/state/desk-state';
import { log, positionKey } from '#core/state/records';
import { type Refusal, refuseNow } from '#core/state/refusal';
import type { Position } from '#domain/position';
import { ok, type Result } from '#domain/result';

type Desk = Slice<'coordinator'>;

/**
 * One wish that takes several orders: each is asked for, also where another was refused. A refusal means that nothing was done at all; what was
 * done in part is answered with the newest commit, and an alarm at the position says what was not.
 */
export function inTurn(desk: Desk, position: Position, acts: readonly (() => Result<number, Refusal>)[]): Result<number, Refusal> {
  let done: Result<number, Refusal> | undefined;
  const refusals: Refusal[] = [];
  for (const act of acts) {
    const answer = act();
    if (answer.ok) done = answer;
    else refusals.push(answer.error);
  }
  const [first] = refusals;
  if (first === undefined) return done ?? refuseNow('There is nothing to do.');
  if (done?.ok !== true) return { ok: false, error: first };
  const { account, contract } = position;
  const key = positionKey(account, contract.conId);
  const texts = [...new Set(refusals.map(({ text }) => text))].join(' ');
  const text = `Only part of what was asked for ${contract.symbol} was done: ${texts} Look at the position.`;
  const seq = commit(desk, 'risk-reducing', 'position.in-part', { kind: 'system', text, ref: key }, (tx) => {
    log(tx, 'alarm', text, { kind: 'position', key });
    return tx.seq;
  });
  return ok(seq ?? done.value);
}
