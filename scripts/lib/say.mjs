// What the scripts tell the person at the terminal: a line per step, and for a failure its cause and its fix.

const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
/** @param {string} code @param {string} text */
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
const began = performance.now();

/** Seconds since the script began, as `12.3 s`. */
export function elapsed(since = began) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** @param {string} text */
export function step(text) {
  console.log(`${paint('36;1', '▸')} ${paint('1', text)}`);
}

/** @param {string} text */
export function note(text) {
  console.log(`  ${text}`);
}

/** Something the person can mend: what went wrong, and what to do about it. */
export class Failure extends Error {
  /** @param {string} cause @param {string} fix @param {number} [exitCode] */
  constructor(cause, fix, exitCode = 1) {
    super(cause);
    this.fix = fix;
    this.exitCode = exitCode;
  }
}

/** @param {string} cause @param {string} fix */
export function complain(cause, fix) {
  console.error(`${paint('31;1', '✗')} ${cause}`);
  if (fix !== '') console.error(`  Fix: ${fix}`);
}

/**
 * Runs a script's body: its result is the exit code, a Failure is told in words, anything else is a defect of the script itself.
 * @param {() => Promise<number>} body
 */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (error instanceof Failure) {
      complain(error.message, error.fix);
      process.exitCode = error.exitCode;
    } else {
      complain(
        `A defect in the script itself: ${error instanceof Error ? error.stack : String(error)}`,
        'please report it with the lines above.',
      );
      process.exitCode = 70;
    }
  }
}
