import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FieldReader } from '#simulator/wire/field-reader';
import { type Arrival, framed, FrameReader, MAX_INBOUND_FRAME, parseVersionRange } from '#simulator/wire/frame';
import { averageText, amountText, ascii, centsText, priceText } from '#simulator/wire/figure';
import { trustedQuantity } from '#domain/quantity';

function hello(range: string): Buffer {
  return Buffer.concat([Buffer.from('API\0'), Buffer.from(framed(range), 'latin1')]);
}

describe('frames', () => {
  test('a stream gives the same arrivals however it is cut into chunks', () => {
    const field = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 1 })),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (messages, cuts) => {
          const frames = messages.map((fields) => {
            const body = Buffer.from(`${fields.join('\0')}\0`, 'utf8');
            const head = Buffer.alloc(4);
            head.writeUInt32BE(body.length);
            return Buffer.concat([head, body]);
          });
          const stream = Buffer.concat([hello('v100..193'), ...frames]);
          const reader = new FrameReader();
          const arrivals: Arrival[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const length = cuts[turn % cuts.length] ?? 1;
            arrivals.push(...reader.push(stream.subarray(at, at + length)));
            at += length;
          }
          expect(arrivals).toEqual([{ kind: 'version', text: 'v100..193' }, ...messages.map((fields) => ({ kind: 'message', fields }))]);
        },
      ),
    );
  });

  test('any bytes at all end in arrivals, never in an exception, and after a hostile one there is nothing', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.uint8Array({ maxLength: 64 })), (greeted, chunks) => {
        const reader = new FrameReader();
        const arrivals = [
          ...(greeted ? reader.push(hello('v100..193')) : []),
          ...chunks.flatMap((chunk) => reader.push(Buffer.from(chunk))),
        ];
        const hostile = arrivals.findIndex((arrival) => arrival.kind === 'hostile');
        expect(hostile < 0 || hostile === arrivals.length - 1).toBe(true);
      }),
    );
  });

  test('the longest frame is read, one byte more is hostile', () => {
    for (const [length, kind] of [
      [MAX_INBOUND_FRAME, undefined],
      [MAX_INBOUND_FRAME + 1, 'hostile'],
    ] as const) {
      const reader = new FrameReader();
      reader.push(hello('v100..193'));
      const head = Buffer.alloc(4);
      head.writeUInt32BE(length);
      expect(reader.push(head)[0]?.kind).toBe(kind);
    }
  });

  test('version ranges', () => {
    expect(['v100..193', 'v177', 'v100..193 +PACEAPI', 'v193..100', '100..193', 'vx', ''].map(parseVersionRange)).toEqual([
      { min: 100, max: 193 },
      { min: 177, max: 177 },
      { min: 100, max: 193 },
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('fields', () => {
  test('every spelling of unset reads as undefined, a missing field too', () => {
    const reader = new FieldReader(['', '2147483647', '1.7976931348623157E308', '1.7976931348623157e+308', 'Infinity', '0']);
    expect([
      reader.int(),
      reader.int(),
      reader.decimal(),
      reader.number(),
      reader.decimal(),
      reader.int(),
      reader.int(),
      reader.text(),
      reader.flag(),
    ]).toEqual([undefined, undefined, undefined, undefined, undefined, 0, undefined, '', false]);
    expect(reader.malformed).toBeUndefined();
  });

  test.each(['12abc', 'NaN', '1.5'])('an integer %s is malformed', (text) => {
    const reader = new FieldReader([text]);
    expect([reader.int(), reader.malformed]).toEqual([undefined, text]);
  });

  test('a count that the frame cannot hold is malformed', () => {
    const reader = new FieldReader(['1000000', 'a']);
    expect([reader.count(), reader.malformed]).toEqual([0, '1000000']);
  });

  test('figures are plain decimals', () => {
    expect([
      priceText(180_010_100),
      priceText(undefined),
      amountText(-1_500_000),
      centsText(1_005_000),
      averageText(54_007_000_000, trustedQuantity(3_000_000)),
      averageText(-54_007_000_000, trustedQuantity(-3_000_000)),
      ascii('über\n'),
    ]).toEqual(['180.0101', '', '-1.5', '1.01', '180.02333333', '180.02333333', '\\u00fcber\n']);
  });
});
