import { describe, expect, test } from 'vitest';
import type { AccountId, OrderKey } from '#domain/ids';
import { units } from '#domain/quantity';
import { dayMoved, dayStart, dayText, daysBetween } from '../../src-renderer/format/day.ts';
import { keyAct } from '#protocol/keys';
import { nextAfter, notOffered } from '../../src-renderer/panels/adopt/decision.ts';
import {
  cancelRefusal,
  changeRefusal,
  nudge,
  orderTerms,
  originBadge,
  readChange,
  sameTerms,
  termsOf,
  tickOf,
  typedTerms,
} from '../../src-renderer/draft/order-change.ts';
import { offerSign, offerWord } from '../../src-renderer/panels/positions/offer-words.ts';
import {
  breakevenPlan,
  closePlan,
  protectPlan,
  readTrail,
  stopPresets,
  trailPlan,
} from '../../src-renderer/panels/positions/position-plan.ts';
import { AIG, IBM, adoptionRow, orderRow, positionRow, price, quoteRow } from './harness/fake-rows.ts';

const NOON = Date.UTC(2013, 9, 8, 16, 0);
const E = 'TD1-AIG00002-1-1-E' as OrderKey;
const entry = orderRow(E, AIG, 'FILLED', NOON, { quantity: units(120), filled: units(120), limit: price(48.4) });
const stop = orderRow('TD1-AIG00002-1-1-S', AIG, 'ACCEPTED', NOON, {
  parentKey: E,
  side: 'SELL',
  type: 'STP',
  quantity: units(120),
  stop: price(47.9),
});
const target = orderRow('TD1-AIG00002-1-1-T', AIG, 'ACCEPTED', NOON, {
  parentKey: E,
  side: 'SELL',
  quantity: units(120),
  limit: price(49.3),
});
const quote = quoteRow(AIG, NOON, 48.41, { bid: price(48.4), ask: price(48.42) });
const long = positionRow(AIG, { count: 120, average: 48.4, mark: 48.41 }, NOON);

