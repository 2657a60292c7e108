// The containers of production, for real: make smoke
import config from './playwright.config.ts';

export default {
  ...config,
  testDir: 'smoke',
  outputDir: 'test-results/smoke',
  globalSetup: undefined,
  workers: 1,
  // Each goes on from where the one before has ended: tried again are all of them. What failed at first is named as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 400_000,
  globalTimeout: 50 * 60_000,
};
