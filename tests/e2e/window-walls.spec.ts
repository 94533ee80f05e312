import { expect, test } from '@playwright/test';
import { launchDesk, type Desk } from './launch.ts';
import { engineState } from './operator.ts';

// What the page may not do. Nothing here changes the desk, so all tests look at one window.

let desk: Desk;

test.beforeAll(async () => {
  desk = await launchDesk({ recordShell: true });
  await expect(engineState(desk.page)).toHaveText('IDLE');
});

test.afterAll(() => desk.close());

/** The page's text is a string because the page is another world: none of this file's types hold there. */
const inPage = <T>(code: string): Promise<T> => desk.page.evaluate<T>(`(async () => { ${code} })()`);

test('the window is sandboxed, visible, of the program’s name and served from its own scheme', async () => {
  expect(
    await desk.app.evaluate(({ app, BrowserWindow }) => ({
      name: app.getName(),
      windows: BrowserWindow.getAllWindows().map((window) => ({ visible: window.isVisible(), url: window.webContents.getURL() })),
      sandboxed: (globalThis as unknown as { __shell: { sandboxed: boolean } }).__shell.sandboxed,
    })),
  ).toEqual({ name: 'TriggerDesk', windows: [{ visible: true, url: 'app://triggerdesk/index.html' }], sandboxed: true });
  expect(await desk.page.title()).toBe('TriggerDesk');
});

test('the page has no Node and nothing of Electron but a frozen bridge of two functions', async () => {
  expect(
    await inPage(`
      const writes = [];
      try { window.desk.call = () => 1; writes.push(typeof window.desk.call === 'function' && window.desk.call.length !== 0 ? 'ignored' : 'taken') } catch { writes.push('refused') }
      try { delete window.desk } catch {}
      return {
        globals: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter((name) => name in globalThis),
        bridge: Object.getOwnPropertyNames(window.desk).sort(),
        kinds: Object.values(window.desk).map((part) => typeof part),
        frozen: Object.isFrozen(window.desk),
        there: typeof window.desk,
        secure: isSecureContext,
      }`),
  ).toEqual({ globals: [], bridge: ['call', 'subscribe'], kinds: ['function', 'function'], frozen: true, there: 'object', secure: true });
});

// Text that a policy of the page itself has declared harmless passes the one wall; these tests are about the other.
const DECLARED = `const declared = trustedTypes.createPolicy('test' + performance.now(), { createScript: (text) => text, createHTML: (text) => text });`;

test('an inline script does not run', async () => {
  expect(
    await inPage(`
      ${DECLARED}
      const blocked = new Promise((resolve) => document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true }));
      const script = document.createElement('script');
      script.text = declared.createScript('window.inlineRan = true');
      document.body.append(script);
      script.remove();
      return { blocked: await Promise.race([blocked, new Promise((resolve) => setTimeout(resolve, 2_000, 'nothing'))]), ran: 'inlineRan' in window }`),
  ).toEqual({ blocked: 'script-src-elem', ran: false });
});

test('text is never made into code or into HTML, declared harmless or not', async () => {
  // From a timer: what a debugger evaluates itself may be exempt from the page's policy.
  expect(
    await inPage(`
      ${DECLARED}
      const attempt = (run) => new Promise((resolve) => setTimeout(() => {
        try { run(); resolve('ran') } catch (error) { resolve(error.name) }
      }));
      return [
        await attempt(() => eval('1')),
        await attempt(() => eval(declared.createScript('1'))),
        await attempt(() => new Function('return 1')()),
        await attempt(() => { document.createElement('div').innerHTML = '<b>x</b>' }),
        await attempt(() => { document.createElement('script').text = 'x' }),
      ]`),
  ).toEqual(['EvalError', 'EvalError', 'EvalError', 'TypeError', 'TypeError']);
});