describe('changing an order', () => {
  test('sends only what differs, and says old and new', () => {
    const typed = { ...typedTerms(termsOf(stop), 2), stop: '47.95', quantity: '100' };
    expect(readChange(stop, typed, quote)).toEqual({
      change: { stop: price(47.95), quantity: units(100) },
      faults: {},
      lines: ['stop 47.90 → 47.95', 'quantity 120 → 100'],
      warnings: [],
    });
    expect(readChange(stop, typedTerms(termsOf(stop), 2), quote)).toEqual({ change: {}, faults: {}, lines: [], warnings: [] });
  });

  test('refuses a price off the tick, a quantity of nothing and one that is filled already', () => {
    const partial = orderRow('p', AIG, 'PARTIALLY_FILLED', NOON, { quantity: units(300), filled: units(120), limit: price(48.4) });
    const read = (limit: string, quantity: string): unknown => readChange(partial, { limit, stop: '', quantity }, quote).faults;
    expect([read('48.405', '300'), read('x', '0'), read('48.40', '120'), read('48.40', '121')]).toEqual([
      { limit: 'The price step is 0.01; take 48.40 or 48.41.' },
      { limit: '"x" is not a price; write it like 231.40.', quantity: 'Write a quantity above zero.' },
      { quantity: '120 are filled: write more, or cancel the rest.' },
      {},
    ]);
  });

  test('an old price that is off the tick may stay as it is', () => {
    const odd = { ...target, limit: price(49.305) };
    expect(readChange(odd, { ...typedTerms(termsOf(odd), 2), quantity: '50' }, quote)).toEqual({
      change: { quantity: units(50) },
      faults: {},
      lines: ['quantity 120 → 50'],
      warnings: [],
    });
  });

  test('warns when the new price would trade at once, on either side', () => {
    const typed = (row: typeof stop, part: object): readonly string[] =>
      readChange(row, { ...typedTerms(termsOf(row), 2), ...part }, quote).warnings;
    expect([
      typed(target, { limit: '48.40' }),
      typed(target, { limit: '48.41' }),
      typed({ ...target, side: 'BUY' }, { limit: '48.42' }),
      typed(stop, { stop: '48.40' }),
      typed({ ...stop, side: 'BUY' }, { stop: '48.42' }),
    ]).toEqual([
      ['Fills at once: the bid is 48.40.'],
      [],
      ['Fills at once: the ask is 48.42.'],
      ['The stop fires at once: the bid is 48.40.'],
      ['The stop fires at once: the ask is 48.42.'],
    ]);
  });

  test('a key moves the price one tick; a stop limit keeps its distance, and an odd price goes to its tick', () => {
    const tick = tickOf(quote, 2);
    const both = { ...stop, type: 'STP LMT', limit: price(47.8) };
    expect([nudge(stop, 1, tick), nudge(both, -1, tick), nudge({ ...target, limit: price(49.305) }, 1, tick)]).toEqual([
      { stop: price(47.91) },
      { stop: price(47.89), limit: price(47.79) },
      { limit: price(49.31) },
    ]);
    expect([nudge({ ...target, limit: null }, 1, tick), nudge({ ...target, limit: price(49.305) }, -1, tick)]).toEqual([
      null,
      { limit: price(49.3) },
    ]);
  });

  test('says why an order cannot be changed', () => {
    const refusal = (change: object): string | null => changeRefusal({ ...stop, modifiable: false, ...change });
    expect([
      changeRefusal(stop),
      refusal({ state: 'PENDING_REPLACE' }),
      refusal({ state: 'FILLED' }),
      refusal({ origin: 'foreign' }),
      refusal({}),
    ]).toEqual([
      null,
      'SELL 120 AIG cannot be changed now: a change is on its way and the broker has not answered.',
      'SELL 120 AIG cannot be changed: it is FILLED.',
      'SELL 120 AIG cannot be changed from here: another program placed it. Change it there or in TWS.',
      'SELL 120 AIG cannot be changed now: its terms cannot be sent. Look at the connection in the header, or change it in TWS.',
    ]);
  });

  test('says why an order cannot be cancelled from here', () => {
    const refusal = (change: object): string | null => cancelRefusal({ ...stop, cancellable: false, ...change });
    expect([cancelRefusal(stop), refusal({ state: 'FILLED', working: false }), refusal({ origin: 'foreign' })]).toEqual([
      null,
      'SELL 120 AIG cannot be cancelled: it is FILLED.',
      'SELL 120 AIG cannot be cancelled from here: another program placed it. Cancel it there or in TWS; KILL cancels it too when its scope is all orders.',
    ]);
  });

  test('names orders by their terms, notices terms that moved, and tells foreign hands by a word', () => {
    expect([orderTerms(stop), orderTerms({ ...stop, type: 'STP LMT', limit: price(47.8) })]).toEqual([
      'SELL 120 AIG STP 47.90',
      'SELL 120 AIG STP LMT 47.90 limit 47.80',
    ]);
    expect([sameTerms(termsOf(stop), termsOf({ ...stop, filled: units(1) })), sameTerms(termsOf(stop), termsOf(target))]).toEqual([
      true,
      false,
    ]);
    expect([
      originBadge({ origin: 'manual', originText: 'MANUAL in TWS' }),
      originBadge({ origin: 'foreign', originText: 'FOREIGN client 7' }),
      originBadge({ origin: 'trigger', originText: 'AIG-2' }),
    ]).toEqual([
      { badge: 'MANUAL', rest: 'in TWS' },
      { badge: 'FOREIGN', rest: 'client 7' },
      { badge: null, rest: 'AIG-2' },
    ]);
  });
});

