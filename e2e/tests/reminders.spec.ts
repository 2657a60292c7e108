// Reminders as a person meets them: on the sheet of a routine, in the settings, on their page, and on the way from a
// message into a run. What channels and lost reminders look like is played by the test; what is saved is saved.
import { createECDH, createHash } from 'node:crypto';
import { signUp, type SignedIn } from '../lib/account.ts';
import { axe, screens } from '../lib/looks.ts';
import { civil, mint, today } from '../lib/planning.ts';
import { expect, test, type Page } from '../lib/test.ts';

// Each test looks at a screen in both themes and sizes: that takes its time on a busy machine.
test.describe.configure({ timeout: 120_000 });

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
const NOW = () => new Date().toISOString();
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

interface Reminders {
  offsets: number[];
  again?: { every: number; times: number };
}

const headers = (who: SignedIn) => ({ Authorization: `Bearer ${who.accessToken}` });

/** What is said at the edge of the screen. */
const said = (page: Page, text: string) => page.getByRole('region', { name: 'Messages' }).getByText(text);

async function makeRoutine(page: Page, who: SignedIn, more: object = {}): Promise<string> {
  const id = mint();
  const response = await page.request.post('/api/v1/routines', {
    headers: headers(who),
    data: {
      id,
      title: 'Morning start',
      colour: 'sun',
      icon: 'sun',
      steps: [{ id: mint(), title: 'Glass of water', minutes: 5 }, { id: mint(), title: 'Stretch', minutes: 10 }],
      schedule: { start: today('07:00'), zone: 'mine', repeat: 'FREQ=DAILY' },
      ...more,
    },
  });
  expect(response.status(), await response.text()).toBe(201);
  return id;
}

async function reminders(page: Page, who: SignedIn, id: string): Promise<Reminders> {
  const response = await page.request.get(`/api/v1/routines/${id}`, { headers: headers(who) });
  return ((await response.json()) as { reminders: Reminders }).reminders;
}

const channel = (n: number, kind: string, more: object) => ({
  id: `01890a5d-ac96-774b-bcce-b302099a90${10 + n}`,
  kind,
  role: 'always',
  position: n,
  ended: null,
  last_success_at: null,
  last_error: null,
  created_at: '2026-11-01T07:00:00Z',
  revision: 1,
  ...more,
});

const CHANNELS = () => [
  channel(0, 'push', { name: 'Firefox on Linux', target: { push: { host: 'push.example', fingerprint: '00ff' } }, last_success_at: ago(5) }),
  channel(1, 'ntfy', {
    name: 'Phone',
    target: { ntfy: { server: 'https://ntfy.sh', topic: 'day-4f9c2a7be1', priority: 4 } },
    last_success_at: ago(3000),
    last_error: { at: ago(90), reason: 'silent' },
  }),
  channel(2, 'push', {
    name: 'Chrome on Android',
    target: { push: { host: 'push.example', fingerprint: '11ff' } },
    ended: { at: ago(600), reason: 'gone' },
  }),
  channel(3, 'webhook', { name: 'Lamp', role: 'fallback', target: { webhook: { url: 'https://home.example/lamp' } } }),
];

/** Plays the channels of an account; what is asked of them is kept. */
async function playChannels(page: Page, channels: object[] = CHANNELS()) {
  const asked: { method: string; path: string; body: unknown }[] = [];
  await page.route(/\/api\/v1\/(channels(\/.*)?|channel-offer)$/, async (route) => {
    const request = route.request();
    const path = new URL(request.url()).pathname.replace('/api/v1/', '');
    if (request.method() !== 'GET') asked.push({ method: request.method(), path, body: request.postDataJSON() as unknown });
    if (path === 'channel-offer') return route.fulfill({ json: { push: { key: 'BLMb' }, email: true } });
    if (path.endsWith('/test')) return route.fulfill({ json: { delivered: false, reason: 'unreachable' } });
    if (request.method() === 'DELETE') return route.fulfill({ status: 204 });
    if (request.method() === 'GET') return route.fulfill({ json: { items: channels, next: null } });
    const target = (request.postDataJSON() as { target?: { webhook?: object } } | null)?.target;
    const made = channel(9, 'webhook', { name: 'Lamp', target: { webhook: { url: 'https://home.example/lamp' } }, secret: 'whsec_bGFudGVybg==' });
    return route.fulfill({ status: target ? 201 : 200, json: made });
  });
  return asked;
}

