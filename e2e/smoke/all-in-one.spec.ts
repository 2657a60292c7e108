// The quickest way in: one container and one volume.
import { test } from '@playwright/test';
import { createAccount, newCredentials } from '../lib/account.ts';
import { docker } from '../lib/docker.ts';
import { civil, Planner, today } from '../lib/planning.ts';
import { freePort } from '../lib/processes.ts';
import { expect, signIn, titles } from './production.ts';

const NAME = `daymark-smoke-all-in-one-${process.pid}`;

test.afterEach(async () => {
  await docker(['rm', '--force', '--volumes', NAME]).catch((error: unknown) => console.error(error));
  await docker(['volume', 'rm', '--force', NAME]).catch((error: unknown) => console.error(error));
});

test('all in one: one container and one volume', async () => {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const confined = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const start = () => docker(['run', '--detach', '--name', NAME, '--publish', `127.0.0.1:${port}:4000`, '--volume', `${NAME}:/app/database`, '--env', `PUBLIC_URL=${url}`, ...confined, 'daymark-all-in-one']);
  const healthy = () => expect.poll(() => docker(['inspect', '--format', '{{.State.Health.Status}}', NAME]), { timeout: 30_000 }).toBe('healthy\n');
  await start();
  await healthy();
  const setup = (await docker(['logs', NAME], { both: true })).match(/setup=(\S+)/)?.[1];
  const account = await createAccount(url, { ...newCredentials(), setup });
  await new Planner(url, account.accessToken).create({ title: 'Evening', steps: [{ title: 'Read', minutes: 20 }], start: today() });
  await docker(['rm', '--force', NAME]);
  await start();
  await healthy();
  expect(await titles(await signIn(url, account), civil().date)).toEqual(['Evening']);
  expect((await fetch(url)).headers.get('content-type')).toBe('text/html; charset=utf-8');
});
