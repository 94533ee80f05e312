import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, expect, test, type Browser } from '@playwright/test';
import { engineState } from './operator.ts';
import { chromiumPath, dataPlace, root, within } from './place.ts';

// npm start without Electron: what it gives to the system's opener of pages, and what everybody on the machine can see of it.
let place: ReturnType<typeof dataPlace>;
let tools: string;
/** What the opener was given. */
let opened: string;
let child: ChildProcess;
let browser: Browser | undefined;
let output = '';

test.describe.configure({ mode: 'serial' });

test.beforeAll(() => {
  place = dataPlace(undefined);
  tools = mkdtempSync(join(tmpdir(), 'triggerdesk-opener-'));
  opened = join(tools, 'opened');
  const opener = join(tools, 'xdg-open');
  // It stays until the folder goes, as a browser does, so that its arguments can be looked at.
  writeFileSync(
    opener,
    `#!/bin/sh\nprintf '%s' "$1" > '${opened}.new'\nmv '${opened}.new' '${opened}'\nwhile [ -e '${opened}' ]; do sleep 1; done\n`,
  );
  chmodSync(opener, 0o755);
  child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--browser', '--http-port', '0', '--data', place.dir], {
    cwd: root,
    env: { ...process.env, DISPLAY: ':99', PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}` },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += text.toString()));
});

test.afterAll(async () => {
  const { pid } = child;
  if (pid !== undefined && child.exitCode === null) process.kill(-pid, 'SIGKILL');
  await browser?.close();
  place.remove();
  rmSync(tools, { recursive: true, force: true });
});

function openedPage(): string {
  return existsSync(opened) ? readFileSync(opened, 'utf8') : '';
}

test('the browser is given a private file and no process shows the token', async () => {
  await expect.poll(openedPage, { timeout: 60_000 }).toMatch(/^file:\/\//);
  const token = /token=([\w-]{43})/.exec(output)?.[1] ?? '';
  expect(token).not.toBe('');
  // What a failure shows are counts: the arguments of others are none of a report's business.
  const everyone = spawnSync('ps', ['-eo', 'args', '-ww'], { encoding: 'utf8' }).stdout.split('\n');
  expect(everyone.filter((args) => args.includes(openedPage())).length).toBeGreaterThan(0);
  expect(everyone.filter((args) => args.includes(token)).length).toBe(0);
  expect(readFileSync(fileURLToPath(openedPage()), 'utf8')).toContain(token);
});

test('the file opens the console and is gone when it has', async () => {
  browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
  const page = await browser.newPage();
  await page.goto(openedPage());
  await expect(engineState(page)).toHaveText('IDLE');
  await expect.poll(() => existsSync(dirname(fileURLToPath(openedPage())))).toBe(false);
  await page.reload();
  await expect(engineState(page)).toHaveText('IDLE');
});

test('Enter in the terminal of npm start prints a fresh address, and it stops in order', async () => {
  const before = output.length;
  child.stdin?.write('\n');
  await expect.poll(() => output.slice(before)).toMatch(/Console, opens once: http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n/);
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  expect(await within(15_000, gone)).toBe(true);
  expect(output).toContain('Stopped.');
});