test('nothing is fetched from elsewhere, and the policy is why', async () => {
  expect(
    await inPage(`
      const seen = [];
      const listen = (event) => seen.push(event.effectiveDirective);
      document.addEventListener('securitypolicyviolation', listen);
      const fetched = await fetch('https://example.invalid/').then(() => 'fetched', () => 'refused');
      const socket = await new Promise((resolve) => {
        try {
          const made = new WebSocket('wss://example.invalid/');
          made.onerror = () => resolve('refused');
          made.onopen = () => resolve('open');
        } catch { resolve('refused') }
      });
      const image = await new Promise((resolve) => {
        const made = new Image();
        made.onload = () => resolve('loaded');
        made.onerror = () => resolve('refused');
        made.src = 'https://example.invalid/x.png';
      });
      document.removeEventListener('securitypolicyviolation', listen);
      return { fetched, socket, image, directives: [...new Set(seen)].sort() }`),
  ).toEqual({ fetched: 'refused', socket: 'refused', image: 'refused', directives: ['connect-src', 'img-src'] });
});

for (const url of ['https://example.invalid/', '/console-failed.html']) {
  test(`the page cannot be led to ${url}`, async () => {
    const tried = desk.app.evaluate(
      ({ BrowserWindow }) =>
        new Promise((resolve) => {
          BrowserWindow.getAllWindows()[0]!.webContents.once('will-navigate', (event) => resolve(event.defaultPrevented));
        }),
    );
    await inPage(`location.href = ${JSON.stringify(url)}`);
    expect(await tried).toBe(true);
    expect(
      await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.webContents.getURL())),
    ).toEqual(['app://triggerdesk/index.html']);
    await expect(engineState(desk.page)).toHaveText('IDLE');
  });
}

test('no second window is opened, by script or by a link', async () => {
  expect(
    await inPage(`
      const link = document.createElement('a');
      link.href = 'https://example.invalid/';
      link.target = '_blank';
      document.body.append(link);
      link.click();
      link.remove();
      return window.open('https://example.invalid/')`),
  ).toBeNull();
  expect(await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('the page may use no device and show no notification', async () => {
  expect(
    await inPage(`return Promise.all(['geolocation', 'notifications', 'camera', 'microphone'].map((name) =>
      navigator.permissions.query({ name }).then((status) => status.state, () => 'unknown')))`),
  ).toEqual(['denied', 'denied', 'denied', 'denied']);
});

test('messages with a wrong payload are refused with a code, not obeyed', async () => {
  const code = (name: string, input: string): Promise<unknown> =>
    inPage(
      `return window.desk.call(${name}, ${input}).then((reply) => reply.ok ? 'ok' : reply.error.code, (error) => error.name + ' thrown')`,
    );
  expect(await code("'engine.start'", '{ force: true }')).toBe('invalid-input');
  expect(await code("'trigger.arm'", '{ spec: null }')).toBe('invalid-input');
  expect(await code("'kill'", "{ scope: 'none', reason: 'x' }")).toBe('invalid-input');
  expect(await code("'order.cancel'", "{ key: 'x\\u0000y' }")).toBe('invalid-input');
  expect(await code("'log.acknowledge'", '{ ids: [Number.NaN] }')).toBe('invalid-input');
  expect(await code("'trigger.pause'", "{ id: 'A'.repeat(1_000_000), expectedVersion: 0 }")).toBe('invalid-input');
  expect(await code("'no.such.call'", '{}')).not.toBe('ok');
  expect(await code("'__proto__'", '{}')).not.toBe('ok');
  expect(await code("'constructor'", '{}')).not.toBe('ok');
  expect(await code('17', '{}')).not.toBe('ok');
  await expect(engineState(desk.page)).toHaveText('IDLE');
  await expect(desk.page.getByTestId('kill-banner')).toBeHidden();
});

test('a listener for topics that do not exist hears nothing and breaks nothing', async () => {
  expect(await inPage(`try { window.desk.subscribe('orders', () => 0); return 'taken' } catch (error) { return error.name }`)).toBe(
    'TypeError',
  );
  await expect(desk.page.getByTestId('exchange-clock')).toBeVisible();
});
