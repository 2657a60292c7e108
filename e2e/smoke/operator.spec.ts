// What an operator does to it while people use it: the commands of the server, in its containers. The only keyring is the one that
// was made on first start.
import { type Page, test } from '@playwright/test';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAccount, type Credentials, newCredentials, signUp } from '../lib/account.ts';
import { type Compose, docker, type Outcome } from '../lib/docker.ts';
import { civil, type Planner, today } from '../lib/planning.ts';
import { Load } from './load.ts';
import { expect, expectToday, Production, signIn, titles } from './production.ts';
import { expectReminder, remindAtSink, remindSoon } from './reminders.ts';

test.describe.configure({ mode: 'serial' });

const PASSPHRASE = 'orchard-kettle-9-lantern';

let production: Production;
let stack: Compose;
let url: string;
let me: Credentials;
/** The page of somebody who stays signed in throughout. */
let tab: Page;

test.beforeAll(async ({ browser }) => {
  production = await Production.prepare('operator', () => ({ BACKUP_PASSPHRASE: PASSPHRASE }));
  ({ stack, url } = production);
  await stack.up();
  tab = await browser.newPage({ baseURL: url, timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  me = await signUp(tab, { setup: await production.setupToken() });
  await (await signIn(url, me)).create({ title: 'Morning', steps: [{ title: 'Shower', minutes: 15 }], start: today() });
});

test.afterAll(async ({}, info) => production?.end(info));

/** A command of the server in its container; `more` are options of `docker compose exec`. */
const ran = (args: string[], { input, more = [] }: { input?: string; more?: string[] } = {}): Promise<Outcome> =>
  stack.outcome(['exec', '-T', ...more, 'server', 'server', ...args], { input });

/** What it reports as JSON: one line, and nothing beside it. */
async function report<T>(args: string[], code = 0, options?: Parameters<typeof ran>[1]): Promise<T> {
  const done = await ran(['--json', ...args], options);
  expect(done.code, `${args.join(' ')}: ${done.stdout}${done.stderr}`).toBe(code);
  expect(done.stdout).toMatch(/^[^\n]+\n$/);
  return JSON.parse(done.stdout) as T;
}

test('doctor finds nothing wrong in a container, and finds what is', async () => {
  interface Findings {
    failed: number;
    checks: { check: string; state: string }[];
  }
  const stateOf = ({ checks }: Findings, name: string) => checks.find(({ check }) => check === name)?.state;
  const well = await report<Findings>(['doctor', '--offline', '--full']);
  expect(well.checks.filter(({ state }) => state === 'fail')).toEqual([]);
  expect(well.failed).toBe(0);
  for (const name of ['configuration', 'files', 'disk', 'schema', 'integrity', 'keys', 'clock', 'valkey', 'backups']) {
    expect(stateOf(well, name), name).toMatch(/^(ok|warn)$/);
  }
  for (const name of ['configuration', 'files', 'schema', 'integrity', 'keys', 'valkey']) expect(stateOf(well, name), name).toBe('ok');

  const ill = await report<Findings>(['doctor', '--offline'], 1, { more: ['--env', 'VALKEY_URL=redis://nobody.invalid:6379'] });
  expect([ill.failed, stateOf(ill, 'valkey')]).toEqual([1, 'fail']);
  const unread = await report<Findings>(['doctor', '--offline'], 1, { more: ['--env', 'SMTP_URL_FILE=/run/secrets/smtp_url'] });
  expect(stateOf(unread, 'configuration')).toBe('fail');
  expect(JSON.stringify(unread)).toContain('SMTP_URL_FILE');
});

test('accounts are listed, made, reset, given rights and deleted from within the container', async () => {
  type Listed = { accounts: { id: string; email: string; role: string; sessions: number; has_password: boolean }[] };
  const listed = async (email: string) => (await report<Listed>(['account', 'list'])).accounts.find((each) => each.email === email);
  expect(await listed(me.email)).toMatchObject({ role: 'admin', has_password: true });

  const noor = newCredentials();
  const made = await report<{ id: string }>(['account', 'create', noor.email, '--password-file', '-'], 0, { input: `${noor.password}\n` });
  const by = await signIn(url, noor);
  expect(await listed(noor.email)).toMatchObject({ id: made.id, role: 'member', sessions: 1, has_password: true });
  expect(await report(['account', 'make-admin', noor.email])).toMatchObject({ changed: true });
  expect(await listed(noor.email)).toMatchObject({ role: 'admin' });

  // By a link, once; the password before is void, and who is signed in is not any more.
  const reset = await report<{ link: string; sessions_ended: number }>(['account', 'reset-password', noor.email]);
  expect(reset.sessions_ended).toBe(1);
  expect(reset.link).toContain(`${url}/`);
  await expect.poll(() => by.ask('GET', 'account').then(() => 'signed in', String)).toMatch(/: 401 /);
  await expect(signIn(url, noor)).rejects.toThrow(/401 .*wrong_credentials/);
  const again = { ...noor, password: `${noor.password}-again` };
  const [token] = new URL(reset.link).searchParams.values();
  const redeem = () =>
    fetch(`${url}/api/v1/password-resets`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ reset: token, password: again.password }),
      signal: AbortSignal.timeout(10_000),
    });
  expect((await redeem()).status).toBe(201);
  expect((await redeem()).status).toBe(403);
  await signIn(url, again);

  // 1: not done, and why. 2: makes no sense.
  expect(await report(['account', 'delete', noor.email], 1)).toMatchObject({ error: expect.stringContaining('--yes') });
  expect(await report(['account', 'make-admin', 'nobody@daymark.example'], 1)).toHaveProperty('error');
  expect(await report(['account', 'create', noor.email], 1)).toHaveProperty('error');
  for (const args of [['account', 'create', 'nobody'], ['account', 'fly'], ['account', 'list', '--limit', '0']]) {
    expect((await ran(args)).code, args.join(' ')).toBe(2);
  }
  expect((await ran(['account', 'list', '--help'])).code).toBe(0);

  expect(await report(['account', 'delete', noor.email, '--yes'])).toMatchObject({ id: made.id });
  expect(await listed(noor.email)).toBeUndefined();
  await expect(signIn(url, again)).rejects.toThrow(/401 .*wrong_credentials/);
  expect(await report<Listed>(['account', 'list'])).toMatchObject({ accounts: [{ email: me.email }] });
});

