import { z } from 'zod';
import type { Condition } from '#domain/condition';
import type { Contract } from '#domain/contract';
import { accountIdOf, conIdOf, orderKeyOf, triggerIdOf } from '#domain/ids';
import type { Trail } from '#domain/order';
import { trustedPrice } from '#domain/price';
import { trustedQuantity } from '#domain/quantity';
import type { ExitLevel, TriggerSpec } from '#domain/trigger';

/** Schemas of what crosses from the screen. Everything strict: an unknown key is an error, a price is a scaled integer. */
const integer = z.number().int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
export const price = integer.transform((n) => trustedPrice(n));
export const quantity = integer.positive().transform((n) => trustedQuantity(n));
/** Printable ASCII only: a control character would become a field separator on TWS's wire. */
export const wireText = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\x20-\x7E]*$/, 'only printable characters');
export const conId = integer.positive().transform((n) => conIdOf(n));
export const triggerId = z
  .string()
  .regex(/^[0-9A-Z]{8}$/)
  .transform((s) => triggerIdOf(s));
export const orderKey = wireText(80)
  .min(1)
  .transform((s) => orderKeyOf(s));
export const accountId = wireText(20)
  .min(1)
  .transform((s) => accountIdOf(s));

export const contract: z.ZodType<Contract> = z.strictObject({
  conId,
  symbol: wireText(20).min(1),
  secType: z.enum(['STK', 'OPT', 'FUT', 'IND', 'CASH', 'FOP', 'CFD', 'CRYPTO', 'BOND', 'BAG', 'FUND', 'CMDTY', 'WAR']),
  exchange: wireText(20),
  primaryExchange: wireText(20).exactOptional(),
  currency: wireText(5).min(3),
  localSymbol: wireText(40).exactOptional(),
  tradingClass: wireText(20).exactOptional(),
  expiry: z
    .string()
    .regex(/^\d{6}(\d{2})?$/)
    .exactOptional(),
  strike: price.exactOptional(),
  right: z.enum(['C', 'P']).exactOptional(),
  multiplier: z.number().int().min(1).max(1_000_000),
});

/** Basis points: 150 is 1.5 %. */
export const trail: z.ZodType<Trail> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('amount'), amount: integer.positive().transform((n) => trustedPrice(n)) }),
  z.strictObject({ kind: z.literal('percent'), basisPoints: integer.min(1).max(9_999) }),
]);

const priceTest = z.enum(['crosses-above', 'crosses-below', 'at-or-above', 'at-or-below']);
const quoteField = z.enum(['last', 'bid', 'ask', 'mid']);

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('price'), contract, field: quoteField, test: priceTest, level: price }),
    z.strictObject({
      kind: z.literal('percent-change'),
      contract,
      field: quoteField,
      basis: z.enum(['close', 'arming']),
      test: priceTest,
      basisPoints: integer,
    }),
    z.strictObject({ kind: z.literal('time-window'), fromMinute: integer, toMinute: integer }),
    z.strictObject({ kind: z.literal('and'), of: z.array(condition).max(16) }),
    z.strictObject({ kind: z.literal('or'), of: z.array(condition).max(16) }),
    z.strictObject({ kind: z.literal('not'), of: condition }),
  ]),
);

const exitLevel: z.ZodType<ExitLevel> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('price'), price }),
  z.strictObject({ kind: z.literal('percent'), basisPoints: integer.min(1).max(1_000_000) }),
]);

export const triggerSpec: z.ZodType<TriggerSpec> = z.strictObject({
  name: wireText(24).min(1),
  condition,
  action: z.strictObject({
    contract,
    side: z.enum(['BUY', 'SELL']),
    quantity,
    entry: z.strictObject({
      type: z.enum(['MKT', 'LMT', 'STP', 'STP LMT']),
      limit: price.exactOptional(),
      limitOffset: price.exactOptional(),
      stop: price.exactOptional(),
    }),
    tif: z.enum(['DAY', 'GTC', 'IOC']),
    outsideRth: z.boolean(),
    target: exitLevel.exactOptional(),
    stop: exitLevel.exactOptional(),
  }),
  rthOnly: z.boolean(),
  expiresAt: integer.positive().exactOptional(),
});

/** What the operator says besides when he arms: that the rule is true and may fire at once; that risk would deny the order now. */
export const confirmed = z.array(z.enum(['fires-at-once', 'denied'])).max(2);
export type Confirmation = z.output<typeof confirmed>[number];
/** Of the preview that was read; only the desk makes one. */
export const fingerprint = wireText(200).min(1);
