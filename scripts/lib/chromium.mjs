// The browser of the end-to-end tests: Debian's chromium, installed when this is root on a Debian-like system.
import { existsSync } from 'node:fs';
import { run } from './child.mjs';
import { elapsed, Failure, note, step } from './say.mjs';

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** A chromium on this machine, or undefined. TRIGGERDESK_CHROMIUM names one elsewhere. */
function findChromium() {
  const named = process.env['TRIGGERDESK_CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (!existsSync(named))
      throw new Failure(`TRIGGERDESK_CHROMIUM names ${named}, which does not exist.`, 'correct or unset the variable.');
    return named;
  }
  return USUAL.find((path) => existsSync(path));
}

/** Path of a chromium, installed first where that is possible. */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  const apt = process.platform === 'linux' && existsSync('/usr/bin/apt-get');
  if (!apt || process.getuid?.() !== 0) {
    throw new Failure(
      'The end-to-end tests need a chromium and none was found.',
      apt
        ? 'sudo apt-get install chromium'
        : 'install Chrome or Chromium, or name one in TRIGGERDESK_CHROMIUM; "npm test -- --fast" leaves these tests out.',
    );
  }
  step('Installing chromium (apt-get); about a minute');
  const began = performance.now();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, capture: true, echo: false, limitMs: 600_000 };
  const update = await run('apt-get', ['update'], options);
  const install = await run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], options);
  const path = findChromium();
  if (install.code !== 0 || path === undefined) {
    const said = `${update.output}\n${install.output}`
      .split('\n')
      .filter((line) => /^(E|W|Err)[: ]/.test(line))
      .slice(-6);
    const why = said.length > 0 ? said : [`apt-get ended with code ${install.code}, and there is no chromium in its usual places`];
    throw new Failure(
      ['apt-get could not install chromium:', ...why].join('\n    '),
      'check the package sources and the network, or install it by hand: apt-get install chromium',
    );
  }
  note(`installed in ${elapsed(began)}`);
  return path;
}
