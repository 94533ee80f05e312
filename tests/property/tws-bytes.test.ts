import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteGuard } from '#tws/socket/byte-guard';
import { OrderIds } from '#tws/order/order-ids';
import { brokerSentence, brokerText, cutField } from '#tws/socket/broker-text';
import { withinLimits } from '#tws/socket/frame-limits';
import { isWireSafe } from '#tws/socket/wire-text';
import { toWireOrder } from '#tws/order/order-translation';
import { holds } from '../support/property.ts';
import { intent, leg } from '../support/tws/approved.ts';
import { MemoryHighWater } from '../support/tws/desk.ts';
import { frame } from '../support/tws/fake-gateway.ts';
import { trustedPrice } from '#domain/price';
import { trustedQuantity } from '#domain/quantity';

/** Cuts the bytes at the given places (fractions of the whole). */
function slices(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40, size: 'max' });

test('however the bytes are sliced, the same frames come out', { timeout: 120_000 }, async () => {
  const field = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0'));
  await holds(
    'slicing',
    fc.property(fc.array(fc.array(field, { minLength: 1, maxLength: 6 }), { maxLength: 12, size: 'max' }), cuts, (messages, where) => {
      const guard = new ByteGuard();
      const seen: string[] = [];
      for (const slice of slices(Buffer.concat(messages.map((fields) => frame(...fields))), where)) {
        expect(guard.feed(slice, (text) => seen.push(text) > 0)).toBeUndefined();
      }
      expect(seen).toEqual(messages.map((fields) => Buffer.from(`${fields.join('\0')}\0`).toString()));
    }),
  );
});

test(
  'any bytes whatever end in frames or in a named fault, never in an exception or a frame without its NUL',
  { timeout: 120_000 },
  async () => {
    await holds(
      'garbage',
      fc.property(fc.uint8Array({ maxLength: 400, size: 'max' }), cuts, (bytes, where) => {
        const guard = new ByteGuard();
        for (const slice of slices(Buffer.from(bytes), where)) {
          const fault = guard.feed(slice, (text) => {
            expect(text.endsWith('\0')).toBe(true);
            return true;
          });
          if (fault !== undefined) break;
        }
      }),
    );
  },
);

test('order ids only rise, whatever TWS says and however often the desk restarts (I-22)', { timeout: 120_000 }, async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('next' as const), id: fc.integer({ min: -10, max: 5_000 }) }),
    fc.record({ kind: fc.constant('seen' as const), id: fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }) }),
    fc.record({ kind: fc.constant('take' as const), id: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant('restart' as const), id: fc.constant(0) }),
  );
  await holds(
    'order ids',
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const store = new MemoryHighWater();
      let ids = new OrderIds(store);
      let highest = 0;
      for (const { kind, id } of steps) {
        if (kind === 'next') ids.nextValid(2, id);
        else if (kind === 'seen') ids.seen(id);
        else if (kind === 'restart') ids = new OrderIds(store);
        else {
          for (const taken of ids.take(id) ?? []) {
            expect(taken).toBeGreaterThan(highest);
            expect(taken).toBeLessThan(2_000_000_000);
            highest = taken;
          }
          expect(store.read()).toBeGreaterThanOrEqual(highest);
        }
      }
    }),
  );
});

test('no text of an order reaches the wire with anything but printable ASCII', { timeout: 120_000 }, async () => {
  await holds(
    'wire text',
    fc.property(
      fc.oneof(
        fc.string({ unit: 'grapheme-ascii', maxLength: 45, size: 'max' }),
        fc.string({ unit: 'binary', maxLength: 45, size: 'max' }),
      ),
      (text) => {
        const wire = toWireOrder(intent({ legs: [leg({ ref: text as never })] }));
        expect(wire.ok).toBe(isWireSafe(text) && text !== '' && text.length <= 40);
        expect(brokerSentence(text)).toMatch(/^[^\p{C}]*$/u);
      },
    ),
  );
});

test('every figure of an order is plain decimal text', { timeout: 120_000 }, async () => {
  await holds(
    'figures',
    fc.property(
      fc.integer({ min: 1, max: 900_000_000_000_000 }),
      fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 }),
      (quantity, limit) => {
        const wire = toWireOrder(intent({ legs: [leg({ type: 'LMT', quantity: trustedQuantity(quantity), limit: trustedPrice(limit) })] }));
        const order = wire.ok ? wire.value.legs[0]!.order : undefined;
        expect(String(order?.totalQuantity)).toMatch(/^\d+(?:\.\d{1,4})?$/);
        expect(String(order?.lmtPrice)).toMatch(/^-?\d+(?:\.\d{1,6})?$/);
        expect(Math.round(Number(order?.totalQuantity) * 10_000) / quantity).toBeCloseTo(1, 12);
      },
    ),
  );
});

test('text of the broker: clean, within its cap, clean text as it is, and no identity becomes another', { timeout: 120_000 }, async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200, size: 'max' }),
    fc.string({
      unit: fc.constantFrom('A', '1', '-', '\u200B', '\u202E', '\uD800', '\u001B[0m', '\u00A0', '\uFFFD', '…'),
      maxLength: 80,
      size: 'max',
    }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 200, size: 'max' }),
  );
  await holds(
    'broker text',
    fc.property(text, text, (one, other) => {
      for (const field of ['symbol', 'text', 'account', 'orderRef'] as const) {
        const clean = brokerText(field, one);
        expect(clean).not.toMatch(/[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u);
        expect(clean.length).toBeLessThanOrEqual(field === 'text' ? 500 : field === 'orderRef' ? 128 : 64);
        if (isWireSafe(one) && one.length <= 64) expect(clean).toBe(one);
        else if (field === 'account' || field === 'orderRef') expect(isWireSafe(clean) && clean !== one).toBe(false);
      }
      if (one !== other) expect(brokerText('account', one)).not.toBe(brokerText('account', other));
      expect(cutField(32, one).length).toBeLessThanOrEqual(Math.max(32, Math.min(one.length, 32)));
      const cut = withinLimits(`5\0${one.replaceAll('\0', '')}\0${'9'.repeat(3_000)}\0`, 3_000 + one.length);
      expect(cut.text?.split('\0').length).toBe(4);
    }),
  );
});
