// `test` and `expect` as the specs use them: pages know the stack, and a page that breaks the policy or panics fails.
import { test as base } from '@playwright/test';
import { someAddress } from './account.ts';

export { expect } from '@playwright/test';
export type { Page } from '@playwright/test';

export const test = base.extend<{ soundPages: void }>({
  // The environment is set by the global set-up, after the configuration has been read.
  baseURL: async ({}, use) => use(process.env.DAYMARK_URL),

  extraHTTPHeaders: async ({}, use) => use({ 'X-Forwarded-For': someAddress() }),

  soundPages: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      context.on('weberror', (error) => complaints.push(String(error.error())));
      context.on('console', (message) => {
        if (/Content Security Policy|panicked at|valid digest|preloaded/i.test(message.text())) complaints.push(message.text());
      });
      await use();
      test.expect(complaints, 'errors in the browser').toEqual([]);
    },
    { auto: true },
  ],
});
