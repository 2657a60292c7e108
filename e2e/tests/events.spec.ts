// Live events: what is done in one browser shows in another, though another server answers that one.
import type { Browser, BrowserContext } from '@playwright/test';
import { createAccount, type Credentials, newCredentials, type SignedIn, someAddress } from '../lib/account.ts';
import { civil, Planner } from '../lib/planning.ts';
import { type Side, type Stack, startStack } from '../lib/stack.ts';
import { expect as impatient, type Page, test } from '../lib/test.ts';

// Long before the run's page asks by itself, which is every 15 seconds; Today never does.
const expect = impatient.configure({ timeout: 10_000 });
/** For what comes after a break: the pauses between attempts grow. */
const patient = impatient.configure({ timeout: 40_000 });

// One after the other, on one stack of their own.
test.describe.configure({ mode: 'default', timeout: 120_000 });

const DAY = civil(20 * 24 * 60).date;
const block = (page: Page) => page.getByRole('button', { name: /^Gym, \d/ });
const step = (page: Page) => page.getByRole('heading', { level: 1 });

let stack: Stack;
let sides: [Side, Side];

test.beforeAll(async () => {
  stack = await startStack('events');
  sides = [await stack.another(), await stack.another()];
  const setup = new URL(stack.setupLink).searchParams.get('setup') ?? '';
  await createAccount(stack.url, { ...newCredentials(), setup });
});

test.afterAll(async () => {
  await stack?.stop();
});

/** A browser of this person at one of the servers, which hears what changes by the time this is done. */
async function browserAt(browser: Browser, side: Side, { email, password }: Credentials, path: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: side.url, extraHTTPHeaders: { 'X-Forwarded-For': someAddress() } });
  const page = await context.newPage();
  expect((await page.request.post('/api/v1/sessions', { data: { email, password } })).ok()).toBe(true);
  await page.goto('/healthz');
  await page.evaluate(() => localStorage.setItem('daymark.signed_in', '1'));
  const listening = listens(page.context());
  await page.goto(path);
  await listening;
  return page;
}

/** Returns once a page has a stream. */
async function listens(context: BrowserContext): Promise<void> {
  await context.waitForEvent('response', {
    predicate: (response) => response.url().endsWith('/api/v1/events') && response.status() === 200,
    timeout: 40_000,
  });
}

async function person(): Promise<{ account: SignedIn; planner: Planner }> {
  const account = await createAccount(stack.url, newCredentials());
  return { account, planner: new Planner(stack.url, account.accessToken) };
}

async function gym(planner: Planner): Promise<string> {
  return planner.create({ title: 'Gym', steps: [{ title: 'Row', minutes: 60 }], start: `${DAY}T17:30` });
}

/** Has the person move what is focused five minutes down, and waits until it is stored. */
async function moveByKeys(page: Page, until: RegExp): Promise<void> {
  const stored = page.waitForResponse((response) => response.url().endsWith('/time') && response.ok());
  await block(page).focus();
  await page.keyboard.press('m');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await stored;
  await expect(block(page)).toHaveAccessibleName(until);
}

function tell(what: string, began: number): void {
  const text = `${what}: ${Date.now() - began} ms`;
  test.info().annotations.push({ type: 'measured', description: text });
  console.log(text);
}

test('a moved occurrence and a new one show in the other browser, behind another server', async ({ browser }) => {
  const { account, planner } = await person();
  await gym(planner);
  const [one, other] = [await browserAt(browser, sides[0], account, `/day/${DAY}`), await browserAt(browser, sides[1], account, `/day/${DAY}`)];
  await expect(block(other)).toHaveAccessibleName(/17:30 to 18:30/);
  await moveByKeys(one, /17:35 to 18:35/);
  const stored = Date.now();
  await expect(block(other)).toHaveAccessibleName(/17:35 to 18:35/);
  tell('a moved occurrence, after its answer', stored);
  // And the other way round.
  await moveByKeys(other, /17:40 to 18:40/);
  await expect(block(one)).toHaveAccessibleName(/17:40 to 18:40/);

  await planner.create({ title: 'Tea', steps: [{ title: 'Tea', minutes: 20 }], start: `${DAY}T16:00` });
  const made = Date.now();
  for (const page of [one, other]) await expect(page.getByRole('button', { name: /^Tea, \d/ })).toBeVisible();
  tell('a new routine, in both', made);
  for (const page of [one, other]) await page.context().close();
});

