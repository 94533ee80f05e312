// What a frame of the console costs with 5 000 orders and 1 000 watchers, of which a tenth changes at 30 Hz, at rest and while the order
// blotter scrolls by 37 pixels a frame. The invented desk runs in a worker, so that only the console is measured. In the same run, in turn,
// the reference: an empty page with the same loop of frames, for what this machine gives anybody.
// Usage: npm run bench:blotter   (TRIGGERDESK_CHROMIUM names another chromium, ROUNDS the rounds, PROFILE=1 prints where the time goes)
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { buildHarness } from './build.mjs';
import { serve } from './serve.mjs';

const ROUNDS = Number(process.env['ROUNDS'] ?? '6');
const SECONDS = 5;
const WARM_UP_MS = 2_000;
/** A frame at 60 Hz. */
const FRAME_MS = 1_000 / 60;
/** What the console may use of one; the rest belongs to the browser. */
const BUDGET_MS = 8;
const KINDS = /** @type {const} */ (['empty page', 'at rest', 'scrolling']);

const folder = mkdtempSync(join(tmpdir(), 'triggerdesk-harness-'));
await buildHarness(folder, { minify: process.env['PROFILE'] === undefined });
writeFileSync(join(folder, 'tests/renderer/harness/empty.html'), '<!doctype html><title>reference</title><p>empty</p>');
const server = await serve(folder, { trustedTypes: false });
const browser = await chromium.launch({
  executablePath: process.env['TRIGGERDESK_CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--headless'],
});

/** @param {readonly number[]} values @param {number} share */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** @param {number} value */
const round = (value) => Math.round(value * 100) / 100;

/**
 * CPU of the page's main thread for each sixtieth of a second of a trace: the processor's time, so that neighbours on the machine do not count.
 * @param {Buffer} trace
 */
function costs(trace) {
  /** @type {{ traceEvents: { name: string, ph: string, pid: number, tid: number, ts: number, dur?: number, tdur?: number, args?: any, cat?: string }[] }} */
  const { traceEvents } = JSON.parse(trace.toString());
  const marks = traceEvents.filter(({ name }) => name === 'measured-from' || name === 'measured-to');
  const [from, to] = [marks.find(({ name }) => name === 'measured-from'), marks.find(({ name }) => name === 'measured-to')];
  if (from === undefined || to === undefined) throw new Error('the trace has no marks');
  const slots = new Float64Array(Math.floor((to.ts - from.ts) / (FRAME_MS * 1_000)));
  for (const { name, ph, pid, tid, ts, tdur } of traceEvents) {
    if (name !== 'RunTask' && name !== 'ThreadControllerImpl::RunTask') continue;
    if (ph !== 'X' || pid !== from.pid || tid !== from.tid || tdur === undefined) continue;
    const slot = Math.floor((ts - from.ts) / (FRAME_MS * 1_000));
    if (slot >= 0 && slot < slots.length) slots[slot] = (slots[slot] ?? 0) + tdur / 1_000;
  }
  return [...slots];
}

/** @param {(typeof KINDS)[number]} kind */
async function measure(kind) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const isEmpty = kind === 'empty page';
  await page.goto(isEmpty ? server.url.replace('index.html', 'empty.html') : `${server.url}?scene=many&worker&hz=30&share=0.1`);
  if (!isEmpty) await page.locator('[data-testid=orders] [data-key]').first().waitFor();
  await page.waitForTimeout(WARM_UP_MS);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const metrics = async () =>
    Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  if (process.env['PROFILE'] !== undefined) {
    await cdp.send('Profiler.enable');
    await cdp.send('Profiler.setSamplingInterval', { interval: 200 });
    await cdp.send('Profiler.start');
  }
  await browser.startTracing(page, {
    categories: ['toplevel', 'blink.user_timing', ...(process.env['PROFILE'] === undefined ? [] : ['devtools.timeline', 'blink', 'cc'])],
  });
  const before = await metrics();
  const seen = await page.evaluate(
    async ([scrolls, seconds]) => {
      const grid = document.querySelector('[data-testid=orders]');
      const pushes = window.__pushes ?? 0;
      const times = [];
      let top = 0;
      performance.mark('measured-from');
      const start = performance.now();
      await new Promise((done) => {
        const next = (now) => {
          times.push(now);
          // Written, never read: reading would lay the page out once more.
          if (scrolls) grid.scrollTop = top += 37;
          if (performance.now() - start < seconds * 1000) requestAnimationFrame(next);
          else done();
        };
        requestAnimationFrame(next);
      });
      performance.mark('measured-to');
      return { times, pushes: (window.__pushes ?? 0) - pushes, took: (performance.now() - start) / 1000 };
    },
    [kind === 'scrolling', SECONDS],
  );
  const after = await metrics();
  const trace = await browser.stopTracing();
  if (process.env['PROFILE'] !== undefined) {
    profiled(kind, (await cdp.send('Profiler.stop')).profile);
    steps(trace);
  }
  await page.close();
  const frames = seen.times.length;
  const intervals = seen.times.slice(1).map((time, i) => time - seen.times[i]);
  const spent = (name) => ((after[name] - before[name]) * 1_000) / frames;
  return {
    kind,
    fps: frames / seen.took,
    pushes: seen.pushes / seen.took,
    intervals,
    costs: costs(trace),
    script: spent('ScriptDuration'),
    style: spent('RecalcStyleDuration'),
    layout: spent('LayoutDuration'),
    task: spent('TaskDuration'),
  };
}