describe('closing a position', () => {
  test('half of it: the exits shrink first, then one reduce-only order', () => {
    expect(closePlan(long, [entry, stop, target], 50)).toEqual({
      side: 'SELL',
      quantity: units(60),
      remaining: units(60),
      refusal: null,
      will: [
        'First: SELL 120 AIG LMT 49.30 shrinks to 60.',
        'First: SELL 120 AIG STP 47.90 shrinks to 60.',
        'When the broker has confirmed that: one reduce-only market order, SELL 60 AIG in DU1234567.',
      ],
      willNot: [
        'It never trades more than is held when it leaves.',
        'No price is guaranteed: it takes what the market offers.',
        '60 AIG stay.',
      ],
    });
  });

  test('all of it: the exits go first, the stop last', () => {
    expect(closePlan(long, [entry, stop, target], 100).will).toEqual([
      'First: SELL 120 AIG LMT 49.30 is cancelled.',
      'First: SELL 120 AIG STP 47.90 is cancelled.',
      'When the broker has confirmed that: one reduce-only market order, SELL 120 AIG in DU1234567.',
    ]);
  });

  test('an exit that fits in what stays is left alone; of those that cannot be changed a target goes and a stop stays', () => {
    const small = { ...stop, parentKey: null, quantity: units(60) };
    expect(closePlan(long, [small], 50)).toMatchObject({
      will: ['One reduce-only market order, SELL 60 AIG in DU1234567.'],
      willNot: expect.arrayContaining(['SELL 60 AIG STP 47.90 stays as it is.']) as unknown,
    });
    expect(closePlan(long, [entry, { ...target, modifiable: false }], 50).will[0]).toBe('First: SELL 120 AIG LMT 49.30 is cancelled.');
    expect(closePlan(long, [entry, { ...stop, modifiable: false }], 50).will[0]).toBe(
      'First: SELL 120 AIG STP 47.90 would have to shrink and cannot now; nothing is closed without that.',
    );
  });

  test('a part that is filled counts as sold, and children of an unfilled entry do not count as exits', () => {
    const partly = { ...target, parentKey: null, filled: units(20) };
    expect(closePlan(long, [partly], 50).will[0]).toBe('First: SELL 120 AIG LMT 49.30 shrinks to 80.');
    expect(
      closePlan(
        long,
        [
          { ...entry, state: 'ACCEPTED', filled: units(0) },
          { ...stop, waits: true, takes: units(0) },
        ],
        100,
      ).will,
    ).toHaveLength(1);
  });

  test('a short is bought back, a share below one is refused, and another program is not traded against', () => {
    const short = { ...long, quantity: units(-3) };
    expect(closePlan(short, [], 50)).toMatchObject({ side: 'BUY', quantity: units(1), remaining: units(2), refusal: null });
    expect(closePlan(short, [], 25).refusal).toBe('25 % of 3 is less than one; close all of it.');
    const foreign = { ...target, parentKey: null, origin: 'foreign' as const };
    expect(closePlan(long, [foreign], 50).refusal).toBe(
      'Another program has SELL 120 AIG LMT 49.30 working. Cancel it there first, or the position could turn around.',
    );
  });
});

