// Finds the Electron binary. The npm package downloads it on first use, which may be impossible here: that is an answer, not a failure.
import { get } from 'node:https';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { nodeEnvironment, ROOT } from './node.mjs';
import { note } from './say.mjs';
import { runNode } from './tool.mjs';

/** @typedef {{ readonly path: string } | { readonly unavailable: string }} Found */

const PRINT =
  "import { createRequire } from 'node:module'; console.log('\\nelectron-binary=' + createRequire(process.argv[1])('electron'));";
const RELEASES = 'https://github.com/electron/electron/releases/';
/** Enough to unpack a cached download; a real download is only waited for where the place answers. */
const UNREACHABLE_LIMIT_MS = 20_000;
const DOWNLOAD_LIMIT_MS = 600_000;

/** Whether the place the binary comes from answers at all. Behind a proxy that cannot be told from here, so it counts as yes. */
function reachable() {
  const proxied = ['ELECTRON_GET_USE_PROXY', 'HTTPS_PROXY', 'https_proxy', 'GLOBAL_AGENT_HTTPS_PROXY'].some(
    (name) => (process.env[name] ?? '') !== '',
  );
  const mirror = process.env['ELECTRON_MIRROR'] ?? process.env['npm_config_electron_mirror'] ?? RELEASES;
  if (proxied || !mirror.startsWith('https:')) return Promise.resolve(true);
  return new Promise((/** @type {(yes: boolean) => void} */ resolve) => {
    const request = get(mirror, { timeout: 10_000 }, (response) => {
      response.destroy();
      resolve(true);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', () => resolve(false));
  });
}

/** What keeps a window from opening here, before any binary is looked for. @param {NodeJS.ProcessEnv} env */
function noWindow(env) {
  if (process.platform !== 'linux' || (env['ELECTRON_OVERRIDE_DIST_PATH'] ?? '') !== '') return undefined;
  if ((env['DISPLAY'] ?? '') === '' && (env['WAYLAND_DISPLAY'] ?? '') === '')
    return 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
  if (process.getuid?.() === 0) return "Electron's sandbox does not run for root";
  return undefined;
}

/** The binary that starts here, downloaded first where that is possible. @returns {Promise<Found>} */
export async function findElectron(env = process.env) {
  const hindrance = noWindow(env);
  if (hindrance !== undefined) return { unavailable: hindrance };
  const fetched = await fetchBinary(env);
  if ('unavailable' in fetched) return fetched;
  const { path } = fetched;
  const probe = await run(path, ['--version'], { capture: true, echo: false, limitMs: 30_000, env: nodeEnvironment() });
  if (probe.code !== 0) {
    return {
      unavailable: `its binary does not start (${probe.startError ?? (probe.output.trim().split('\n').at(-1) || `exit code ${probe.code}`)})`,
    };
  }
  return { path };
}

/** Where the binary is; the package fetches it when it is asked for the first time. @param {NodeJS.ProcessEnv} env @returns {Promise<Found>} */
async function fetchBinary(env) {
  const present = existsSync(join(ROOT, 'node_modules', 'electron', 'path.txt'));
  if (!present && (env['ELECTRON_OVERRIDE_DIST_PATH'] ?? '') === '') note('fetching the Electron binary (about 110 MB, once)');
  let stop = () => {};
  let over = false;
  let beat;
  const answers = present ? Promise.resolve(true) : reachable();
  const limit = answers.then((yes) => setTimeout(() => ((over = true), stop()), yes ? DOWNLOAD_LIMIT_MS : UNREACHABLE_LIMIT_MS));
  const began = performance.now();
  if (!present) beat = setInterval(() => note(`still fetching, ${((performance.now() - began) / 1000).toFixed(0)} s`), 15_000);
  const asked = await runNode(['--input-type=module', '--eval', PRINT, join(ROOT, 'package.json')], {
    capture: true,
    echo: false,
    onStart: (end) => (stop = end),
  });
  clearInterval(beat);
  void limit.then(clearTimeout);
  const path = /^electron-binary=(.+)$/m.exec(asked.output)?.[1];
  if (path !== undefined) return { path };
  if (over) return { unavailable: 'its binary could not be fetched in time' };
  if (!(await answers)) return { unavailable: 'its binary could not be fetched (the place it comes from does not answer)' };
  const reason = /^\s*(?:\w*Error)\b[^\n]*$/m.exec(asked.output)?.[0].trim() ?? `exit code ${asked.code}`;
  return { unavailable: `its binary could not be fetched (${reason})` };
}
