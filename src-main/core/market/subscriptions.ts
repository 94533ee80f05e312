import type { Contract } from '#domain/contract';
import { contractLabel } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { err, ok, type Result } from '#domain/result';

/** Why a line is needed, most important first: an open position or order, an armed trigger, the selected row, a row on the screen. */
export type LineNeed = 'position' | 'watcher' | 'selected' | 'screen';

export type LineEffect =
  { readonly kind: 'subscribe'; readonly contract: Contract } | { readonly kind: 'unsubscribe'; readonly conId: ConId };

export interface WantedLine {
  readonly contract: Contract;
  /** The most important need of all its owners. */
  readonly need: LineNeed;
  readonly owners: number;
  /** False: wanted, but the budget is spent on more important ones. */
  readonly active: boolean;
}

export interface LineUsage {
  readonly used: number;
  readonly budget: number;
  readonly waiting: number;
  /** For the operator, when the budget runs low. */
  readonly warning?: string;
}

export interface LineLimits {
  /** Concurrent market data lines that the account has; IB grants 100 by default. */
  readonly budget?: number;
  /** New watchers are refused once so many lines serve positions and watchers: the rest is kept for positions and orders. */
  readonly watcherLimit?: number;
  readonly warnAt?: number;
}

interface Line {
  readonly contract: Contract;
  readonly owners: Map<string, LineNeed>;
  /** How many owners have each rank of need: ten thousand triggers on one contract must not be counted at every change. */
  readonly ranks: [position: number, watcher: number, selected: number, screen: number];
  readonly since: number;
  active: boolean;
}

const RANK: Readonly<Record<LineNeed, 0 | 1 | 2 | 3>> = { position: 0, watcher: 1, selected: 2, screen: 3 };

/**
 * Ref-counted market data lines within the account's budget. It decides and returns effects; the caller carries them out in
 * order (unsubscriptions come first, so the budget is never exceeded).
 */
export class Subscriptions {
  readonly #lines = new Map<ConId, Line>();
  readonly #byOwner = new Map<string, Set<Line>>();
  readonly #budget: number;
  readonly #watcherLimit: number;
  readonly #warnAt: number;
  #count = 0;

  constructor(limits: LineLimits = {}) {
    this.#budget = limits.budget ?? 100;
    this.#watcherLimit = Math.min(limits.watcherLimit ?? 95, this.#budget);
    this.#warnAt = Math.min(limits.warnAt ?? 90, this.#watcherLimit);
  }

  /** One owner's need of a contract; repeating it changes the need. A refusal says what to do. */
  want(owner: string, contract: Contract, need: LineNeed): Result<readonly LineEffect[]> {
    const present = this.#lines.get(contract.conId);
    const firm = present !== undefined && rankOf(present) <= RANK.watcher;
    if (need === 'watcher' && !firm) {
      const used = this.#firmLines();
      if (used >= this.#watcherLimit) {
        return err(
          `${String(used)} of ${String(this.#budget)} market data lines serve positions and triggers, and new triggers stop at ${String(this.#watcherLimit)}; disarm a trigger to watch ${contractLabel(contract)}.`,
        );
      }
    }
    const before = present === undefined ? undefined : rankOf(present);
    const line = present ?? this.#open(contract);
    setNeed(line, owner, need);
    const own = this.#byOwner.get(owner);
    if (own === undefined) this.#byOwner.set(owner, new Set([line]));
    else own.add(line);
    return ok(before === rankOf(line) ? [] : this.#settle());
  }

  /** The contracts that this owner needs. */
  linesOf(owner: string): readonly ConId[] {
    return [...(this.#byOwner.get(owner) ?? [])].map((line) => line.contract.conId);
  }

  /** The owner needs this contract (or, without one, anything) no more. */
  drop(owner: string, conId?: ConId): readonly LineEffect[] {
    const gone: LineEffect[] = [];
    const own = this.#byOwner.get(owner);
    let changed = false;
    for (const line of own ?? []) {
      const id = line.contract.conId;
      if (conId !== undefined && id !== conId) continue;
      own?.delete(line);
      const before = rankOf(line);
      setNeed(line, owner, undefined);
      changed ||= rankOf(line) !== before;
      if (line.owners.size > 0) continue;
      this.#lines.delete(id);
      if (line.active) gone.push({ kind: 'unsubscribe', conId: id });
    }
    if (own?.size === 0) this.#byOwner.delete(owner);
    return changed ? [...gone, ...this.#settle()] : gone;
  }

  /** Most important first. */
  wanted(): readonly WantedLine[] {
    return this.#ranked().map((line) => ({ contract: line.contract, need: needOf(line), owners: line.owners.size, active: line.active }));
  }

  lines(): LineUsage {
    let used = 0;
    for (const line of this.#lines.values()) if (line.active) used += 1;
    const usage = { used, budget: this.#budget, waiting: this.#lines.size - used };
    if (usage.waiting > 0) {
      return { ...usage, warning: `${String(usage.waiting)} quotes wait for a market data line; all ${String(used)} are in use.` };
    }
    if (used < this.#warnAt) return usage;
    return {
      ...usage,
      warning: `${String(used)} of ${String(this.#budget)} market data lines are in use; new triggers stop at ${String(this.#watcherLimit)}.`,
    };
  }

  #open(contract: Contract): Line {
    this.#count += 1;
    const line: Line = { contract, owners: new Map(), ranks: [0, 0, 0, 0], since: this.#count, active: false };
    this.#lines.set(contract.conId, line);
    return line;
  }

  #firmLines(): number {
    let firm = 0;
    for (const line of this.#lines.values()) if (rankOf(line) <= RANK.watcher) firm += 1;
    return firm;
  }

  #ranked(): Line[] {
    return [...this.#lines.values()].sort((a, b) => rankOf(a) - rankOf(b) || a.since - b.since);
  }

  /** Gives the budget to the most important lines and tells what changed. */
  #settle(): readonly LineEffect[] {
    const off: LineEffect[] = [];
    const on: LineEffect[] = [];
    this.#ranked().forEach((line, index) => {
      const active = index < this.#budget;
      if (active === line.active) return;
      line.active = active;
      if (active) on.push({ kind: 'subscribe', contract: line.contract });
      else off.push({ kind: 'unsubscribe', conId: line.contract.conId });
    });
    return [...off, ...on];
  }
}

/** The most important need; past the last one for a line that nobody needs. */
function rankOf(line: Line): number {
  const rank = line.ranks.findIndex((count) => count > 0);
  return rank < 0 ? line.ranks.length : rank;
}

function setNeed(line: Line, owner: string, need: LineNeed | undefined): void {
  const before = line.owners.get(owner);
  if (before !== undefined) line.ranks[RANK[before]] -= 1;
  if (need === undefined) line.owners.delete(owner);
  else {
    line.owners.set(owner, need);
    line.ranks[RANK[need]] += 1;
  }
}

function needOf(line: Line): LineNeed {
  const rank = rankOf(line);
  return rank === 0 ? 'position' : rank === 1 ? 'watcher' : rank === 2 ? 'selected' : 'screen';
}