describe('protecting a position', () => {
  const tick = price(0.01);
  const bare = { ...long, unprotected: units(120), protectedQuantity: units(0) };

  test('rounds towards the market, so that it protects no less than what was written', () => {
    expect(protectPlan(bare, price(47.904), tick, quote)).toEqual({
      level: price(47.91),
      lines: ['SELL 120 AIG STP 47.91 GTC · 1.03 % from the mark'],
      refusal: null,
    });
    expect(protectPlan({ ...bare, quantity: units(-120) }, price(49.006), tick, quote).level).toBe(price(49));
  });

  test('refuses a stop that would fire at once, and one for nothing', () => {
    expect(protectPlan(bare, price(48.4), tick, quote).refusal).toBe(
      'A stop at 48.40 would fire at once: the bid is 48.40. Close the position instead.',
    );
    expect(protectPlan(long, price(47), tick, quote).refusal).toBe('Stops at the broker cover the whole position already.');
  });

  test('offers distances on the losing side, and breakeven only where it would not fire', () => {
    expect(stopPresets(bare, tick, quote).map(({ label }) => label)).toEqual(['1 %', '2 %']);
    expect(stopPresets({ ...bare, averagePrice: price(47.013) }, tick, quote)).toEqual([
      { label: '1 %', price: price(47.93) },
      { label: '2 %', price: price(47.45) },
      { label: 'Breakeven', price: price(47.02) },
    ]);
    expect(stopPresets({ ...bare, quantity: units(-120) }, tick, quote)[0]).toEqual({ label: '1 %', price: price(48.89) });
  });

  test('breakeven names each stop that moves, and why none does', () => {
    const won = { ...long, averagePrice: price(47.95) };
    expect(breakevenPlan(won, [entry, stop, target], tick, quote)).toEqual({
      level: price(47.95),
      lines: ['SELL 120 AIG STP 47.90 → 47.95'],
      refusal: null,
    });
    expect([
      breakevenPlan(won, [target], tick, quote).refusal,
      breakevenPlan(won, [entry, { ...stop, stop: price(47.95) }], tick, quote).refusal,
      breakevenPlan(long, [entry, stop], tick, quote).refusal,
    ]).toEqual([
      'No plain stop of AIG works at the broker; protect it first.',
      'The stop of AIG is at 47.95, its average, already.',
      'A stop at 48.40 would fire at once: the bid is 48.40. Close the position instead.',
    ]);
  });
});

describe('a trailing stop', () => {
  const tick = price(0.01);
  const half = { kind: 'amount', amount: price(0.5) } as const;

  test('is written as an amount on the tick or as a percentage', () => {
    expect([readTrail('0.50', tick), readTrail('1.5 %', tick), readTrail('1%', tick)]).toEqual([
      { ok: true, trail: half },
      { ok: true, trail: { kind: 'percent', basisPoints: 150 } },
      { ok: true, trail: { kind: 'percent', basisPoints: 100 } },
    ]);
    expect(['0', '0.005', '100 %', '-1 %', 'far'].map((text) => readTrail(text, tick).ok)).toEqual([false, false, false, false, false]);
  });

  test('takes the place of the plain one, never further from the market than that stands', () => {
    expect(trailPlan(long, [entry, stop, target], half, tick, quote)).toEqual({
      level: price(47.9),
      lines: ['SELL 120 AIG STP 47.90 → TRAIL 0.50, from 47.90; the old one goes when IB has confirmed it'],
      refusal: null,
    });
    expect(trailPlan(long, [entry, stop], { kind: 'percent', basisPoints: 500 }, tick, quote).lines[0]).toContain('from 47.90');
  });

  test('gets a new distance, covers what is open, and is named with where it stands', () => {
    const trailing = { ...stop, type: 'TRAIL', trail: '0.50' };
    expect(orderTerms(trailing)).toBe('SELL 120 AIG TRAIL 0.50, now 47.90');
    expect(trailPlan(long, [entry, trailing], { kind: 'percent', basisPoints: 100 }, tick, quote).lines).toEqual([
      'SELL 120 AIG TRAIL 0.50, now 47.90 → 1 % behind',
    ]);
    expect(trailPlan({ ...long, unprotected: units(20) }, [], half, tick, quote).lines).toEqual(['SELL 20 AIG TRAIL 0.50 GTC, from 47.90']);
    expect(termsOf(trailing).stop).toBeNull();
  });
});