test('keys are rotated while people plan and reminders leave: nobody notices', async () => {
  type Keys = { keys: { version: number; current: boolean; wraps: number }[] };
  const by = await signIn(url, me);
  expect(await report<Keys>(['keys', 'list'])).toMatchObject({ keys: [{ version: 1, current: true }] });
  expect(await remindAtSink(by)).toMatchObject({ delivered: true });
  await remindSoon(by, 'Planned before');
  // What is made under way is sealed with keys that one master key or the other has wrapped.
  const newcomers: Credentials[] = [];
  const plans: string[] = [];
  const later = civil(2 * 24 * 60).date;
  const load = new Load(url, by, 4);
  let over = false;
  const planning = (async () => {
    for (let n = 1; !over; n += 1) {
      plans.push(`Plan ${n}`);
      await by.create({ title: plans.at(-1)!, steps: [{ title: 'Wait', minutes: 5 }], start: `${later}T09:00` });
      // A day shows 500 at most.
      await sleep(300);
    }
  })();
  try {
    for (const version of [2, 3, 4]) {
      const newcomer = newCredentials();
      const invited = (await report<{ link: string }>(['account', 'invite'])).link;
      const [invitation] = new URL(invited).searchParams.values();
      const [rotated] = await Promise.all([
        report<{ version: number; unopened: number }>(['keys', 'rotate']),
        createAccount(url, { ...newcomer, invitation }),
      ]);
      expect(rotated).toMatchObject({ version, unopened: 0 });
      newcomers.push(newcomer);
    }
    await remindSoon(by, 'Planned after');
    // Their key was never wrapped by the master key that the jobs have begun with.
    const newcomer = await signIn(url, newcomers.at(-1)!);
    expect(await remindAtSink(newcomer)).toMatchObject({ delivered: true });
    await remindSoon(newcomer, 'Planned by a newcomer');
  } finally {
    over = true;
    await Promise.all([planning, load.end()]);
  }
  expect(load.failed).toEqual([]);
  expect(load.answered).toBeGreaterThan(50);
  expect(plans.length).toBeGreaterThan(5);
  await expectReminder(stack, 'Planned before');
  await expectReminder(stack, 'Planned after');
  await expectReminder(stack, 'Planned by a newcomer');

  const { keys } = await report<Keys>(['keys', 'list']);
  expect(keys.map(({ version, current }) => [version, current])).toEqual([[1, false], [2, false], [3, false], [4, true]]);
  expect(keys.slice(0, -1).map(({ wraps }) => wraps)).toEqual([0, 0, 0]);
  expect((await titles(by, later)).toSorted()).toEqual(plans.toSorted());
  for (const newcomer of newcomers) await signIn(url, newcomer);
  await expectToday(tab, url, 'Morning');
});

/** All that is on the volumes: each file with its checksum, but for locks and what SQLite makes only to look. */
async function onVolumes(): Promise<string> {
  const mounts = ['--volume', `${stack.volume('sqlite_data')}:/database:ro`, '--volume', `${stack.volume('keys')}:/keys:ro`];
  const list = 'find /database /keys -type f ! -name "*.lock" ! -name .lock ! -name "*.use" ! -name "*-shm" -exec sha256sum {} + | sort -k 2';
  return docker(['run', '--rm', '--network', 'none', ...mounts, '--entrypoint', 'sh', '--user', '0', 'daymark-server', '-c', list]);
}

test('backup, everything wiped, restore by the passphrase alone: the same data, keys and sessions', async () => {
  const file = join(production.dir, 'backup.tar.gz.age');
  await stack.save(['exec', '-T', 'server', 'server', 'backup', '--to', '-'], file);
  chmodSync(file, 0o644);
  const by: Planner = await signIn(url, me);
  await by.create({ title: 'After the backup', steps: [{ title: 'Wait', minutes: 5 }], start: today() });
  const restore = (more: string[] = []) =>
    stack.outcome(['run', '--rm', '--no-deps', '-T', '--volume', `${file}:/tmp/backup:ro`, ...more, 'server', '--json', 'restore', '/tmp/backup']);

  const inUse = await restore();
  expect([inUse.code, inUse.stdout]).toEqual([1, expect.stringContaining('error')]);
  await stack.run(['stop', 'server', 'jobs']);
  const before = await onVolumes();
  expect(before).toContain('/keys/keyring.json');
  const refused = await restore(['--env', 'BACKUP_PASSPHRASE=another-one-42-entirely']);
  expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('passphrase')]);
  expect(await onVolumes(), 'a wrong passphrase changes nothing').toBe(before);

  await stack.down({ volumes: true });
  const restored = await restore();
  expect(restored.code, restored.stdout + restored.stderr).toBe(0);
  await stack.up();
  await expectToday(tab, url, 'Morning');
  await expect(tab.getByText('After the backup')).toHaveCount(0);
  // Signed in anew as well: what was sealed under the last key opens.
  expect(await titles(await signIn(url, me), civil().date)).toContain('Planned after');
  const { keys } = await report<{ keys: { version: number }[] }>(['keys', 'list']);
  expect(keys.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
});
