// Screenshots for a README: the same picture with at most 256 colours, a third of the size. Chromium's PNGs in, palette PNGs out.
import { deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;
/** So many of the most frequent colours stay exactly what they are: the grounds of panels differ by little. */
const EXACT = 64;

/** @param {Buffer} png */
function chunks(png) {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('not a PNG');
  /** @type {{ readonly type: string, readonly data: Buffer }[]} */
  const found = [];
  for (let at = 8; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    found.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return found;
}

/** Undoes the five line filters of PNG. @param {Buffer} raw @param {number} width @param {number} height @param {number} step bytes a pixel */
function unfilter(raw, width, height, step) {
  const stride = width * step;
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    const from = y * (stride + 1) + 1;
    const to = y * stride;
    for (let x = 0; x < stride; x += 1) {
      const left = x >= step ? (out[to + x - step] ?? 0) : 0;
      const up = y > 0 ? (out[to + x - stride] ?? 0) : 0;
      const corner = x >= step && y > 0 ? (out[to + x - stride - step] ?? 0) : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      out[to + x] = ((raw[from + x] ?? 0) + guess) & 0xff;
    }
  }
  return out;
}

/** @param {number} left @param {number} up @param {number} corner */
function paeth(left, up, corner) {
  const p = left + up - corner;
  const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** @param {number} one @param {number} other */
function distance(one, other) {
  const r = (one >> 16) - (other >> 16);
  const g = ((one >> 8) & 0xff) - ((other >> 8) & 0xff);
  const b = (one & 0xff) - (other & 0xff);
  return 2 * r * r + 4 * g * g + 3 * b * b;
}

/** The most frequent colours, then again and again the one that is missed most: rare and far from all that are there. @param {Map<number, number>} counts */
function palette(counts) {
  const byCount = [...counts].sort((a, b) => b[1] - a[1]);
  const kept = byCount.slice(0, EXACT).map(([colour]) => colour);
  const rest = byCount
    .slice(EXACT)
    .map(([colour, n]) => ({ colour, weight: Math.sqrt(n), far: Math.min(...kept.map((other) => distance(colour, other))) }));
  while (kept.length < COLOURS && rest.length > 0) {
    let worst = rest[0];
    for (const one of rest) if (worst === undefined || one.far * one.weight > worst.far * worst.weight) worst = one;
    if (worst === undefined || worst.far === 0) break;
    kept.push(worst.colour);
    for (const one of rest) one.far = Math.min(one.far, distance(one.colour, worst.colour));
  }
  return kept;
}

/** @param {readonly number[]} colours @param {number} wanted */
function nearest(colours, wanted) {
  let best = 0;
  let least = Infinity;
  for (const [index, colour] of colours.entries()) {
    const far = distance(colour, wanted);
    if (far < least) [best, least] = [index, far];
  }
  return best;
}

const TABLE = Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = ((TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)) >>> 0;
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** Size, and bytes to a pixel; of no other pictures than browsers write. @param {Buffer} head */
function sizeOf(head) {
  if (head[8] !== 8 || (head[9] !== 2 && head[9] !== 6) || head[12] !== 0) throw new Error('a PNG of another kind than browsers write');
  return { width: head.readUInt32BE(0), height: head.readUInt32BE(4), step: head[9] === 6 ? 4 : 3 };
}

/** The colour of each pixel, and how often each colour is there. @param {Uint8Array} pixels @param {number} count @param {number} step */
function colours(pixels, count, step) {
  const picture = new Uint32Array(count);
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (let n = 0; n < count; n += 1) {
    const colour = ((pixels[n * step] ?? 0) << 16) | ((pixels[n * step + 1] ?? 0) << 8) | (pixels[n * step + 2] ?? 0);
    picture[n] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return { picture, counts };
}

/** @param {Buffer} png eight bits a channel, not interlaced, as browsers write them @returns {Buffer} */
export function smallPng(png) {
  const parts = chunks(png);
  const head = parts.find((part) => part.type === 'IHDR')?.data;
  if (head === undefined) throw new Error('a PNG without a header');
  const { width, height, step } = sizeOf(head);
  const raw = inflateSync(Buffer.concat(parts.filter((part) => part.type === 'IDAT').map((part) => part.data)));
  const pixels = unfilter(raw, width, height, step);
  const count = width * height;
  const { picture, counts } = colours(pixels, count, step);
  const kept = palette(counts);
  /** @type {Map<number, number>} */
  const places = new Map(kept.map((colour, index) => [colour, index]));
  const lines = Buffer.alloc((width + 1) * height);
  for (let n = 0; n < count; n += 1) {
    const colour = picture[n] ?? 0;
    let place = places.get(colour);
    if (place === undefined) places.set(colour, (place = nearest(kept, colour)));
    lines[n + Math.floor(n / width) + 1] = place;
  }
  const header = Buffer.from(head);
  header[9] = 3;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(kept.flatMap((colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]))),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
