import type { Condition, PriceLeaf } from '#domain/condition';
import { priceLeaves } from '#domain/condition';
import type { ConId, TriggerId } from '#domain/ids';
import type { Tick } from '#domain/quote';
import type { TriggerSpec } from '#domain/trigger';

type Field = 'last' | 'bid' | 'ask' | 'mid';
type Truth = boolean | undefined;

interface NaiveField {
  price: number | undefined;
  /** never: no price yet; good; gap: wiped by a re-baselining; one: one price since. */
  stage: 'never' | 'good' | 'gap' | 'one';
}

interface NaiveQuote {
  readonly fields: Record<Field, NaiveField>;
  at: number;
  halted: boolean;
  live: boolean;
  farmUp: boolean;
  /** Prices came while nothing was allowed to fire. */
  unseen: boolean;
  close: number | undefined;
}

interface NaiveLeaf {
  readonly leaf: PriceLeaf;
  readonly negated: boolean;
  level: number | undefined;
  seenNear: boolean;
  crossed: boolean;
  edge: boolean;
  /** Last known truth of a level. */
  was: Truth;
}

interface NaiveWatcher {
  readonly id: TriggerId;
  readonly gen: number;
  readonly spec: TriggerSpec;
  leaves: Map<PriceLeaf, NaiveLeaf>;
  paused: boolean;
  held: boolean;
  /** Came to be tested while nothing might fire. */
  forbidden: boolean;
  /** Minute of the last answer. */
  minute: number | undefined;
}

export interface NaiveFiring {
  readonly triggerId: TriggerId;
  readonly gen: number;
  /** Number of the operation at which it fired. */
  readonly step: number;
}

/** New York is UTC−4 on the only day that the model knows. */
function minuteOf(at: number): number {
  return Math.floor((at - 4 * 3_600_000) / 60_000) % 1440;
}

/**
 * The meaning of triggers, written again as plainly as possible: no index, no sets, no compiled form. Every running trigger's
 * whole condition is read on every tick. It shares nothing with the registry but the nouns.
 */
export class NaiveTriggers {
  readonly quotes = new Map<ConId, NaiveQuote>();
  readonly watchers: NaiveWatcher[] = [];
  readonly fired: NaiveFiring[] = [];
  readonly maxAge: number;
  step = 0;
  mayFire = true;

  constructor(conIds: readonly ConId[], maxAge: number) {
    this.maxAge = maxAge;
    for (const conId of conIds) {
      const field = (): NaiveField => ({ price: undefined, stage: 'never' });
      const fields = { last: field(), bid: field(), ask: field(), mid: field() };
      this.quotes.set(conId, { fields, at: 0, halted: false, live: true, farmUp: true, unseen: false, close: undefined });
    }
  }

  quote(conId: ConId): NaiveQuote {
    return this.quotes.get(conId)!;
  }

  find(id: TriggerId): NaiveWatcher | undefined {
    return this.watchers.find((watcher) => watcher.id === id);
  }

  arm(id: TriggerId, gen: number, spec: TriggerSpec, now: number): void {
    const watcher: NaiveWatcher = { id, gen, spec, leaves: new Map(), paused: false, held: false, forbidden: false, minute: undefined };
    this.watchers.push(watcher);
    this.#begin(watcher, now);
  }

  disarm(id: TriggerId): void {
    const at = this.watchers.findIndex((watcher) => watcher.id === id);
    if (at >= 0) this.watchers.splice(at, 1);
  }

  pause(id: TriggerId): void {
    const watcher = this.find(id);
    if (watcher !== undefined) Object.assign(watcher, { paused: true, forbidden: false });
  }

  resume(id: TriggerId, now: number): void {
    const watcher = this.find(id);
    if (watcher?.paused !== true) return;
    watcher.paused = false;
    watcher.held = false;
    this.#begin(watcher, now);
  }

