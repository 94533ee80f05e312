// npm start: installs what is missing, builds, starts the embedded simulator and opens the console.
//   npm start -- --no-simulator --port 7497    connects to a real TWS instead
//   npm start -- --browser                     the console in the browser although Electron is there
//   npm start -- --no-open                     prints the address and opens nothing
// Every other argument goes to the program.
import './lib/need-node.mjs';
import { openBrowser } from './lib/browser.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { run, stopSignal } from './lib/child.mjs';
import { findElectron } from './lib/electron.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { chooseNode, nodeEnvironment, ROOT } from './lib/node.mjs';
import { redirectFile } from './lib/redirect-file.mjs';
import { complain, main, note, step } from './lib/say.mjs';
import { runNode } from './lib/tool.mjs';

const OWN = ['--no-simulator', '--browser', '--no-open'];
/** A program that ends with an error this soon never showed a window. */
const AT_ONCE_MS = 5_000;
/** The program's exit code when another desk holds the data folder: the console in the browser would find the same one there. */
const FOLDER_IN_USE = 3;

/** @param {readonly string[]} args */
function programArguments(args) {
  const rest = args.filter((arg) => !OWN.includes(arg));
  return args.includes('--no-simulator') || rest.includes('--simulator') ? rest : ['--simulator', ...rest];
}

/** The exit code of the window's program, or why there was no window. @param {readonly string[]} args @returns {Promise<number | string>} */
async function inElectron(args) {
  const found = await findElectron();
  if ('unavailable' in found) return found.unavailable;
  step('Opening TriggerDesk');
  const began = performance.now();
  const ended = await run(found.path, [ROOT, ...args], {
    cwd: process.cwd(),
    env: nodeEnvironment(),
  });
  const atOnce = ended.code !== 0 && ended.code !== FOLDER_IN_USE && performance.now() - began < AT_ONCE_MS && stopSignal() === undefined;
  return atOnce ? `it ended at once with exit code ${ended.code}` : ended.code;
}

/** The same console, served to the browser by the daemon. @param {readonly string[]} args @param {boolean} open */
async function inBrowser(args, open) {
  step('Starting the desk; the console is served to the browser');
  let text = '';
  let told = false;
  /** @type {ReturnType<typeof redirectFile> | undefined} */
  let handed;
  const ended = await runNode(['src-main/daemon.ts', ...args], {
    onText: (more) => {
      text = (text + more).slice(-2_000);
      const url = /https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+\/?\S*(?=\s)/.exec(text)?.[0];
      if (!told && url !== undefined) {
        told = true;
        note('Ctrl-C stops the desk.');
        if (open) handed = redirectFile(url);
        if (handed !== undefined) openBrowser(handed.page);
      }
      // The address is used up: what leads there leads nowhere.
      if (/^Console \d+ was opened/m.test(text)) handed?.remove();
    },
  });
  handed?.remove();
  if (ended.code !== 0 && stopSignal() === undefined) complain(`The desk ended with exit code ${ended.code}.`, 'the lines above say why.');
  return ended.code;
}

await main(async () => {
  const given = process.argv.slice(2).filter((arg) => arg !== '--');
  await ensureInstalled();
  step(`Node ${chooseNode().version} runs the program`);
  await ensureBuilt();
  const args = programArguments(given);
  if (!given.includes('--browser')) {
    const result = await inElectron(args);
    if (typeof result === 'number') return result;
    note(`Electron is not available here: ${result}. The console opens in the browser instead.`);
  }
  return inBrowser(args, !given.includes('--no-open'));
});
