import { expect, test } from 'vitest';
import { type DeskOptions, parseOptions } from '#app/options';

function read(...args: readonly string[]): DeskOptions | string {
  const options = parseOptions(args);
  if (!options.ok) return options.error;
  return options.value === 'help' ? 'help' : options.value;
}

test('a live account is allowed by --live alone', () => {
  expect(read()).toMatchObject({ live: false, simulator: false });
  expect(read('--simulator')).toMatchObject({ live: false, simulator: true });
  expect(read('--live')).toMatchObject({ live: true, simulator: false });
});

test.each([
  [['--simulator', '--port', '7496'], '--simulator is embedded; leave --host and --port away, or use --no-simulator.'],
  [['--simulator', '--host', '127.0.0.1'], '--simulator is embedded; leave --host and --port away, or use --no-simulator.'],
  [['--tape', 'a.csv'], '--tape and --speed belong to --simulator.'],
  [['--speed', 'max'], '--tape and --speed belong to --simulator.'],
])('%s says one thing and means another: it is not started', (args, refusal) => {
  expect(read(...args)).toBe(refusal);
});

test.each(['0', '65536', '74.5', 'x', ''])('--port %s is no port', (port) => {
  expect(read('--port', port)).toBe(`--port takes a whole number from 1 to 65535, not "${port}".`);
});

test('an option that nobody knows ends the start instead of being passed over', () => {
  expect(read('--lvie')).toContain('--help');
  expect(read('live')).toContain('--help');
});