const lost = (n: number, more: object) => ({
  id: `01890a5d-ac96-774b-bcce-b302099a80${10 + n}`,
  routine: '01890a5d-ac96-774b-bcce-b302099a8057',
  occurrence: '1-20261118T0700',
  title: 'Morning start',
  colour: 'sun',
  icon: 'sun',
  channel: { id: '01890a5d-ac96-774b-bcce-b302099a9011', name: 'Phone', kind: 'ntfy' },
  due_at: ago(200),
  starts_at: ago(200),
  state: 'failed',
  late: false,
  reason: 'unreachable',
  told_elsewhere: false,
  settled_at: NOW(),
  ...more,
});

/** Plays the lists of reminders. */
async function playReminders(page: Page, missed: object[], upcoming: object[]) {
  const asked: string[] = [];
  await page.route(/\/api\/v1\/reminders(\/.*|\?.*)?$/, async (route) => {
    const request = route.request();
    const url = new URL(request.url());
    if (request.method() === 'POST') {
      asked.push(url.pathname.replace('/api/v1/', ''));
      missed.splice(0, url.pathname.endsWith('reminders/dismiss') ? missed.length : 1);
      return route.fulfill({ status: 204 });
    }
    return route.fulfill({ json: { items: url.searchParams.get('list') === 'missed' ? missed : upcoming, next: null } });
  });
  return asked;
}

test('a routine reminds when its person wants it to, in words and on the server', async ({ page }) => {
  const who = await signUp(page);
  const id = await makeRoutine(page, who);
  await page.goto(`/routines/${id}`);
  const sheet = page.getByRole('dialog', { name: 'Edit routine' });
  await expect(sheet.getByText('Reminds at the start.')).toBeVisible({ timeout: 20_000 });

  await sheet.getByRole('button', { name: '10 min before' }).click();
  await expect(sheet.getByText('Reminds at the start and 10 minutes before.')).toBeVisible();
  await sheet.getByRole('button', { name: 'Other' }).click();
  await sheet.getByLabel('How long before').fill('9');
  await sheet.getByLabel('Unit').selectOption('days');
  await sheet.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(sheet.getByText('From 1 minute to 7 days.')).toBeVisible();
  await sheet.getByLabel('How long before').fill('2');
  await sheet.getByLabel('How long before').press('Enter');
  await expect(sheet.getByRole('button', { name: '2 days before' })).toHaveAttribute('aria-pressed', 'true');
  await sheet.getByRole('switch', { name: 'Remind again until I start' }).click();
  await sheet.getByLabel('At most').selectOption('2 times');
  await expect(sheet.getByText('then every 5 min until started, at most 2 times.')).toBeVisible();
  await axe(page);
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    await sheet.getByText('Remind me', { exact: true }).scrollIntoViewIfNeeded();
    await screens(page, `reminders-editor-${name}`);
  }

  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(said(page, 'Saved.')).toBeVisible();
  expect(await reminders(page, who, id)).toEqual({ offsets: [0, 10, 2880], again: { every: 5, times: 2 } });

  await page.goto(`/routines/${id}`);
  for (const chip of ['At the start', '10 min before', '2 days before']) await sheet.getByRole('button', { name: chip }).click();
  await expect(sheet.getByText('Does not remind.')).toBeVisible();
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(said(page, 'Saved.')).toBeVisible();
  expect(await reminders(page, who, id)).toEqual({ offsets: [] });
});

test('five reminders are enough', async ({ page }) => {
  const who = await signUp(page);
  const id = await makeRoutine(page, who, { reminders: { offsets: [0, 5, 10, 15, 30] } });
  await page.goto(`/routines/${id}`);
  const sheet = page.getByRole('dialog', { name: 'Edit routine' });
  await expect(sheet.getByText('Five at most.')).toBeVisible();
  await expect(sheet.getByRole('button', { name: '1 h before' })).toBeDisabled();
  await sheet.getByRole('button', { name: '5 min before', exact: true }).click();
  await expect(sheet.getByRole('button', { name: '1 h before' })).toBeEnabled();
});

