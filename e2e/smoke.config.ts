// The containers of production, for real: make smoke
import config from './playwright.config.ts';

export default {
  ...config,
  testDir: 'smoke',
  outputDir: 'test-results/smoke',
  globalSetup: undefined,
  workers: 1,
  // Each goes on from where the one before has ended.
  retries: 0,
  timeout: 400_000,
  globalTimeout: 40 * 60_000,
};
