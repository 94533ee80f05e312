import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NoticeDisposition } from '#core/ports/broker';
import type { ClientId } from '#domain/ids';
import { dispositionOf, NOTICE_ROWS, noticeRule } from '#tws/notice/notice-table';
import { Notices } from '#tws/notice/notices';
import { holds } from '../../support/property.ts';

/** IB's message codes by what they mean for a new order (IB's message code pages; ibkr-facts K-32 … K-38 for those that are no end). */
const TRUTH: readonly (readonly [NoticeDisposition, 'info' | 'warning' | 'error', codes: string])[] = [
  ['look-up', 'warning', `103 106 122 133 135 136 137 138 139 143 161 303 305 320 323 505 512 515 538 10147 10148 10238`],
  ['refused-change', 'warning', `104 105 134 329 422 440 444 2102 10241 10242`],
  [
    'reject',
    'error',
    `107 109 110 111 113 114 115 116 117 118 119 120 121 123 124 125 126 129 132 140 141 142 144 145 146 147 148 151 152 153
     154 155 156 157 158 159 160 167 168 200 201 203 311 312 313 314 315 321 325 328 332 333 334 335 336 337 338 339 340 341
     342 343 344 345 346 347 348 349 350 351 352 353 355 356 358 359 360 361 362 363 364 367 368 369 370 371 372 373 374 375
     376 377 378 379 380 387 388 389 390 391 392 393 394 395 396 397 398 400 401 402 403 405 406 407 408 409 410 411 412 413
     417 418 419 421 423 424 425 426 427 428 429 432 433 434 435 436 437 439 441 442 443 445 446 447 448 449 460 461 463 477
     10000 10001 10002 10003 10005 10006 10007 10008 10009 10010 10011 10012 10013 10014 10015 10016 10017 10020 10021 10022
     10023 10024 10025 10026 10027 10149 10234 10236 10237 10239 10240 10243 10244 10245 10246 10247 10248 10249 10250 10251
     10252 10253 10254 10268 10269 10270 10289 10311 10314 10318`,
  ],
  ['warning', 'warning', `131 164 399 481 2101 2109 2129 2137 2148 2161 10018 10019 10089 10090 10091 10167 10233 10349`],
  ['held', 'warning', `163 382 383 404`],
  ['cancelled', 'info', `202`],
  ['look-up', 'error', `100 322 438 10328 90001 90002 90003`],
  [
    'request-failed',
    'error',
    `101 102 162 166 301 302 304 306 307 308 309 319 324 330 331 354 357 381 384 385 386 414 415 416 420 430 431 510 511 513
     514 516 517 518 519 520 521 522 523 524 525 526 527 528 529 530 531 532 533 534 535 10168 10186 10187 10189 10190 10197
     10225 10276 10277`,
  ],
  ['link', 'error', `326 327 502 503 504 506 507 508 509 586 1100 1300 2110`],
  ['link', 'info', `501 1102 2104 2106 2107 2108 2119 2158`],
  ['link', 'warning', `1101 2103 2105 2157`],
  ['info', 'info', `165 300 310 316 317 365 366 492 2100 2150 2168 2169 2176`],
  ['info', 'warning', `90004 90005`],
];

const CODES = TRUTH.flatMap(([disposition, severity, codes]) =>
  codes
    .trim()
    .split(/\s+/)
    .map((code) => [Number(code), disposition, severity] as const),
);

const order = { kind: 'order', modified: false } as const;
const changed = { kind: 'order', modified: true } as const;
const request = { kind: 'request', modified: false } as const;
const system = { kind: 'none', modified: false } as const;

/** What a class means for a new order, for a changed one, for a request and for nobody in particular. */
const MEANS: Readonly<Record<NoticeDisposition, readonly NoticeDisposition[]>> = {
  info: ['info', 'info', 'info', 'info'],
  warning: ['warning', 'warning', 'warning', 'warning'],
  held: ['held', 'held', 'look-up', 'look-up'],
  reject: ['reject', 'refused-change', 'request-failed', 'request-failed'],
  cancelled: ['cancelled', 'cancelled', 'look-up', 'look-up'],
  'refused-change': ['refused-change', 'refused-change', 'look-up', 'look-up'],
  'look-up': ['look-up', 'look-up', 'look-up', 'look-up'],
  'request-failed': ['look-up', 'look-up', 'request-failed', 'request-failed'],
  link: ['look-up', 'look-up', 'link', 'link'],
};

