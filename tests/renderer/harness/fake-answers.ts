import type { Contract } from '#domain/contract';
import type { TriggerSpec } from '#domain/trigger';
import type { Answer, Input } from '#protocol/commands';
import type { WatcherRow } from '#protocol/topics';
import { inventedBars } from './fake-market.ts';
import { CONTRACTS, LONG_NAMES, price, watcherOf } from './fake-rows.ts';
import type { FakeTables } from './fake-tables.ts';

export type FakeAnswer =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: { readonly code: string; readonly text: string } };

const SESSIONS: Answer<'sessions.list'>['sessions'] = [
  { id: 1, scope: 'operate', openedAgo: 5_400_000, silentFor: 900, endsIn: 599_000_000, screens: 1 },
  { id: 2, scope: 'read', openedAgo: 600_000, silentFor: 240_000, endsIn: 604_000_000, screens: 0 },
];

export function fakeQuery(name: string, input: unknown, now: number, tables: FakeTables): FakeAnswer {
  switch (name) {
    case 'symbols.search': {
      const text = (input as Input<'symbols.search'>).text.toUpperCase();
      return { ok: true, value: { contracts: CONTRACTS.filter((found) => found.symbol.startsWith(text)) } };
    }
    case 'contract.details': {
      const { contract } = input as { readonly contract: Contract };
      return {
        ok: true,
        value: {
          details: {
            contract,
            longName: LONG_NAMES[contract.symbol] ?? contract.symbol,
            minTick: price(0.01),
            timeZoneId: 'US/Eastern',
            tradingHours: '',
            liquidHours: '',
          },
        },
      };
    }
    case 'trigger.preview':
      return { ok: true, value: previewOf((input as Input<'trigger.preview'>).spec, tables) };
    case 'order.why':
      return {
        ok: true,
        value: {
          steps: whySteps(now),
          messages: [{ at: now, title: 'TWS said', text: '5 17 openOrder', seq: null }],
        },
      };
    case 'chart.bars': {
      const { contract, count } = input as Input<'chart.bars'>;
      const last = tables.row('quotes', contract.conId)?.last ?? price(50);
      return tables.value('status').account === null
        ? { ok: true, value: { bars: [] } }
        : { ok: true, value: { bars: inventedBars(7 + contract.conId, Math.min(count, 240), now, last) } };
    }
    case 'diagnostics.execution':
      return {
        ok: true,
        value: {
          execution: {
            seq: (input as Input<'diagnostics.execution'>).seq,
            name: 'trigger.fire',
            lane: 'order',
            cause: 'tick AIG bid 48.43',
            outcome: 'committed',
            attempts: 1,
            reads: ['trigger/AIG00002@3', 'position/AIG@11'],
            writes: ['trigger/AIG00002@4', 'order/TD1-AIG00002-1-1-E@1'],
            effects: ['place TD1-AIG00002-1-1-E'],
          },
        },
      };
    case 'sessions.list':
      return { ok: true, value: { sessions: SESSIONS, own: null } };
    case 'kill.preview':
      return {
        ok: true,
        value: {
          own: {
            entries: ['BUY 300 AIG LMT 48.40, 120 filled', 'BUY 100 SPY LMT 166.80 (UNKNOWN)'],
            protective: ['SELL 120 AIG STP 47.90 (stop of AIG-2)', 'SELL 120 AIG LMT 49.30 (target of AIG-2)'],
          },
          others: { entries: ['SELL 500 BAC LMT 14.20 GTC, by hand in TWS'], protective: [] },
          positions: ['120 AIG, protected 120 of 120', '200 IBM, not protected'],
          bare: ['120 AIG, not protected', '200 IBM, not protected'],
        },
      };
    default:
      return { ok: false, error: { code: 'invalid-input', text: `The desk knows no ${name}.` } };
  }
}

