import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  // One desk at a time: each starts a gateway, a main process and a browser.
  workers: 1,
  fullyParallel: false,
  // A test that passes on the second try has found a race.
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
});