  #begin(watcher: NaiveWatcher, now: number): void {
    this.#catchUp(now, watcher);
    const old = watcher.leaves;
    watcher.leaves = new Map();
    this.#collect(watcher, watcher.spec.condition, false);
    for (const state of watcher.leaves.values()) {
      const kept = old.get(state.leaf)?.level;
      if (state.leaf.kind === 'percent-change' && state.leaf.basis === 'arming' && kept !== undefined) state.level = kept;
      this.#basis(state);
      this.#look(state, true);
    }
    // Armed while nothing may fire: what it has not answered is answered with the first look after that.
    if (!this.mayFire) for (const { leaf } of watcher.leaves.values()) this.quote(leaf.contract.conId).unseen = true;
    this.#test(watcher, now);
  }

  #collect(watcher: NaiveWatcher, condition: Condition, negated: boolean): void {
    if (condition.kind === 'not') this.#collect(watcher, condition.of, !negated);
    else if (condition.kind === 'and' || condition.kind === 'or') for (const part of condition.of) this.#collect(watcher, part, negated);
    else if (condition.kind !== 'time-window') {
      const level = condition.kind === 'price' ? condition.level : undefined;
      watcher.leaves.set(condition, { leaf: condition, negated, level, seenNear: false, crossed: false, edge: false, was: undefined });
    }
  }

  #basis(state: NaiveLeaf): void {
    const { leaf } = state;
    if (leaf.kind !== 'percent-change') return;
    const quote = this.quote(leaf.contract.conId);
    const field = quote.fields[leaf.field];
    if (leaf.basis === 'arming' && state.level !== undefined) return;
    const base = leaf.basis === 'close' ? quote.close : field.stage === 'good' && quote.live ? field.price : undefined;
    state.level = base === undefined ? undefined : base + Math.round((base * leaf.basisPoints) / 10_000);
  }

  #beyond(state: NaiveLeaf): Truth {
    const field = this.quote(state.leaf.contract.conId).fields[state.leaf.field];
    if (field.price === undefined || state.level === undefined) return undefined;
    return state.leaf.test.endsWith('above') ? field.price >= state.level : field.price <= state.level;
  }

  /** One look at the present price. `begin`: there was no earlier one, so nothing can have crossed. */
  #look(state: NaiveLeaf, begin: boolean): void {
    const beyond = this.#beyond(state);
    if (beyond === undefined) {
      state.was = undefined;
      return;
    }
    const { stage } = this.quote(state.leaf.contract.conId).fields[state.leaf.field];
    if (state.leaf.test.startsWith('crosses')) {
      if (!beyond) {
        state.seenNear = true;
        state.crossed = false;
        state.edge = false;
      } else if (state.seenNear && !begin) {
        state.seenNear = false;
        state.crossed = true;
        state.edge = true;
      }
      return;
    }
    if (stage !== 'good') return;
    const on = beyond !== state.negated;
    if (!on) state.edge = false;
    else if (state.was !== true) state.edge = true;
    state.was = on;
  }

  tick({ conId, field, price, at }: Tick): void {
    const quote = this.quotes.get(conId);
    if (quote === undefined) return;
    // The tick is part of the quote on which what was missed is decided.
    const woken = this.#wake();
    const testWoken = (): void => {
      for (const watcher of woken) this.#test(watcher, at);
    };
    if (price === 0 || price === -1_000_000) {
      this.#set(quote, field, undefined);
      if (field !== 'last') this.#set(quote, 'mid', undefined);
      if (this.mayFire) this.#lookAll(conId, [field, 'mid']);
      else quote.unseen = true;
      testWoken();
      return;
    }
    if (!isPrice(price)) {
      testWoken();
      return;
    }
    quote.at = at;
    this.#set(quote, field, price);
    const moved: Field[] = [field];
    const { bid, ask } = quote.fields;
    if (field !== 'last' && bid.price !== undefined && ask.price !== undefined) {
      this.#set(quote, 'mid', Math.floor((bid.price + ask.price) / 2));
      moved.push('mid');
    }
    if (!this.mayFire) {
      quote.unseen = true;
      return;
    }
    this.#lookAll(conId, moved);
    for (const watcher of [...this.watchers]) {
      const looks = [...watcher.leaves.keys()].some((leaf) => leaf.contract.conId === conId);
      if (!watcher.paused && (looks || woken.includes(watcher))) this.#test(watcher, at);
    }
  }

  #set(quote: NaiveQuote, name: Field, price: number | undefined): void {
    const field = quote.fields[name];
    field.price = price;
    if (price === undefined) return;
    field.stage = field.stage === 'gap' ? 'one' : 'good';
  }

  #lookAll(conId: ConId, moved: readonly Field[]): void {
    for (const watcher of this.watchers) {
      if (watcher.paused) continue;
      for (const state of watcher.leaves.values()) {
        if (state.leaf.contract.conId !== conId || !moved.includes(state.leaf.field)) continue;
        const unknown = state.level === undefined;
        this.#basis(state);
        this.#look(state, unknown);
      }
    }
  }

  /** Every leaf looks as if for the first time, before anything else happens; what it knew before is worth nothing. */
  #catchUp(now: number, but?: NaiveWatcher): void {
    for (const watcher of this.#wake(but)) this.#test(watcher, now);
  }

  #wake(but?: NaiveWatcher): readonly NaiveWatcher[] {
    if (!this.mayFire) return [];
    const missed = [...this.quotes].filter(([, quote]) => quote.unseen).map(([conId]) => conId);
    for (const quote of this.quotes.values()) quote.unseen = false;
    const woken: NaiveWatcher[] = [];
    for (const watcher of this.watchers) {
      if (watcher.paused || watcher === but) continue;
      let wakes = watcher.forbidden;
      watcher.forbidden = false;
      for (const state of watcher.leaves.values()) {
        if (!missed.includes(state.leaf.contract.conId)) continue;
        this.#basis(state);
        const beyond = this.#beyond(state);
        if (beyond === undefined) continue;
        Object.assign(state, { seenNear: false, crossed: false, edge: false, was: undefined });
        this.#look(state, true);
        // A level that is reached wakes even where its price still needs confirming.
        if (!state.leaf.test.startsWith('crosses') && beyond !== state.negated) state.edge = true;
        wakes ||= state.edge;
      }
      if (wakes) woken.push(watcher);
    }
    return woken;
  }

  close(conId: ConId, price: number, now: number): void {
    this.quote(conId).close = price;
    this.#catchUp(now);
    for (const watcher of [...this.watchers]) {
      if (watcher.paused) continue;
      let changed = false;
      for (const state of watcher.leaves.values()) {
        const { leaf, level } = state;
        if (leaf.kind !== 'percent-change' || leaf.basis !== 'close' || leaf.contract.conId !== conId) continue;
        this.#basis(state);
        if (state.level === level) continue;
        Object.assign(state, { seenNear: false, crossed: false, edge: false, was: undefined });
        this.#look(state, true);
        changed ||= state.edge;
      }
      if (changed) this.#test(watcher, now);
    }
  }

  rebaseline(conId?: ConId): void {
    for (const [id, quote] of this.quotes) {
      if (conId !== undefined && id !== conId) continue;
      for (const field of Object.values(quote.fields)) {
        field.price = undefined;
        if (field.stage !== 'never') field.stage = 'gap';
      }
      for (const watcher of this.watchers) {
        for (const state of watcher.leaves.values()) {
          if (state.leaf.contract.conId === id) Object.assign(state, { seenNear: false, crossed: false, edge: false, was: undefined });
        }
      }
    }
  }

  /** Time alone: only rules with a window, and one that waits for a tick of a better quality only in another minute. */
  timer(now: number): void {
    this.#catchUp(now);
    for (const watcher of [...this.watchers]) {
      if (watcher.paused || (watcher.held && watcher.minute === minuteOf(now))) continue;
      if (JSON.stringify(watcher.spec.condition).includes('time-window')) this.#test(watcher, now);
    }
  }

  bad(watcher: NaiveWatcher, now: number): string | undefined {
    const leaves = priceLeaves(watcher.spec.condition);
    for (const conId of new Set(leaves.map((leaf) => leaf.contract.conId))) {
      const quote = this.quote(conId);
      const { bid, ask } = quote.fields;
      if (quote.at === 0) return 'none';
      if (!quote.farmUp) return 'farm';
      if (leaves.some((leaf) => leaf.contract.conId === conId && ['gap', 'one'].includes(quote.fields[leaf.field].stage)))
        return 'baseline';
      if (bid.price === undefined && ask.price === undefined && quote.fields.last.price === undefined) return 'none';
      if (!quote.live) return 'delayed';
      if (quote.halted) return 'halted';
      if (Math.abs(now - quote.at) > this.maxAge) return 'stale';
      if (bid.price !== undefined && ask.price !== undefined && bid.price >= ask.price) return 'crossed';
    }
    return undefined;
  }

  #test(watcher: NaiveWatcher, now: number): void {
    const woken = [...watcher.leaves.values()].some(({ edge }) => edge);
    const waitsForTime = this.#truth(watcher, watcher.spec.condition, undefined, false) === true;
    if (!this.mayFire) {
      if (woken || waitsForTime) Object.assign(watcher, { held: true, forbidden: true });
      return;
    }
    watcher.held = false;
    if (!woken && !waitsForTime) return;
    watcher.minute = minuteOf(now);
    const truth = this.bad(watcher, now) === undefined ? this.#truth(watcher, watcher.spec.condition, minuteOf(now), woken) : undefined;
    if (truth === undefined) watcher.held = true;
    else if (truth) {
      this.disarm(watcher.id);
      this.fired.push({ triggerId: watcher.id, gen: watcher.gen, step: this.step });
    } else for (const state of watcher.leaves.values()) state.edge = false;
  }

  /** Without a minute every window, negated or not, is taken for open. */
  #truth(watcher: NaiveWatcher, condition: Condition, minute: number | undefined, woken: boolean, negated = false): Truth {
    switch (condition.kind) {
      case 'not':
        return this.#truth(watcher, condition.of, minute, woken, !negated);
      case 'and':
      case 'or': {
        const values = condition.of.map((part) => this.#truth(watcher, part, minute, woken, negated));
        const decides = (condition.kind === 'or') !== negated;
        return values.includes(decides) ? decides : values.includes(undefined) ? undefined : !decides;
      }
      case 'time-window':
        return minute === undefined ? true : (minute >= condition.fromMinute && minute < condition.toMinute) !== negated;
      default: {
        const state = watcher.leaves.get(condition)!;
        const field = this.quote(condition.contract.conId).fields[condition.field];
        const beyond = this.#beyond(state);
        if (condition.test.startsWith('crosses')) return state.crossed && woken ? beyond : false;
        return beyond === undefined || field.stage !== 'good' ? undefined : beyond !== negated;
      }
    }
  }
}

function isPrice(price: number): boolean {
  return price > 0 && Number.isSafeInteger(price);
}
