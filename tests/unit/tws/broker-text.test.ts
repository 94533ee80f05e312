import { expect, test } from 'vitest';
import { brokerSentence, brokerText, cutField, type TextField } from '#tws/socket/broker-text';

/** The longest text of each field that the screen, the journal and a bug report have room for. */
const LONGEST: Readonly<Record<string, readonly TextField[]>> = {
  16: ['secType', 'currency', 'right', 'action', 'side'],
  32: ['orderType', 'tif'],
  64: [
    ...([
      'symbol',
      'localSymbol',
      'tradingClass',
      'exchange',
      'primaryExch',
      'lastTradeDateOrContractMonth',
      'account',
      'acctNumber',
    ] as const),
    ...(['execId', 'goodTillDate', 'status', 'whyHeld', 'time', 'key', 'timeZoneId', 'figure'] as const),
  ],
  128: ['orderRef', 'ocaGroup', 'value'],
  200: ['completedStatus', 'longName'],
  500: ['notice', 'text'],
  8192: ['tradingHours', 'liquidHours', 'frame'],
};

test.each(Object.entries(LONGEST).flatMap(([cap, fields]) => fields.map((field) => [field, Number(cap)] as const)))(
  'a %s of %d characters is itself, a longer one is no longer than that',
  (field, cap) => {
    const whole = 'x'.repeat(cap);
    expect(brokerText(field, whole)).toBe(whole);
    const cut = brokerText(field, `${whole}x`);
    expect([cut.length, cut.includes('…')]).toEqual([cap, true]);
  },
);

test('two identities that differ behind the cut differ here, two sentences need not', () => {
  const [one, other] = ['a', 'b'].map((end) => 'x'.repeat(200) + end);
  for (const field of ['account', 'acctNumber', 'orderRef', 'execId', 'ocaGroup'] as const)
    expect(brokerText(field, one ?? '')).not.toBe(brokerText(field, other ?? ''));
  expect(brokerText('symbol', one ?? '')).toBe(brokerText('symbol', other ?? ''));
});

test('what cannot be printed is a mark in a name and a space in a sentence, and an identity that had some is none that IB would write', () => {
  expect(brokerText('symbol', 'IB\u0000M')).toBe('IB\uFFFDM');
  expect(brokerText('symbol', 'IB\u001B[31mM')).toBe('IB\uFFFDM');
  expect(brokerText('symbol', 'IB\u202EM')).toBe('IB\uFFFDM');
  expect(brokerText('symbol', 'Ä\u00A0B')).toBe('Ä B');
  expect(brokerSentence('  a\r\n\tb\u0000 c ')).toBe('a b c');
  expect(brokerText('orderRef', 'A\u0000')).toMatch(/^A\uFFFD#[0-9a-f]{8}$/);
  expect(brokerText('orderRef', 'Ä')).toBe('Ä');
});

test('of a list of accounts each is cleaned for itself, and an endless list ends with a whole one', () => {
  expect(brokerText('accounts', 'DU1, DU2')).toBe('DU1, DU2');
  expect(brokerText('accounts', 'DU1\u0000, DU2')).toMatch(/^DU1\uFFFD#[0-9a-f]{8},DU2$/);
  const long = brokerText('accounts', 'DU1234567,'.repeat(7_000));
  expect([long.length, long.split(',').every((account) => account === 'DU1234567')]).toEqual([65_529, true]);
});

test('a field is cut to its length with digits of what it was, never in the middle of a character', () => {
  expect(cutField(16, 'x'.repeat(16))).toBe('x'.repeat(16));
  expect(cutField(16, 'x'.repeat(17))).toMatch(/^x{6}…#[0-9a-f]{8}$/);
  expect(brokerText('secType', `${'x'.repeat(14)}😀😀`)).toBe(`${'x'.repeat(14)}…`);
});
