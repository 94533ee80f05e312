import { crc32, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { trayPng, type TrayShape } from '#desktop/tray-icon';

/** The upper left quarter of each picture; the others are its mirrors. */
const QUARTERS: Readonly<Record<TrayShape, readonly string[]>> = {
  ring: [
    '................',
    '................',
    '............####',
    '..........######',
    '........########',
    '.......#########',
    '......#######...',
    '.....######.....',
    '....#####.......',
    '....####........',
    '...#####........',
    '...####.........',
    '..#####.........',
    '..####..........',
    '..####..........',
    '..####..........',
  ],
  disc: [
    '................',
    '................',
    '............####',
    '..........######',
    '........########',
    '.......#########',
    '......##########',
    '.....###########',
    '....############',
    '....############',
    '...#############',
    '...#############',
    '..##############',
    '..##############',
    '..##############',
    '..##############',
  ],
  bars: [
    '................',
    '................',
    '................',
    '................',
    '.......######...',
    '.......######...',
    '.......######...',
    '.......######...',
    '.......######...',
    '.......######...',
    '.......######...',
    '.......######...',
    '.......######...',
    '.......######...',
    '.......######...',
    '.......######...',
  ],
  cross: [
    '................',
    '................',
    '................',
    '........#.......',
    '......####......',
    '.....######.....',
    '....########....',
    '....#########...',
    '...###########..',
    '....###########.',
    '.....###########',
    '......##########',
    '.......#########',
    '........########',
    '.........#######',
    '..........######',
  ],
};

/** What a picture's painted points are made of: red, green, blue and cover. */
const PAINT: Readonly<Record<TrayShape, string>> = {
  ring: '150 160 170 255',
  disc: '70 150 240 255',
  bars: '230 170 40 255',
  cross: '230 70 60 255',
};

const SHAPES = Object.keys(QUARTERS) as readonly TrayShape[];

/** The pieces of a PNG: their names, what they hold and their sums. */
function pieces(png: Buffer): readonly { readonly name: string; readonly data: Buffer; readonly sum: number; readonly counted: number }[] {
  const found = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    found.push({
      ...{ name: body.subarray(0, 4).toString('latin1'), data: body.subarray(4) },
      ...{ sum: png.readUInt32BE(at + 8 + length), counted: crc32(body) },
    });
    at += 12 + length;
  }
  return found;
}

const mirrored = (text: string): string => text.replace(/./g, (_, at: number) => text[text.length - 1 - at] ?? '');

test.each(SHAPES)('the %s is painted point by point as it was drawn, in its own colour, and the rest is clear', (shape) => {
  const raw = inflateSync(pieces(trayPng(shape))[1]?.data ?? Buffer.alloc(0));
  const point = (x: number, y: number): string => [...raw.subarray(y * 129 + 1 + x * 4, y * 129 + 5 + x * 4)].join(' ');
  const rows = Array.from({ length: 32 }, (_, y) => Array.from({ length: 32 }, (_, x) => (point(x, y) === '0 0 0 0' ? '.' : '#')).join(''));
  const half = QUARTERS[shape].map((row) => row + mirrored(row));
  expect(rows).toEqual([...half, ...half.toReversed()]);
  const paints = new Set(Array.from({ length: 1_024 }, (_, at) => point(at % 32, Math.floor(at / 32))));
  expect([...paints].sort()).toEqual(['0 0 0 0', PAINT[shape]].sort());
  expect(Array.from({ length: 32 }, (_, y) => raw[y * 129])).toEqual(Array(32).fill(0));
});

test.each(SHAPES)('the %s is three pieces with right sums, so that every system shows it', (shape) => {
  const all = pieces(trayPng(shape));
  expect(all.map(({ name }) => name)).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect(all.map(({ sum }) => sum)).toEqual(all.map(({ counted }) => counted));
  expect([...(all[0]?.data ?? [])]).toEqual([0, 0, 0, 32, 0, 0, 0, 32, 8, 6, 0, 0, 0]);
  expect(all[2]?.data.length).toBe(0);
});