test('the settings show every way that reminders take, and how it fares', async ({ page }) => {
  await signUp(page);
  const asked = await playChannels(page);
  await page.goto('/settings');
  const list = page.getByRole('region', { name: 'Where reminders go' });
  await expect(list.getByText('ntfy · ntfy.sh/day-4f9c2a7be1 · last delivered 2 days ago')).toBeVisible();
  await expect(list.getByText('The other end did not answer in time.')).toBeVisible();
  await expect(list.getByText('Turn them on there again.')).toBeVisible();
  await expect(list.getByText('Only as a fallback')).toBeVisible();
  await axe(page);
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    await page.getByRole('heading', { name: 'Reminders on this browser' }).scrollIntoViewIfNeeded();
    await page.evaluate(() => document.getElementById('reminders')?.scrollIntoView());
    await screens(page, `reminders-settings-${name}`);
    await page.evaluate(() => document.getElementById('quiet')?.scrollIntoView());
    await screens(page, `reminders-quiet-${name}`);
  }

  await list.getByRole('button', { name: 'Send a test to Phone' }).click();
  await expect(said(page, 'The test to Phone did not get through. There was no connection to it.')).toBeVisible();
  await list.getByRole('button', { name: 'Phone: rename, order, remove' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('dialog', { name: 'Remove Phone?' }).getByRole('button', { name: 'Remove' }).click();
  await expect(said(page, 'Phone is removed.')).toBeVisible();
  await list.getByRole('button', { name: 'Lamp: rename, order, remove' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Only as a fallback' }).click();
  await expect.poll(() => asked.map(({ method, path }) => `${method} ${path.slice(0, 8)}`)).toEqual(['POST channels', 'DELETE channels', 'PATCH channels']);
  expect(asked[2]?.body).toEqual({ role: 'always' });
});

test('a webhook is added, and its secret is shown once', async ({ page }) => {
  const who = await signUp(page);
  await page.goto('/settings');
  const list = page.getByRole('region', { name: 'Where reminders go' });
  await expect(list.getByText('Nowhere yet.')).toBeVisible();
  await list.getByRole('button', { name: 'Add a webhook' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a webhook' });
  await dialog.getByRole('button', { name: 'Add' }).click();
  await expect(dialog.getByLabel('Address')).toBeFocused();
  await expect(dialog.getByText('Fill this in.')).toBeVisible();
  await axe(page);
  await dialog.getByLabel('Address').fill('https://home.example/lamp');
  await dialog.getByRole('button', { name: 'Add' }).click();
  const secret = page.getByRole('dialog', { name: 'Secret' });
  await expect(secret.getByText(/^whsec_/)).toBeVisible();
  await axe(page);
  await page.setViewportSize(SIZES.phone);
  await screens(page, 'reminders-secret-phone');
  await secret.getByRole('button', { name: 'Close' }).last().click();
  await expect(secret).toBeHidden();
  const response = await page.request.get('/api/v1/channels', { headers: headers(who) });
  const { items } = (await response.json()) as { items: object[] };
  expect(items).toEqual([expect.objectContaining({ name: 'Webhook', target: { webhook: { url: 'https://home.example/lamp' } }, role: 'always' })]);
  await expect(list.getByText('Webhook · https://home.example/lamp · nothing sent yet')).toBeVisible();
  await list.getByRole('button', { name: 'Webhook: rename, order, remove' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  const rename = page.getByRole('dialog', { name: 'Rename' });
  await rename.getByLabel('Name').fill('Lamp in the hall');
  await rename.getByRole('button', { name: 'Save' }).click();
  await expect(list.getByText('Lamp in the hall')).toBeVisible();

  await list.getByRole('button', { name: 'Add ntfy' }).click();
  const ntfy = page.getByRole('dialog', { name: 'Add ntfy' });
  await ntfy.getByLabel('Topic').fill('my day');
  await ntfy.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(ntfy.getByLabel('Topic')).toBeFocused();
  await axe(page);
  await screens(page, 'reminders-ntfy-phone');
  await ntfy.getByLabel('Topic').fill('my-day');
  await ntfy.getByRole('combobox', { name: 'How loud' }).selectOption('2');
  await ntfy.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(ntfy).toBeHidden();
  await list.getByRole('button', { name: 'ntfy: rename, order, remove' }).click();
  await page.getByRole('menuitem', { name: 'How loud' }).click();
  const loud = page.getByRole('dialog', { name: 'How loud' });
  await expect(loud.getByRole('combobox')).toHaveValue('2');
  await loud.getByRole('combobox').selectOption('5');
  await loud.getByRole('button', { name: 'Save' }).click();
  await expect(loud).toBeHidden();
  const target = { ntfy: { server: 'https://ntfy.sh', topic: 'my-day', priority: 5 } };
  await expect
    .poll(async () => {
      const response = await page.request.get('/api/v1/channels', { headers: headers(who) });
      return ((await response.json()) as { items: { target: object }[] }).items.at(-1)?.target;
    })
    .toEqual(target);
});

test('when it is quiet is kept', async ({ page }) => {
  const who = await signUp(page);
  await playChannels(page, []);
  await page.goto('/settings');
  const card = page.getByRole('region', { name: 'When it is quiet' });
  await card.getByRole('switch', { name: 'Quiet hours every day' }).click();
  await card.getByLabel('To', { exact: true }).fill('06:30');
  await card.getByLabel('To', { exact: true }).blur();
  await card.getByRole('switch', { name: 'Keep titles out of messages' }).click();
  await card.getByRole('button', { name: 'Add' }).click();
  await expect(card.getByText('Choose two days, the first one first.')).toBeVisible();
  await card.getByLabel('First day').fill('2099-12-24');
  await card.getByLabel('Last day').fill('2099-12-26');
  await card.getByRole('button', { name: 'Add' }).click();
  await expect(card.getByText('Thu, 24 Dec 2099 – Sat, 26 Dec 2099')).toBeVisible();
  await expect
    .poll(async () => {
      const response = await page.request.get('/api/v1/reminder-settings', { headers: headers(who) });
      return ((await response.json()) as { settings: unknown }).settings;
    })
    .toMatchObject({
      quiet: { from: '22:00:00', to: '06:30:00' },
      hide_titles: true,
      vacations: [{ from: '2099-12-24', to: '2099-12-26' }],
    });
  await page.reload();
  await expect(card.getByLabel('To', { exact: true })).toHaveValue('06:30');
  await axe(page);
});

test('what was missed says why, and what to do', async ({ page }) => {
  await signUp(page);
  const missed = [
    lost(0, {}),
    lost(1, { channel: { id: '01890a5d-ac96-774b-bcce-b302099a9010', name: 'Firefox on Linux', kind: 'push' }, reason: 'gone' }),
    lost(2, { occurrence: '1-20261117T2130', title: 'Reading', colour: 'plum', icon: 'book-open', state: 'expired', reason: 'too_late', due_at: ago(900) }),
    lost(3, { occurrence: '1-20261117T1700', title: 'Gym', colour: 'leaf', icon: 'dumbbell', state: 'sent', late: true, reason: null, due_at: ago(1200), settled_at: ago(1180) }),
  ];
  const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const upcoming = [
    lost(4, { title: 'Lunch walk', colour: 'leaf', state: 'pending', reason: null, due_at: soon(50), starts_at: soon(60) }),
    lost(5, { title: 'Lunch walk', colour: 'leaf', state: 'pending', reason: null, due_at: soon(50), starts_at: soon(60), channel: { id: '01890a5d-ac96-774b-bcce-b302099a9010', name: 'Firefox on Linux', kind: 'push' } }),
    lost(6, { title: 'Morning start', state: 'pending', reason: null, due_at: soon(1500), starts_at: soon(1500) }),
  ];
  const asked = await playReminders(page, missed, upcoming);
  await page.goto('/');
  await page.getByRole('link', { name: 'Reminders, 3 missed' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Reminders' })).toBeVisible();
  const list = page.getByRole('region', { name: 'Missed' });
  await expect(list.getByRole('listitem')).toHaveCount(3);
  await expect(list.getByText('Phone: There was no connection to it. Check the address.')).toBeVisible();
  await expect(list.getByText('Firefox on Linux: That browser takes no reminders any more.')).toBeVisible();
  await expect(page.getByRole('region', { name: 'In the next two days' }).getByText('10 min before · Phone · Firefox on Linux')).toBeVisible();
  await axe(page);
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    await screens(page, `reminders-missed-${name}`);
  }

  await list.getByRole('button', { name: 'Dismiss Morning start' }).click();
  await expect.poll(() => asked).toEqual(['reminders/01890a5d-ac96-774b-bcce-b302099a8010/dismiss']);
  await list.getByRole('button', { name: 'Dismiss all' }).click();
  await expect(list.getByText('Nothing was missed.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Reminders', exact: true })).toBeVisible();
  await axe(page);
});

test('a reminder leads into the run, and back to where one was', async ({ page }) => {
  const who = await signUp(page);
  const id = await makeRoutine(page, who, { schedule: { start: today(), zone: 'mine' } });
  const key = `1-${today().replaceAll(/[-:]/g, '')}`;
  await page.goto(`/start/${id}/${key}`);
  await expect(page).toHaveURL(/\/run\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { name: 'Glass of water' })).toBeVisible();
  const run = page.url();
  await page.goto(`/start/${id}/${key}`);
  await expect(page).toHaveURL(run);

  // What is gone since leads to its day.
  await page.goto(`/start/${mint()}/${key}`);
  await expect(said(page, 'That has been changed since. Here is its day.')).toBeVisible();
  await expect(page).toHaveURL('/');
  await page.goto(`/start/${id}/7-20991118T0700`);
  await expect(page).toHaveURL('/day/2099-11-18');
});

test('what begins much later is started only when that is meant', async ({ page }) => {
  const who = await signUp(page);
  const tomorrow = civil(24 * 60).date;
  const id = await makeRoutine(page, who, { schedule: { start: `${tomorrow}T23:00`, zone: 'mine' } });
  const path = `/start/${id}/1-${tomorrow.replaceAll('-', '')}T2300`;
  const started: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/runs')) started.push(request.url());
  });
  await page.goto(path);
  await expect(page.getByRole('heading', { name: 'Morning start begins tomorrow at 23:00. Start it now?' })).toBeVisible();
  expect(started).toEqual([]);
  await axe(page);
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    await screens(page, `reminders-start-${name}`);
  }
  await page.getByRole('link', { name: 'Show the day' }).click();
  await expect(page).toHaveURL(`/day/${tomorrow}`);
  expect(started).toEqual([]);

  await page.goto(path);
  await page.getByRole('button', { name: 'Start now' }).click();
  await expect(page).toHaveURL(/\/run\/[0-9a-f-]{36}$/);
  const run = page.url();
  expect(started).toHaveLength(1);
  // It goes on now: nothing is asked.
  await page.goto(path);
  await expect(page).toHaveURL(run);
});

test('when no device gets reminders any more, their page and Today say so', async ({ page }) => {
  await signUp(page);
  const ended = (n: number) =>
    channel(n, 'push', { name: `Browser ${n}`, target: { push: { host: 'push.example', fingerprint: `${n}1ff` } }, ended: { at: ago(600), reason: 'gone' } });
  const channels = [ended(0), channel(1, 'ntfy', { name: 'Phone', target: { ntfy: { server: 'https://ntfy.sh', topic: 'day', priority: 4 } } })];
  await playChannels(page, channels);
  // As many as one page of the list holds, and there are more.
  const missed = Array.from({ length: 100 }, (_, n) => lost(0, { id: mint(), routine: mint(), title: `Routine ${n}` }));
  let next: string | null = 'more';
  await page.route(/\/api\/v1\/reminders\?.*$/, (route) => {
    const all = route.request().url().includes('list=missed') ? { items: missed, next } : { items: [], next: null };
    return route.fulfill({ json: all });
  });
  const text = page.getByText('No device gets your reminders any more.');
  const more = page.getByText('More than 100 were missed. Here are the newest.');
  await page.goto('/reminders');
  await expect(page.getByRole('region', { name: 'Missed' }).getByRole('listitem')).toHaveCount(100);
  await expect(more).toBeVisible();
  await expect(text).toBeHidden();

  channels.splice(1, 1, ended(1));
  next = null;
  await page.reload();
  await expect(text).toBeVisible();
  await expect(more).toBeHidden();
  missed.splice(2);
  await page.reload();
  await expect(text).toBeVisible();
  await axe(page);
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    await screens(page, `reminders-unreached-${name}`);
  }
  await page.goto('/');
  // Today begins at now, and the bar is still to be seen.
  await expect(text).toBeInViewport();
  await axe(page);
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    await screens(page, `reminders-unreached-today-${name}`);
  }
  await page.getByRole('link', { name: 'Turn them on again' }).click();
  await expect(page).toHaveURL('/settings');
});

test('the program can be installed, and its worker is never kept', async ({ page, request }) => {
  await signUp(page);
  const href = await page.locator('link[rel=manifest]').getAttribute('href');
  const manifest = await request.get(`/${href}`);
  expect(manifest.headers()['content-type']).toBe('application/manifest+json');
  const { icons, start_url, display } = (await manifest.json()) as { icons: { src: string; sizes: string }[]; start_url: string; display: string };
  expect({ start_url, display }).toEqual({ start_url: './', display: 'standalone' });
  for (const { src, sizes } of icons) {
    const icon = await request.get(`/${src}`);
    expect(icon.headers()['content-type']).toBe('image/png');
    // Width and height stand at the beginning of a PNG.
    const bytes = await icon.body();
    expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
  }
  const worker = await request.get('/sw.js');
  expect(worker.headers()).toMatchObject({ 'content-type': expect.stringContaining('text/javascript'), 'cache-control': 'no-cache' });
});

test('the worker shows what is pushed, and leads an open page into the run', async ({ page, context, baseURL }) => {
  const who = await signUp(page);
  const id = await makeRoutine(page, who, { schedule: { start: today(), zone: 'mine' } });
  await context.grantPermissions(['notifications'], { origin: baseURL! });
  const worker = context.waitForEvent('serviceworker');
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('sw.js');
    await navigator.serviceWorker.ready;
  });
  // A browser without its vendor's push service cannot subscribe; what would be pushed is delivered by its own tools.
  const tools = await context.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations[0]) resolve(registrations[0].registrationId);
    });
  });
  await tools.send('ServiceWorker.enable');
  const registrationId = await registered;
  const push = (data: string) => tools.send('ServiceWorker.deliverPushMessage', { origin: baseURL!, registrationId, data });
  const shown = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      return (await registration.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }));
    });
  const press = async (action: string) =>
    (await worker).evaluate(async (action) => {
      const scope = globalThis as unknown as { registration: ServiceWorkerRegistration; dispatchEvent(event: Event): void };
      const [notification] = await scope.registration.getNotifications({ tag: 'A'.repeat(22) });
      const NotificationEvent = (globalThis as unknown as Record<string, new (name: string, init: object) => Event>).NotificationEvent!;
      scope.dispatchEvent(new NotificationEvent('notificationclick', { notification, action }));
    }, action);
  const reminder = {
    kind: 'reminder',
    tag: 'A'.repeat(22),
    title: 'Morning start',
    body: 'Begins now',
    lang: 'en',
    url: `start/${id}/1-${today().replaceAll(/[-:]/g, '')}`,
    token: 'not-a-capability',
    snooze: 10,
    labels: { start: 'Start', snooze: 'In 10 minutes', done: 'Done' },
    silent: false,
    due_at: NOW(),
  };

  await push('not JSON');
  await expect.poll(shown).toEqual([{ title: 'Daymark', body: 'Something is due. Open Daymark to see what.', tag: 'unreadable' }]);
  await push(JSON.stringify(reminder));
  await expect.poll(async () => (await shown()).map(({ title }) => title).sort()).toEqual(['Daymark', 'Morning start']);
  // The server does not know this one.
  await press('snooze');
  await expect.poll(async () => (await shown()).map(({ body }) => body)).toContain('This was too late. Open Daymark to see how it stands.');

  await push(JSON.stringify(reminder));
  await expect.poll(async () => (await shown()).map(({ body }) => body)).toContain('Begins now');
  await page.evaluate(() => Object.assign(globalThis, { stayed: true }));
  await press('start');
  await expect(page).toHaveURL(/\/run\/[0-9a-f-]{36}$/, { timeout: 20_000 });
  expect(await page.evaluate(() => (globalThis as { stayed?: boolean }).stayed), 'the page went there itself').toBe(true);
});

