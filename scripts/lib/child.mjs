// Child processes: output streamed live, a time limit, and signals passed on.
import { spawn } from 'node:child_process';

/** @type {Set<import('node:child_process').ChildProcess>} */
const alive = new Set();
/** @type {NodeJS.Signals | undefined} */
let stopped;

function pass(/** @type {NodeJS.Signals} */ signal) {
  stopped = signal;
  // A terminal sends Ctrl-C to the whole foreground group: a second one from here would read as "stop at once".
  if (signal === 'SIGINT' && process.stdin.isTTY === true) return;
  for (const child of alive) child.kill(signal);
}
process.on('SIGINT', () => pass('SIGINT'));
process.on('SIGTERM', () => pass('SIGTERM'));
process.on('SIGHUP', () => pass('SIGHUP'));

/** The signal that asked this script to end, if one did. */
export function stopSignal() {
  return stopped;
}

/**
 * @typedef {object} Ended
 * @property {number} code exit code; 128 + n after a signal, as a shell counts it; 127 when the program could not be started
 * @property {boolean} timedOut
 * @property {string} output the last 200 kB of what was captured ('' unless `capture`)
 * @property {string | undefined} startError why the program could not be started
 */

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{
 *   cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, limitMs?: number,
 *   capture?: boolean, echo?: boolean, onText?: (text: string) => void, onStart?: (stop: () => void) => void,
 * }} [options] `capture` keeps the output; `echo: false` keeps it off the terminal; `onText` sees it as it comes
 * @returns {Promise<Ended>}
 */
export function run(command, args, options = {}) {
  const { capture = false, echo = true, onText, onStart, limitMs, ...rest } = options;
  const piped = capture || !echo || onText !== undefined;
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...rest, stdio: piped ? ['inherit', 'pipe', 'pipe'] : 'inherit' });
    alive.add(child);
    let output = '';
    let timedOut = false;
    const take = (/** @type {NodeJS.WriteStream} */ to) => (/** @type {string} */ text) => {
      if (echo) to.write(text);
      if (capture) output = (output + text).slice(-200_000);
      onText?.(text);
    };
    child.stdout?.setEncoding('utf8').on('data', take(process.stdout));
    child.stderr?.setEncoding('utf8').on('data', take(process.stderr));
    const stop = () => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 5_000).unref();
    };
    const limit = limitMs === undefined ? undefined : setTimeout(() => ((timedOut = true), stop()), limitMs);
    const done = (/** @type {number} */ code, /** @type {string | undefined} */ startError) => {
      clearTimeout(limit);
      alive.delete(child);
      resolve({ code, timedOut, output, startError });
    };
    child.on('error', (error) => done(127, error.message));
    // 'close' waits for the pipes; a grandchild that keeps them open must not hold the script, so 'exit' sets a bound.
    child.on('exit', (code, signal) => {
      const value = code ?? 128 + (signalNumbers[/** @type {keyof typeof signalNumbers} */ (signal)] ?? 0);
      const late = setTimeout(() => done(value, undefined), 2_000);
      child.on('close', () => (clearTimeout(late), done(value, undefined)));
    });
    onStart?.(stop);
  });
}