test("a run's step shows in the other browser", async ({ browser }) => {
  const { account, planner } = await person();
  const run = await planner.run({ title: 'Deep work', steps: ['Read', 'Write', 'Tidy'].map((title) => ({ title, minutes: 30 })) });
  const [one, other] = [await browserAt(browser, sides[0], account, `/run/${run.id}`), await browserAt(browser, sides[1], account, `/run/${run.id}`)];
  for (const page of [one, other]) await expect(step(page)).toHaveText('Read');
  for (const [from, to, next] of [
    [one, other, 'Write'],
    [other, one, 'Tidy'],
  ] as const) {
    const done = from.waitForResponse((response) => response.url().endsWith('/done') && response.ok());
    await from.getByRole('button', { name: 'Done, next step', exact: true }).click();
    await done;
    const stored = Date.now();
    await expect(step(to)).toHaveText(next);
    tell("a run's step, after its answer", stored);
  }
  for (const page of [one, other]) await page.context().close();
});

test('two tabs of a browser have one stream, and the other takes it over', async ({ browser }) => {
  const { account, planner } = await person();
  await gym(planner);
  const first = await browserAt(browser, sides[0], account, `/day/${DAY}`);
  const context = first.context();
  const streams: string[] = [];
  context.on('request', (request) => void (request.url().endsWith('/api/v1/events') && streams.push(request.url())));
  const second = await context.newPage();
  await second.goto(`/day/${DAY}`);
  await expect(block(second)).toHaveAccessibleName(/17:30 to 18:30/);
  // The second tab waits for its turn, and hears of what changes all the same.
  await expect.poll(() => second.evaluate(async () => (await navigator.locks.query()).pending?.length)).toBe(1);
  const once = (title: string, hour: number) => planner.create({ title, steps: [{ title, minutes: 20 }], start: `${DAY}T${hour}:00` });
  await once('Tea', 16);
  for (const page of [first, second]) await expect(page.getByRole('button', { name: /^Tea, \d/ })).toBeVisible();
  expect(streams).toEqual([]);
  const taken = listens(context);
  await first.close();
  await taken;
  await once('Walk', 19);
  await expect(second.getByRole('button', { name: /^Walk, \d/ })).toBeVisible();
  await context.close();
});

test('a stream that breaks comes back, with what was missed', async ({ browser }) => {
  const { account, planner } = await person();
  const id = await gym(planner);
  const page = await browserAt(browser, sides[0], account, `/day/${DAY}`);
  await expect(block(page)).toHaveAccessibleName(/17:30 to 18:30/);
  await sides[0].kill();
  // While its server is away, something happens behind another.
  await planner.ask('DELETE', `routines/${id}`);
  await planner.create({ title: 'Tea', steps: [{ title: 'Tea', minutes: 20 }], start: `${DAY}T16:00` });
  const back = listens(page.context());
  await sides[0].restart();
  const began = Date.now();
  await back;
  tell('a stream again, after its server was', began);
  await patient(page.getByRole('button', { name: /^Tea, \d/ })).toBeVisible();
  await patient(block(page)).toHaveCount(0);
  await page.context().close();
});

test('a browser that is signed out elsewhere says so', async ({ browser }) => {
  const { account, planner } = await person();
  const page = await browserAt(browser, sides[1], account, `/day/${DAY}`);
  const { items } = await planner.ask<{ items: { id: string; current: boolean }[] }>('GET', 'sessions');
  const ended = Date.now();
  await planner.ask('DELETE', `sessions/${items.find((session) => !session.current)!.id}`);
  await expect(page.getByText('Your session has ended.')).toBeVisible();
  tell('Welcome, after the session was ended behind another server', ended);
  await page.context().close();
});
