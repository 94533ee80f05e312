// Counts of what passed, failed and was skipped, and the one line that closes a run.

/** @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number }} Tally */

/** @type {Tally} */
export const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/** @param {Tally} a @param {Tally} b @returns {Tally} */
export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** A step without tests of its own. @param {boolean} passed @returns {Tally} */
export function single(passed) {
  return passed ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * A run that ended badly never counts as all passed: an error outside any test (a file that does not load, an unhandled rejection,
 * a crash before the report) is one failure.
 * @param {Tally} counted @param {number} exitCode @returns {Tally}
 */
function honest(counted, exitCode) {
  return exitCode !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}

/** @param {any} report vitest's JSON report, undefined when it wrote none @param {number} exitCode @returns {Tally} */
export function fromVitest(report, exitCode) {
  if (report === undefined) return single(false);
  const brokenFiles = report.testResults.filter(
    (/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.every((/** @type {any} */ t) => t.status !== 'failed'),
  ).length;
  return honest(
    {
      passed: report.numPassedTests,
      failed: report.numFailedTests + brokenFiles,
      skipped: report.numPendingTests + report.numTodoTests,
    },
    exitCode,
  );
}

/** @param {any} report Playwright's JSON report, undefined when it wrote none @param {number} exitCode @returns {Tally} */
export function fromPlaywright(report, exitCode) {
  if (report === undefined) return single(false);
  const { expected, unexpected, flaky, skipped } = report.stats;
  return honest({ passed: expected + flaky, failed: unexpected + report.errors.length, skipped }, exitCode);
}

/** `12 passed, 0 failed`, with `, 3 skipped` when there are any. @param {Tally} tally */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
