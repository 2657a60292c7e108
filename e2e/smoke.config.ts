// The containers of production, for real: make smoke
import config from './playwright.config.ts';

export default {
  ...config,
  testDir: 'smoke',
  outputDir: 'test-results/smoke',
  globalSetup: undefined,
  // Everything else runs what these have built: with --no-deps, or a test of a name, what is there already.
  projects: [
    { name: 'images', testMatch: 'images.spec.ts' },
    { name: 'running', testIgnore: 'images.spec.ts', dependencies: ['images'] },
  ],
  // The machine may be busy building.
  use: { ...config.use, navigationTimeout: 60_000, actionTimeout: 30_000 },
  workers: 1,
  // Each goes on from where the one before in its file has ended: tried again are all of them. What failed at first is named as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 400_000,
  globalTimeout: 75 * 60_000,
};
