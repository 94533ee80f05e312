import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ConsoleAssets } from '#desk/entrance/console-assets';
import type { DoorStatus } from '#desk/entrance/door';
import { CrashLimit } from '#desktop/crash-limit';
import { isConsole, leavesTheProgram, mayNavigate } from '#desktop/origin';
import { serveConsole } from '#desktop/serve-console';
import { trayPng, trayShape, trayText, type TrayShape } from '#desktop/tray-icon';

const source = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

test('the page and the main process share exactly four channels', () => {
  const channels = (text: string) => [...new Set([...text.matchAll(/'(desk:[a-z-]+)'/g)].map((match) => match[1]))].sort();
  const four = ['desk:call', 'desk:frame', 'desk:subscribe', 'desk:unsubscribe'];
  expect(channels(source('src-preload/index.ts'))).toEqual(four);
  expect(channels(source('src-main/desktop/ipc-door.ts'))).toEqual(four);
  expect(source('src-preload/index.ts').match(/exposeInMainWorld\('(\w+)'/g)).toEqual(["exposeInMainWorld('desk'"]);
});

const frame = (url: string, parent: unknown = null) => ({ url, parent });
test.each([
  ['the console', { sender: { id: 7 }, senderFrame: frame('app://triggerdesk/index.html') }, true],
  ['the console with a hash', { sender: { id: 7 }, senderFrame: frame('app://triggerdesk/index.html#orders') }, true],
  ['another window', { sender: { id: 8 }, senderFrame: frame('app://triggerdesk/index.html') }, false],
  ['a frame inside the console', { sender: { id: 7 }, senderFrame: frame('app://triggerdesk/index.html', {}) }, false],
  ['a frame that is gone', { sender: { id: 7 }, senderFrame: null }, false],
  ['a web page', { sender: { id: 7 }, senderFrame: frame('https://triggerdesk/index.html') }, false],
  ['a host that begins alike', { sender: { id: 7 }, senderFrame: frame('app://triggerdesk.evil/index.html') }, false],
  ['a file', { sender: { id: 7 }, senderFrame: frame('file:///index.html') }, false],
  ['an empty page', { sender: { id: 7 }, senderFrame: frame('about:blank') }, false],
])('a message of %s: %s', (_who, event, trusted) => {
  expect(isConsole(event, 7)).toBe(trusted);
});

test('a page may go to itself and nowhere else, and nothing reaches the network or the disk', () => {
  expect(['app://triggerdesk/index.html', 'app://triggerdesk/', 'app://triggerdesk/index.html?x#y'].map(mayNavigate)).toEqual([
    true,
    true,
    true,
  ]);
  const elsewhere = [
    'https://evil.com/',
    'app://triggerdesk/assets/app.js',
    'app://triggerdesk.evil/',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/html,x',
  ];
  expect(elsewhere.map(mayNavigate)).toEqual(elsewhere.map(() => false));
  const leaving = ['http://a', 'https://a', 'ws://a', 'WSS://a', 'file:///etc/passwd', 'ftp://a'];
  expect(leaving.map(leavesTheProgram)).toEqual(leaving.map(() => true));
  expect(['app://triggerdesk/index.html', 'data:image/png;base64,', 'devtools://devtools/'].map(leavesTheProgram)).toEqual([
    false,
    false,
    false,
  ]);
});

const page = { body: new TextEncoder().encode('<html></html>'), type: 'text/html; charset=utf-8' };
const assets: ConsoleAssets = { find: (path) => (path === '/' || path === '/index.html' ? page : null) };

test('the console is served from the loaded files with the strict policy', async () => {
  const answer = serveConsole(assets, { url: 'app://triggerdesk/index.html', method: 'GET' });
  expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([
    200,
    '<html></html>',
    'text/html; charset=utf-8',
  ]);
  expect(answer.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'none'; base-uri 'none'; " +
      "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  );
});

test.each([
  ['app://triggerdesk/../../etc/passwd', 'GET', 404],
  ['app://triggerdesk/..%2f..%2fetc/passwd', 'GET', 404],
  ['app://triggerdesk/%', 'GET', 404],
  ['app://other/index.html', 'GET', 404],
  ['app://triggerdesk/index.html', 'POST', 405],
])('%s by %s is answered %d, under the same policy', (url, method, status) => {
  const answer = serveConsole(assets, { url, method });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('the page after too many crashes holds no script and says that the desk runs on', async () => {
  const text = await serveConsole(assets, { url: 'app://triggerdesk/console-failed.html', method: 'GET' }).text();
  expect(text).not.toMatch(/<script|style=|on\w+=/);
  expect(text).toContain('The desk itself is running');
});

test('a page that crashes three times in five minutes is given up; slower crashes are not', () => {
  const quick = new CrashLimit(3, 300_000);
  expect([0, 1_000, 2_000].map((at) => quick.crashed(at))).toEqual(['reload', 'reload', 'give-up']);
  quick.reset();
  expect(quick.crashed(3_000)).toBe('reload');
  const slow = new CrashLimit(3, 300_000);
  expect([0, 200_000, 400_000, 600_000].map((at) => slow.crashed(at))).toEqual(['reload', 'reload', 'reload', 'reload']);
});

const status = (over: Partial<DoorStatus>): DoorStatus => ({
  engine: 'SCANNING',
  account: 'DU1234567',
  paper: true,
  armed: false,
  ...over,
});

test('the tray tells idle, armed, paused and stopped apart by shape, and says the account in words', () => {
  expect(
    [
      status({}),
      status({ armed: true }),
      status({ engine: 'PAUSED', armed: true }),
      status({ engine: 'EMERGENCY' }),
      status({ engine: 'ERROR' }),
    ].map(trayShape),
  ).toEqual(['ring', 'disc', 'bars', 'cross', 'cross']);
  expect(trayText(status({ armed: true }))).toBe('TriggerDesk · PAPER DU1234567 · SCANNING · armed');
  expect(trayText(status({ paper: false, account: 'U1234567' }))).toBe('TriggerDesk · LIVE U1234567 · SCANNING · disarmed');
  expect(trayText(status({ paper: null, account: null, engine: 'IDLE' }))).toBe('TriggerDesk · not connected · IDLE · disarmed');
});

test.each(['ring', 'disc', 'bars', 'cross'] as const)('the %s is a whole PNG that is not empty', (shape) => {
  const png = trayPng(shape);
  expect(png.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'));
  const length = png.readUInt32BE(33);
  const raw = inflateSync(png.subarray(41, 41 + length));
  expect(raw.length).toBe(32 * (1 + 32 * 4));
  const painted = raw.filter((byte) => byte === 255).length;
  expect(painted).toBeGreaterThan(100);
  expect(painted).toBeLessThan(900);
});

/** The picture as rows of `#` and spaces. */
function drawing(shape: TrayShape): readonly string[] {
  const png = trayPng(shape);
  const raw = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
  const row = (y: number): string => Array.from({ length: 32 }, (_, x) => (raw[y * 129 + 1 + x * 4 + 3] === 255 ? '#' : ' ')).join('');
  return Array.from({ length: 32 }, (_, y) => row(y));
}

test('the four pictures look like what they are called', () => {
  const [ring, disc, bars, cross] = (['ring', 'disc', 'bars', 'cross'] as const).map(drawing);
  const middle = (rows: readonly string[] | undefined): string => rows?.[15]?.replace(/(.)\1*/g, '$1') ?? '';
  expect([ring, disc, bars, cross].map(middle)).toEqual([' # # ', ' # ', ' # # ', ' # ']);
  // A bar is as wide at its end as in its middle, and nothing is above it; a disc is narrow there.
  const widths = (rows: readonly string[] | undefined): readonly number[] => rows?.map((row) => row.replaceAll(' ', '').length) ?? [];
  expect(new Set(widths(bars))).toEqual(new Set([0, 12]));
  expect(widths(bars).filter((width) => width > 0).length).toBe(24);
  expect([widths(disc)[15], Math.min(...widths(disc).filter((width) => width > 0)) < 12]).toEqual([28, true]);
  expect(widths(ring)[15]).toBe(8);
  // A cross has two arms in its upper part, and they meet in the middle.
  expect([cross?.[8]?.trim().includes(' '), cross?.[15]?.trim().includes(' ')]).toEqual([true, false]);
  for (const rows of [ring, disc, bars, cross])
    expect(rows?.map((row) => row.replace(/./g, (_, at: number) => row[31 - at] ?? ''))).toEqual(rows);
});

test('a picture is 32 by 32 points of red, green, blue and cover, in one piece and no interlace', () => {
  const png = trayPng('disc');
  expect([png.readUInt32BE(16), png.readUInt32BE(20), [...png.subarray(24, 29)]]).toEqual([32, 32, [8, 6, 0, 0, 0]]);
  expect(png.subarray(-8, -4).toString('latin1')).toBe('IEND');
});
