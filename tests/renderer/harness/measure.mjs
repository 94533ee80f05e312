// Frames per second and processor use of the console with 5 000 orders and 1 000 watchers, of which a tenth changes at 30 Hz, at
// rest and while the order blotter scrolls. The invented desk runs in a worker, so that only the console is measured.
// Usage: node tests/renderer/harness/measure.mjs   (TRIGGERDESK_CHROMIUM names another chromium)
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { buildHarness } from './build.mjs';
import { serve } from './serve.mjs';

const SECONDS = 5;
const TICKS_PER_SECOND = 100;
const folder = mkdtempSync(join(tmpdir(), 'triggerdesk-harness-'));
await buildHarness(folder);
const server = await serve(folder, { trustedTypes: false });
const browser = await chromium.launch({
  executablePath: process.env['TRIGGERDESK_CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--headless'],
});
const session = await browser.newBrowserCDPSession();

/** CPU seconds of each page process's own thread; a loaded machine slows the clock of the wall, not this one. */
async function mainThreads() {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const times = new Map();
  for (const { type, id } of processInfo) {
    if (type !== 'renderer') continue;
    const stat = readFileSync(`/proc/${id}/task/${id}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    times.set(id, (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
  }
  return times;
}

for (const scroll of [false, true]) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${server.url}?scene=many&worker&hz=30&share=0.1`);
  await page.locator('[data-testid=orders] [data-key]').first().waitFor();
  const before = await mainThreads();
  const seen = await page.evaluate(
    async ([scrolls, seconds]) => {
      const grid = document.querySelector('[data-testid=orders]');
      const pushes = window.__pushes ?? 0;
      const start = performance.now();
      let frames = 0;
      await new Promise((done) => {
        const next = () => {
          frames += 1;
          if (scrolls) grid.scrollTop += 37;
          if (performance.now() - start < seconds * 1000) requestAnimationFrame(next);
          else done();
        };
        requestAnimationFrame(next);
      });
      const took = (performance.now() - start) / 1000;
      return { fps: Math.round(frames / took), pushes: Math.round((window.__pushes - pushes) / took), took };
    },
    [scroll, SECONDS],
  );
  const after = await mainThreads();
  const busiest = Math.max(...[...after].map(([id, time]) => time - (before.get(id) ?? 0)));
  console.log(
    `${scroll ? 'scrolling' : 'at rest'}: ${seen.fps} frames/s, ${seen.pushes} pushes/s, main thread ${Math.round((busiest / seen.took) * 100)} % of a core`,
  );
  await page.close();
}
await browser.close();
server.close();
rmSync(folder, { recursive: true });
