import { expect, test } from 'vitest';
import type { MarketSink } from '#core/ports/market-data';
import { liveType, tickGeneric, tickPrice, tickSize, tickString } from '#tws/market/tick-translation';
import { IBM } from '../../support/tws/approved.ts';

/** What reached the desk, in short. */
function sink() {
  const told: unknown[] = [];
  const made = {
    tick: ({ field, price, size, at }: Record<string, unknown>) => told.push([field, price, size, at]),
    info: (_conId: unknown, info: unknown, at: number) => told.push([info, at]),
    malformed: (_conId: unknown, raw: string) => told.push(`malformed ${raw}`),
  } as unknown as MarketSink;
  return { told, made };
}

const AT = 5_000;
const price = (type: number, text: string, size = '100', secType = 'STK'): unknown => {
  const { told, made } = sink();
  const tokens = ['1', '6', '7', String(type), text, size, '0'];
  const parsed = Number.parseFloat(text);
  const known = Number.isFinite(parsed) && parsed !== Number.MAX_VALUE ? parsed : undefined;
  tickPrice(made, { ...IBM, secType: secType as 'STK' }, type, known, { tokens, receivedAt: AT });
  return told[0];
};
const size = (type: number, text: string, message = '2'): unknown => {
  const { told, made } = sink();
  tickSize(made, IBM.conId, type, { tokens: [message, '6', '7', String(type), text], receivedAt: AT });
  return told[0];
};

test.each([
  [1, 'bid'],
  [2, 'ask'],
  [4, 'last'],
  [66, 'bid'],
  [67, 'ask'],
  [68, 'last'],
])('the price of type %d is the %s', (type, side) => {
  expect(price(type, '185.5')).toEqual([side, 185_500_000, 1_000_000, AT]);
});

test.each([
  [6, 'high'],
  [7, 'low'],
  [9, 'close'],
  [14, 'open'],
  [72, 'high'],
  [73, 'low'],
  [75, 'close'],
  [76, 'open'],
])('the price of type %d is the %s of the day', (type, kind) => {
  expect(price(type, '185.5')).toEqual([{ kind, price: 185_500_000 }, AT]);
  expect([price(type, '0'), price(type, '12abc')]).toEqual([undefined, 'malformed 12abc']);
});

test.each([
  [0, 'bid'],
  [3, 'ask'],
  [5, 'last'],
  [69, 'bid'],
  [70, 'ask'],
  [71, 'last'],
])('the size of type %d is that of the %s', (type, field) => {
  expect(size(type, '3')).toEqual([{ kind: 'size', field, size: 30_000 }, AT]);
});

test.each([8, 74])('the size of type %d is the volume', (type) => {
  expect(size(type, '3')).toEqual([{ kind: 'volume', volume: 30_000 }, AT]);
});

test('a size of zero is one, an unset one is none, and what is no figure is counted', () => {
  expect([size(0, '0'), size(0, ''), size(0, '-1'), size(0, '1.7976931348623157E308')]).toEqual([
    [{ kind: 'size', field: 'bid', size: 0 }, AT],
    undefined,
    undefined,
    undefined,
  ]);
  expect([size(0, '-5'), size(0, 'abc'), size(99, '5'), size(0, '5', '1')]).toEqual([
    'malformed -5',
    'malformed abc',
    undefined,
    undefined,
  ]);
});

test('a price of 0 or -1 with a size is a price of what trades below zero, and none of a stock', () => {
  const none = [{ kind: 'no-data', field: 'last' }, AT];
  expect(['0', '-1'].map((text) => price(4, text))).toEqual([none, none]);
  expect(['0', '-1'].map((text) => price(4, text, '100', 'FUT'))).toEqual([
    ['last', 0, 1_000_000, AT],
    ['last', -1_000_000, 1_000_000, AT],
  ]);
  expect(['0', ''].map((amount) => price(4, '0', amount, 'FUT'))).toEqual([none, none]);
});

test('a price without a size has none', () => {
  expect([price(1, '185.5', ''), price(1, '185.5', '-1')]).toEqual([
    ['bid', 185_500_000, undefined, AT],
    ['bid', 185_500_000, undefined, AT],
  ]);
});

test('a halt is told and ended, unknown is neither', () => {
  const halted = (type: number, text: string): unknown => {
    const { told, made } = sink();
    tickGeneric(made, IBM.conId, type, { tokens: ['45', '6', '7', String(type), text], receivedAt: AT });
    return told[0];
  };
  const is = (value: boolean): unknown => [{ kind: 'halted', halted: value }, AT];
  expect(['0', '1', '2', '-1', '3', '', 'x'].map((text) => halted(49, text))).toEqual([
    ...[is(false), is(true), is(true), undefined],
    ...['malformed 3', 'malformed ', 'malformed x'],
  ]);
  expect(halted(48, '1')).toBeUndefined();
});

test('the time of the last trade is told of live and of delayed prices, in ms', () => {
  const time = (type: number, text: string): unknown => {
    const { told, made } = sink();
    tickString(made, IBM.conId, type, text, AT);
    return told[0];
  };
  const told = [{ kind: 'last-time', time: 1_381_242_600_000 }, AT];
  expect([time(45, '1381242600'), time(88, '1381242600'), time(44, '1381242600')]).toEqual([told, told, undefined]);
  expect(['', '0', '-5', '1.5', 'x'].map((text) => time(45, text))).toEqual(Array(5).fill(undefined));
});

test('the kind of the data is one of four', () => {
  expect([0, 1, 2, 3, 4, 5].map((type) => liveType(type))).toEqual([
    undefined,
    ...['live', 'frozen', 'delayed', 'delayed-frozen'].map((one) => ({ kind: 'live-type', liveType: one })),
    undefined,
  ]);
});