/** From the tick to the fill. */
function whySteps(now: number): unknown {
  return [
    { at: now - 243_012, title: 'tick', text: 'AIG bid 48.44 → 48.43', seq: 47_910 },
    {
      at: now - 243_012,
      title: 'rule',
      text: "AIG-2: when AIG's bid crosses below 48.44, buy 300 at a limit of 48.40",
      seq: 47_911,
    },
    {
      at: now - 243_011,
      title: 'risk',
      text: 'Approved. Notional 14 520 of 50 000 · position after 300 of 1 000 · price within collar 0.02 % of 3 %',
      seq: 47_912,
    },
    { at: now - 243_011, title: 'order', text: 'Bracket of 3 sent in 0.26 ms, order ids 17, 18, 19', seq: 47_913 },
    { at: now - 242_970, title: 'broker', text: 'PreSubmitted, then Submitted after 41 ms', seq: 47_914 },
    { at: now - 241_003, title: 'fill', text: '120 at 48.40 on ARCA', seq: 47_921 },
  ];
}

export function ruleOf(spec: TriggerSpec, id: string, now: number, tables: FakeTables): Partial<WatcherRow> {
  const last = tables.row('quotes', spec.action.contract.conId)?.last ?? null;
  const { rule, level, distance, distanceBasisPoints, distanceTicks, quantity, side, targetPrice, stopPrice, name, sentence } = watcherOf(
    spec,
    id,
    now,
    last,
  );
  return {
    rule,
    level,
    distance,
    distanceBasisPoints,
    distanceTicks,
    quantity,
    side,
    targetPrice,
    stopPrice,
    name,
    sentence,
    life: 'armed',
  };
}

function previewOf(spec: TriggerSpec, tables: FakeTables): unknown {
  const { action } = spec;
  const last = tables.row('quotes', action.contract.conId)?.last ?? price(50);
  const shares = action.quantity / 10_000;
  const value = Math.round((last / 1e6) * shares);
  const denied = value > 50_000;
  const level = watcherOf(spec, 'X', 0, last).level ?? last;
  return {
    sentence: `When ${action.contract.symbol}'s last price crosses below ${(level / 1e6).toFixed(2)} between 09:45 and 15:30, ${action.side === 'BUY' ? 'buy' : 'sell short'} ${String(shares)} at a limit of 179.38, then hold a stop at 180.00 and a target at 178.20 as one bracket at the broker.`,
    note: 'Now above the level by 0.46 (0.26 %). Fires once. Stop and target survive if this program dies; the trigger does not.',
    figures: '',
    needs: needsOf(spec, last),
    fingerprint: `fake.${JSON.stringify(spec).length.toString(36)}`,
    verdict: denied
      ? {
          approved: false,
          control: 'C-02',
          text: `The order is worth ${String(value)} USD, the limit is 50 000. Lower the quantity to ${String(Math.floor(50_000 / (last / 1e6)))}.`,
        }
      : {
          approved: true,
          control: null,
          text: `Notional ${String(value)} of 50 000 · position after 200 of 1 000 · price within collar 0.01 % of 3 %`,
        },
    blocked: denied
      ? `It would be denied whenever it fires, so it cannot be armed. The order is worth ${String(value)} USD, the limit is 50 000. Lower the quantity to ${String(Math.floor(50_000 / (last / 1e6)))}.`
      : tables.value('status').offers.includes('engine.pause')
        ? null
        : 'The engine is not running. Press Start.',
    legs: [
      `Entry: ${action.side} ${String(shares)} ${action.entry.type} ${action.tif}`,
      ...(action.target === undefined ? [] : [`Target: SELL ${String(shares)} LMT limit 178.20 ${action.tif}`]),
      ...(action.stop === undefined ? [] : [`Stop: SELL ${String(shares)} STP stop 180.00 ${action.tif}`]),
    ],
  };
}

/** A plain level that the last price has reached already. */
function needsOf({ condition }: TriggerSpec, last: number): readonly unknown[] {
  if (condition.kind !== 'price') return [];
  const { test, level } = condition;
  const isTrue = test === 'at-or-above' ? last >= level : test === 'at-or-below' && last <= level;
  return isTrue ? [{ kind: 'fires-at-once', text: 'The rule is true now: it fires at once. Confirm that this is meant.' }] : [];
}