/** Own time of the functions that took most. @param {string} kind @param {any} profile */
function profiled(kind, profile) {
  inclusive(profile);
  const own = new Map();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  profile.samples.forEach((id, i) => {
    const { callFrame } = nodes.get(id);
    const name = `${callFrame.functionName || '(anonymous)'} ${callFrame.url.split('/').at(-1)}:${callFrame.lineNumber}:${callFrame.columnNumber}`;
    own.set(name, (own.get(name) ?? 0) + profile.timeDeltas[i] / 1_000);
  });
  console.log(`${kind}: own time`);
  for (const [name, ms] of [...own].sort((a, b) => b[1] - a[1]).slice(0, 25)) console.log(`  ${ms.toFixed(0)} ms  ${name}`);
}

/** Time in a function and all that it calls, for those with a name of their own. @param {any} profile */
function inclusive(profile) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const total = new Map();
  profile.samples.forEach((id, i) => {
    const seen = new Set();
    for (let at = id; at !== undefined; at = parents.get(at)) {
      const { functionName, lineNumber } = nodes.get(at).callFrame;
      const name = `${functionName}:${lineNumber}`;
      if (functionName === '' || seen.has(name)) continue;
      seen.add(name);
      total.set(name, (total.get(name) ?? 0) + profile.timeDeltas[i] / 1_000);
    }
  });
  console.log(
    [...total]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 70)
      .map(([name, ms]) => `${name} ${ms.toFixed(0)}`)
      .join(', '),
  );
}

/** What the browser does on the main thread, by its own names. @param {Buffer} trace */
function steps(trace) {
  const { traceEvents } = JSON.parse(trace.toString());
  const from = traceEvents.find(({ name }) => name === 'measured-from');
  const own = new Map();
  for (const { name, ph, pid, tid, tdur } of traceEvents)
    if (ph === 'X' && pid === from.pid && tid === from.tid && tdur !== undefined) {
      const [count, us] = own.get(name) ?? [0, 0];
      own.set(name, [count + 1, us + tdur]);
    }
  for (const [name, [count, us]] of [...own].sort((a, b) => b[1][1] - a[1][1]).slice(0, 40))
    console.log(`  ${(us / 1_000).toFixed(0)} ms in ${count}  ${name}`);
}

const rounds = [];
for (let turn = 0; turn < ROUNDS; turn += 1) for (const kind of KINDS) rounds.push(await measure(kind));
const { product } = await (await browser.newBrowserCDPSession()).send('Browser.getVersion');
await browser.close();
server.close();
rmSync(folder, { recursive: true });

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const figures = Object.fromEntries(
  KINDS.map((kind) => {
    const of = rounds.filter((one) => one.kind === kind);
    const intervals = of.flatMap((one) => one.intervals);
    const cost = of.flatMap((one) => one.costs);
    return [
      kind,
      {
        framesPerSecond: round(mean(of.map(({ fps }) => fps))),
        bestRound: round(Math.max(...of.map(({ fps }) => fps))),
        missedFrames: round(mean(intervals.map((ms) => Number(ms > 1.5 * FRAME_MS)))),
        pushesPerSecond: round(mean(of.map(({ pushes }) => pushes))),
        mainThreadMs: {
          p50: round(quantile(cost, 0.5)),
          p95: round(quantile(cost, 0.95)),
          p99: round(quantile(cost, 0.99)),
          max: round(Math.max(...cost)),
        },
        overBudget: round(mean(cost.map((ms) => Number(ms > BUDGET_MS)))),
        overFrame: round(mean(cost.map((ms) => Number(ms > FRAME_MS)))),
        // The truth at sixty frames a second lies between what a second costs by 60 and what it costs by the frames that there were.
        perSixtieth: round(mean(of.map(({ task, fps }) => (task * fps) / 60))),
        perFrame: {
          task: round(mean(of.map(({ task }) => task))),
          script: round(mean(of.map(({ script }) => script))),
          style: round(mean(of.map(({ style }) => style))),
          layout: round(mean(of.map(({ layout }) => layout))),
        },
      },
    ];
  }),
);
for (const kind of KINDS) {
  const { framesPerSecond, missedFrames, mainThreadMs, perSixtieth, perFrame } = figures[kind];
  console.log(
    `${kind}: ${framesPerSecond} frames/s, ${Math.round(missedFrames * 100)} % of the intervals longer than a frame and a half; main thread ${perSixtieth} ms for each sixtieth of a second, ${perFrame.task} ms for each frame there was; by sixtieths p50 ${mainThreadMs.p50}, p95 ${mainThreadMs.p95}, p99 ${mainThreadMs.p99} ms`,
  );
}
console.log(
  `${product}, pictures drawn by the processor (no GPU), ${ROUNDS} rounds of ${SECONDS} s each, in turn; main thread in CPU time`,
);
console.log(JSON.stringify({ name: 'blotter', rows: 5_000, changed: 0.1, hz: 30, ...figures, limits: { mainThreadMs: BUDGET_MS } }));
