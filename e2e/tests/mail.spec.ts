// Mail as whoever gets it sees it: the page behind its unsubscribe address.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount, newCredentials } from '../lib/account.ts';
import { type Channel, Channels } from '../lib/channels.ts';
import { axe, screens } from '../lib/looks.ts';
import { type Mailbox, openMailbox } from '../lib/mailbox.ts';
import { mint, Planner } from '../lib/planning.ts';
import { answers, freePort, Program } from '../lib/processes.ts';
import { clientFolder, serverProgram } from '../lib/stack.ts';
import { expect, test } from '../lib/test.ts';

let data: string;
let mailbox: Mailbox;
let server: Program;
let url: string;

test.beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'daymark-mail-'));
  mailbox = await openMailbox();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  // One click works by HTTPS only: mail names that address, and the test goes to its path.
  const env = { DATA_DIR: data, CLIENT_DIR: clientFolder(), BIND: `127.0.0.1:${port}`, PUBLIC_URL: 'https://day.example.org', REGISTRATION: 'open', SMTP_URL: mailbox.url, MAIL_FROM: 'day@daymark.example' };
  server = new Program('mail-server', [serverProgram(), 'all'], env);
  await server.until('it answers', () => answers(`${url}/readyz`));
});

test.afterAll(async () => {
  await server?.stop();
  await mailbox?.close();
  rmSync(data, { recursive: true, force: true });
});

test('whoever wants no more mail presses once, and sees that it is so', async ({ page }) => {
  const setup = server.output().match(/setup=([\w-]+)/)?.[1];
  const account = await createAccount(url, { ...newCredentials(), setup });
  const planner = new Planner(url, account.accessToken);
  const channels = new Channels(planner);
  const channel = await planner.ask<Channel>('POST', 'channels', { id: mint(), name: 'Mailbox', target: { email: { address: account.email } } });
  expect(await channels.test(channel)).toMatchObject({ delivered: true });
  const path = mailbox.mails[0]?.match(/^List-Unsubscribe: <https:\/\/day\.example\.org(\/\S+)>/m)?.[1];

  await page.goto(`${url}${path}`);
  await expect(page.getByRole('heading', { name: 'Mail from Daymark' })).toBeVisible();
  await axe(page);
  for (const [name, viewport] of [['phone', { width: 390, height: 844 }], ['desktop', { width: 1280, height: 800 }]] as const) {
    await page.setViewportSize(viewport);
    await screens(page, `mail-unsubscribe-${name}`);
  }
  // The sheet of styles is there.
  const button = page.getByRole('button', { name: 'Send no more mail' });
  await expect(button).toHaveCSS('border-radius', '12px');
  expect((await channels.get(channel)).ended ?? null).toBeNull();
  await button.click();
  await expect(page.getByText('No more mail is sent to this mailbox')).toBeVisible();
  await screens(page, 'mail-unsubscribed-desktop');
  await axe(page);
  expect((await channels.get(channel)).ended).toMatchObject({ reason: 'unsubscribed' });
});
