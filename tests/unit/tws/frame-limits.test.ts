import { expect, test } from 'vitest';
import { ALWAYS_SHORT, withinLimits } from '#tws/socket/frame-limits';

/** A frame of message `id` of so many bytes, in short fields. */
function frameOf(id: number, bytes: number): string {
  const head = `${id}\0`;
  return head + 'abcdefghijklmno\0'.repeat(Math.ceil(bytes / 16)).slice(0, bytes - head.length - 1) + '\0';
}

const fate = (text: string): string => withinLimits(text, Buffer.byteLength(text)).long?.fate ?? 'whole';
const KIB = 1_024;

test.each([
  ['prices', 8, [1, 2, 21, 45, 46, 47, 49, 57, 58, 81, 99]],
  ['orders', 64, [3, 5, 9, 11, 53, 55, 59, 61, 62, 71, 72, 100, 101, 102]],
  ['errors', 64, [4]],
  ['the account', 16, [6, 7, 8, 54, 63, 64, 73, 74, 94, 95]],
  ['contracts', 256, [10, 18, 52, 56, 93]],
  ['lists of names', 256, [15, 67, 78, 79, 80, 82, 84, 85]],
  ['charts and documents', 4_096, [14, 16, 17, 19, 20, 51, 75, 83, 86, 89, 90, 96, 97, 98, 104, 105, 106]],
  ['something else', 64, [12, 13, 999]],
])('a message about %s may have %d KiB; a longer one is not read', (about, kib, ids) => {
  for (const id of ids) {
    expect([id, fate(frameOf(id, kib * KIB))]).toEqual([id, 'whole']);
    const long = withinLimits(frameOf(id, kib * KIB + 1), kib * KIB + 1);
    expect([long.text, long.long]).toMatchObject([undefined, { fate: 'skipped', id: String(id), limit: { about } }]);
  }
});

test.each([
  ['prices', 1, 1],
  ['orders', 2, 5],
  ['errors', 16, 4],
  ['the account', 2, 6],
  ['contracts', 32, 10],
  ['lists of names', 64, 15],
  ['something else', 16, 12],
])('a text about %s may have %d KiB; of a longer one the beginning is read, and every other field as it is', (about, kib, id) => {
  const message = (length: number): string => `${id}\0${'x'.repeat(length)}\0after\0`;
  const whole = message(kib * KIB);
  expect(withinLimits(whole, whole.length)).toEqual({ text: whole });
  const cut = withinLimits(message(kib * KIB + 1), kib * KIB + 11);
  expect(cut.long).toMatchObject({ fate: 'cut', id: String(id), limit: { about } });
  const fields = cut.text?.split('\0') ?? [];
  expect([fields.length, fields[0], fields[1]?.length, fields[2], fields[3]]).toEqual([4, String(id), kib * KIB, 'after', '']);
});

test('what is short for every class is not looked at: the shortest text of any', () => {
  expect(ALWAYS_SHORT).toBe(KIB);
});