test('a browser that cannot be reminded says why, and what to do', async ({ page }) => {
  await signUp(page);
  await playChannels(page, []);
  const card = page.getByRole('region', { name: 'Reminders on this browser' });
  const states: [() => void, RegExp][] = [
    [() => Object.defineProperty(Notification, 'permission', { get: () => 'denied' }), /blocked. Allow them in the browser’s settings/],
    [() => Reflect.deleteProperty(globalThis, 'PushManager'), /cannot take reminders while Daymark is closed/],
    [() => Object.defineProperty(navigator, 'userAgent', { get: () => 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)' }), /put Daymark on the home screen first/],
    [() => Object.defineProperty(globalThis, 'isSecureContext', { get: () => false }), /from https addresses only/],
  ];
  // Each is looked at before the one after it is.
  for (const [script, text] of states) {
    await page.addInitScript(script);
    await page.goto('/settings');
    await expect(card.getByText(text)).toBeVisible();
    await expect(card.getByRole('button')).toHaveCount(0);
  }
  await axe(page);
});

interface Own {
  id: string;
  revision: number;
  target: { push?: { host: string; fingerprint: string } };
}

test('this browser becomes a channel, follows its subscription, and stops when it is removed elsewhere', async ({ page, context, baseURL }) => {
  const who = await signUp(page);
  await context.grantPermissions(['notifications'], { origin: baseURL! });
  const keys = createECDH('prime256v1');
  const p256dh = keys.generateKeys('base64url');
  const service = process.env.DAYMARK_PUSH!;
  // A subscription as a push service would give it, which this browser cannot get.
  await page.addInitScript(([p256dh, service]) => {
    const made = () => localStorage.getItem('test.endpoint');
    const subscription = () => ({
      endpoint: made(),
      toJSON: () => ({ endpoint: made(), expirationTime: null, keys: { p256dh, auth: 'A'.repeat(21) + 'A' } }),
      unsubscribe: async () => localStorage.removeItem('test.endpoint'),
    });
    Object.assign(PushManager.prototype, {
      getSubscription: async () => (made() ? subscription() : null),
      subscribe: async () => {
        if (!made()) localStorage.setItem('test.endpoint', `${service}/${Math.random()}`);
        return subscription();
      },
    });
  }, [p256dh, service]);
  const endpoint = () => page.evaluate(() => localStorage.getItem('test.endpoint'));
  const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
  const channels = async () => {
    const response = await page.request.get('/api/v1/channels', { headers: headers(who) });
    return ((await response.json()) as { items: Own[] }).items;
  };
  const card = page.getByRole('region', { name: 'Reminders on this browser' });
  const list = page.getByRole('region', { name: 'Where reminders go' });

  await page.goto('/settings');
  await card.getByRole('button', { name: 'Turn on here' }).click();
  await expect(card.getByText('Reminders pop up here')).toBeVisible();
  await expect(list.getByText('This browser')).toBeVisible();
  const [own] = await channels();
  expect(own?.target.push).toEqual({ host: new URL(service).host, fingerprint: fingerprint((await endpoint())!) });

  // The browser has lost it: it is made anew at the next start, for the same channel.
  await page.evaluate(() => localStorage.removeItem('test.endpoint'));
  await page.goto('/');
  await expect.poll(async () => (await channels())[0]?.target.push?.fingerprint).not.toBe(own!.target.push!.fingerprint);
  expect((await channels()).map(({ id }) => id)).toEqual([own!.id]);
  expect((await channels())[0]?.target.push?.fingerprint).toBe(fingerprint((await endpoint())!));

  const response = await page.request.delete(`/api/v1/channels/${own!.id}`, { headers: headers(who) });
  expect(response.status()).toBe(204);
  await page.goto('/');
  await expect.poll(endpoint).toBeNull();

  // Whoever signs out takes their reminders along.
  await page.goto('/settings');
  await card.getByRole('button', { name: 'Turn on here' }).click();
  await expect(list.getByText('This browser')).toBeVisible();
  await page.getByRole('button', { name: 'Sign out of this browser' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' }).first()).toBeVisible();
  expect(await endpoint()).toBeNull();
  expect(await page.evaluate(() => localStorage.getItem('daymark.push'))).toBeNull();
});
