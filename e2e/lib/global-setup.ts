// One stack for all tests: each test makes accounts of its own, so that none meets another's things.
// The first account, the admin, is made here by the printed link; tests find it in `ADMIN`.
import { rmSync } from 'node:fs';
import { ADMIN, createAccount } from './account.ts';
import { LOGS } from './processes.ts';
import { startStack } from './stack.ts';

export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  rmSync(LOGS, { recursive: true, force: true });
  // For the tests of nginx alone, which bring what stands behind it.
  if (process.env.DAYMARK_STACK === 'none') return undefined;
  const stack = await startStack();
  try {
    process.env.DAYMARK_URL = stack.url;
    process.env.DAYMARK_SERVER_URL = stack.serverUrl;
    process.env.DAYMARK_DATA_DIR = stack.dataDir;
    process.env.DAYMARK_PUSH = stack.push;
    process.env.DAYMARK_OTHER_PUSH = stack.otherPush;
    await createAccount(stack.url, { ...ADMIN, setup: new URL(stack.setupLink).searchParams.get('setup') ?? '' });
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return () => stack.stop();
}