describe('what is offered for a position', () => {
  test('is named by a word and a figure, and by what one press does', () => {
    const offered = (offer: NonNullable<typeof long.offer>, open = 120) => {
      const row = { ...long, unprotected: units(open), offer };
      return [offerSign(row), offerWord(row)];
    };
    const why = 'its stop at 47.90 was rejected';
    expect([
      offered({ kind: 'protect', quantity: units(120), stop: price(47.9), why }),
      offered({ kind: 'protect', quantity: units(120), stop: null, why }),
      offered({ kind: 'resize-exits', quantity: units(20), stop: price(47.9), why }, 20),
      offered({ kind: 'resize-exits', quantity: units(50), stop: null, why }, 0),
      offered({ kind: 'flatten', quantity: units(120), stop: null, why }),
    ]).toEqual([
      ['UNPROTECTED 120', 'Protect at 47.90'],
      ['UNPROTECTED 120', 'Protect…'],
      ['UNPROTECTED 20', 'Mend'],
      ['EXITS 50 TOO LARGE', 'Mend'],
      ['REVERSED', 'Flatten…'],
    ]);
  });

  test('a stop that joined the group of a target counts once when a part is closed', () => {
    const joined = { ...stop, key: 'TD1-S0008314-1-9-S' as typeof stop.key, parentKey: null, group: `OCA-${E}` };
    expect(closePlan(long, [entry, joined, target], 50).will.slice(0, 2)).toEqual([
      'First: SELL 120 AIG LMT 49.30 shrinks to 60.',
      'First: SELL 120 AIG STP 47.90 shrinks to 60.',
    ]);
  });
});

describe('deciding on what was found', () => {
  test('the row below takes the place of one that is decided, at the end the one above', () => {
    expect([
      nextAfter(['a', 'b', 'c'], ['a', 'c'], 'b'),
      nextAfter(['a', 'b', 'c'], ['a', 'b'], 'c'),
      nextAfter(['a', 'b', 'c'], ['b', 'c'], 'c'),
      nextAfter(['a'], [], 'a'),
      nextAfter([], ['x', 'y'], null),
    ]).toEqual(['c', 'b', 'c', null, 'x']);
  });

  test('Enter adopts; a decision that is not offered is explained', () => {
    const pressed = (key: string) => keyAct('adopt', { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false });
    expect(['a', 'Enter', 'i', 'c', 'x'].map(pressed)).toEqual(['adopt', 'adopt', 'ignore', 'cancel', undefined]);
    const position = adoptionRow('position:DU1234567:8314', 'IBM', { text: 'LONG 200 IBM', detail: '' }, NOON, ['adopt', 'ignore']);
    const foreign = adoptionRow('order:x', 'IBM', { text: 'SELL 50 IBM LMT 181.00', detail: '' }, NOON, ['adopt', 'ignore']);
    expect([notOffered(position, 'cancel'), notOffered(foreign, 'cancel')]).toEqual([
      'LONG 200 IBM is a position: adopt or ignore it here, and close it under Positions.',
      'SELL 50 IBM LMT 181.00 cannot be cancelled from here: cancel it where it was placed, or ignore it.',
    ]);
  });
});

describe('days of an export', () => {
  test('are whole New York days, also where the clocks change', () => {
    expect(daysBetween('2013-11-03', '2013-11-03')).toEqual({
      ok: true,
      from: Date.UTC(2013, 10, 3, 4),
      to: Date.UTC(2013, 10, 4, 5) - 1,
    });
    expect([dayMoved('2013-11-03', 1), dayMoved('2013-11-04', -1), dayMoved('2013-03-10', 1), dayMoved('2013-12-31', 1)]).toEqual([
      '2013-11-04',
      '2013-11-03',
      '2013-03-11',
      '2014-01-01',
    ]);
    expect([dayText(Date.UTC(2013, 9, 9, 3, 59)), dayText(Date.UTC(2013, 9, 9, 4))]).toEqual(['2013-10-08', '2013-10-09']);
  });

  test('what is no day, or ends before it begins, is refused', () => {
    expect([dayStart('2013-02-30'), dayStart('8.10.2013'), dayMoved('today', 1)]).toEqual([undefined, undefined, 'today']);
    expect([daysBetween('2013-10-08', ''), daysBetween('2013-10-08', '2013-10-07')]).toEqual([
      { ok: false, fault: 'Write days like 2013-10-08.' },
      { ok: false, fault: 'The last day is before the first.' },
    ]);
  });
});

test('the account of a position is the one that the order names', () => {
  expect(
    closePlan(positionRow(IBM, { count: 5, average: 180, mark: 180 }, NOON, { account: 'DU7654321' as AccountId }), [], 100).will,
  ).toEqual(['One reduce-only market order, SELL 5 IBM in DU7654321.']);
});