const SENTENCE = /^[A-Z].*\.$/;

describe('every code of the table', () => {
  test.each(CODES)(
    '%i is %s, severity %s, for a new order, a change, a request and nobody, and says what to do',
    (code, disposition, severity) => {
      const rule = noticeRule(code);
      const means = [...MEANS[disposition]];
      // After a change a rejection may be of the change or of the order.
      if (code === 201) means[1] = 'look-up';
      if (code === 322) means.splice(2, 2, 'request-failed', 'request-failed');
      expect({
        disposition: rule.disposition,
        severity: rule.severity,
        means: [order, changed, request, system].map((subject) => dispositionOf(code, '', subject)),
      }).toEqual({ disposition, severity, means });
      expect([rule.says, rule.advice]).toEqual([expect.stringMatching(SENTENCE), expect.stringMatching(SENTENCE)]);
    },
  );

  test('is listed once, and none is listed that is not tested here', () => {
    const listed = NOTICE_ROWS.map(([code]) => code).toSorted((a, b) => a - b);
    expect(listed).toEqual(CODES.map(([code]) => code).toSorted((a, b) => a - b));
    expect(new Set(listed).size).toBe(listed.length);
  });
});

test('the codes that made other programs lose live orders never reject one (K-35)', () => {
  const alive = [104, 105, 135, 136, 161, 399, 404, 2102, 2109, 10_147, 10_148, 10_349];
  const meanings = alive.flatMap((code) => [dispositionOf(code, '', order), dispositionOf(code, '', changed)]);
  expect(meanings.filter((meaning) => meaning === 'reject' || meaning === 'cancelled')).toEqual([]);
});

test('399 holds the order only where it says that the order waits for the session, and only an order', () => {
  const waits = 'Warning: your order will not be placed at the exchange until 2013-10-09 09:30:00 US/Eastern';
  expect([order, changed, request, system].map((subject) => dispositionOf(399, waits, subject))).toEqual([
    'held',
    'held',
    'warning',
    'warning',
  ]);
  expect(dispositionOf(399, 'Warning: the price deviates.', order)).toBe('warning');
});

test('a code that is not in the table never changes an order, whatever its words are and whomever it names', async () => {
  const known = new Set(NOTICE_ROWS.map(([code]) => code));
  const words = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'Order rejected - reason: margin',
      'Order Canceled',
      'your order will not be placed at the exchange until 9:30',
      'Filled',
    ),
  );
  await holds(
    'an unknown code is looked up',
    fc.property(
      fc.integer({ min: -1_000, max: 120_000 }).filter((code) => !known.has(code)),
      words,
      fc.integer({ min: -50, max: 5_000 }),
      fc.boolean(),
      (code, text, id, modified) => {
        const notice = new Notices(() => modified).classify({ clientId: 2 as ClientId, id, code, text }, 0);
        expect(notice).toMatchObject({ code, severity: 'warning', disposition: 'look-up' });
        expect(notice?.advice).toMatch(SENTENCE);
      },
    ),
  );
});

test('no code, known or not, rejects or cancels what is no order, nor ends an order by a change that was refused', async () => {
  await holds(
    'codes without an order',
    fc.property(fc.oneof(fc.constantFrom(...CODES.map(([code]) => code)), fc.nat(120_000)), fc.string(), (code, text) => {
      for (const subject of [request, system])
        expect(['info', 'warning', 'look-up', 'request-failed', 'link']).toContain(dispositionOf(code, text, subject));
      expect(dispositionOf(code, text, changed)).not.toBe('reject');
    }),
  );
});

test('where IB sends no words the desk’s own stand in', () => {
  const notices = new Notices(() => false);
  const told = ['', ' \u0000\n', 'Order Canceled - reason:'].map(
    (text) => notices.classify({ clientId: 2 as ClientId, id: 7, code: 202, text }, 0)?.text,
  );
  expect(told).toEqual(['IB cancelled the order.', 'IB cancelled the order.', 'Order Canceled - reason:']);
});
