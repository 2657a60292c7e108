import type { Browser } from '@playwright/test';
import { type Credentials, signUp, someAddress } from '../lib/account.ts';
import { axe } from '../lib/looks.ts';
import { Planner, type Run } from '../lib/planning.ts';
import { expect as impatient, type Page, test } from '../lib/test.ts';

const expect = impatient.configure({ timeout: 15_000 });

const STEPS = [
  { title: 'Read what I have', minutes: 10 },
  { title: 'Write section 2', minutes: 80, note: 'Just the method, not the results.' },
  { title: 'Tidy references', minutes: 25 },
];

/** Someone at a run of three steps, and their hand on the API. */
async function atRun(page: Page, steps = STEPS, autoAdvance = true): Promise<{ planner: Planner; run: Run; account: Credentials }> {
  const account = await signUp(page);
  const planner = new Planner(process.env.DAYMARK_URL!, account.accessToken);
  const run = await planner.run({ title: 'Deep work', icon: 'pen-line', steps }, autoAdvance);
  await page.goto(`/run/${run.id}`);
  await expect(step(page)).toHaveText(steps[0]!.title);
  return { planner, run, account };
}

/** Another browser of the same person, with a session of its own. */
async function secondBrowser(browser: Browser, { email, password }: Credentials): Promise<Page> {
  const context = await browser.newContext({ baseURL: process.env.DAYMARK_URL, extraHTTPHeaders: { 'X-Forwarded-For': someAddress() } });
  const page = await context.newPage();
  expect((await page.request.post('/api/v1/sessions', { data: { email, password } })).ok()).toBe(true);
  await page.goto('/healthz');
  await page.evaluate(() => localStorage.setItem('daymark.signed_in', '1'));
  return page;
}

const step = (page: Page) => page.getByRole('heading', { level: 1 });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const item = (page: Page, name: string) => page.getByRole('menuitem', { name }).or(page.getByRole('menuitemcheckbox', { name }));
const spoken = (page: Page) => page.locator('[aria-live=polite] p').filter({ hasText: /./ });
const phase = async (planner: Planner, run: Run) => (await planner.get(run.id)).progress.phase.state;

async function menu(page: Page, name: string): Promise<void> {
  await button(page, 'More').click();
  await item(page, name).click();
}

/** What the clock shows, in seconds. */
async function shown(page: Page): Promise<number> {
  const text = (await page.locator('.run-left [aria-hidden]').first().textContent()) ?? '';
  const parts = text.replace('+', '').split(':').map(Number);
  return parts.reduce((sum, part) => sum * 60 + part, 0);
}

test.describe('by touch', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  test('every control does what it says, here and on the server', async ({ page }) => {
    const { planner, run } = await atRun(page);
    await expect(page.getByText('Step 1 of 3')).toBeVisible();
    await expect(page.getByText('of 10 min')).toBeVisible();
    await expect(page.getByText('Next Write section 2')).toBeVisible();

    await button(page, '5 minutes more').tap();
    await expect(page.getByText('of 15 min')).toBeVisible();
    await expect(spoken(page)).toHaveText('5 minutes more, 15 minutes left.');
    await button(page, '5 minutes less').tap();
    await expect(page.getByText('of 10 min')).toBeVisible();

    await button(page, 'Pause').tap();
    await expect(page.getByText('Paused', { exact: true })).toBeVisible();
    await expect(spoken(page)).toHaveText('Paused, 10 minutes left.');
    await expect.poll(() => phase(planner, run)).toBe('paused');
    await button(page, 'Resume').tap();
    await expect.poll(() => phase(planner, run)).toBe('running');

    await button(page, 'Done, next step').tap();
    await expect(step(page)).toHaveText('Write section 2');
    await expect(page.getByText('Just the method, not the results.')).toBeVisible();
    await expect(spoken(page)).toHaveText('Step 2 of 3: Write section 2, 80 minutes left.');
    await button(page, 'Back').tap();
    await expect(step(page)).toHaveText('Read what I have');
    await button(page, 'Back').tap({ force: true });
    await expect(spoken(page)).toHaveText('This is the first step.');

    await button(page, 'More').tap();
    await item(page, '1 minute more').tap();
    await expect(page.getByText('of 11 min')).toBeVisible();
    await button(page, 'More').tap();
    await item(page, 'Skip this step').tap();
    await expect(step(page)).toHaveText('Write section 2');
    await expect(spoken(page)).toHaveText('Skipped. Step 2 of 3: Write section 2, 80 minutes left.');
    await expect.poll(async () => (await planner.get(run.id)).progress.steps.map(({ outcome }) => outcome)).toEqual(['skipped', 'pending', 'pending']);
    await button(page, 'Done, next step').tap();
    await expect(page.getByText('This is the last step')).toBeVisible();
    await button(page, 'Done, finish').tap();

    await expect(step(page)).toHaveText('That is done');
    await expect(page.getByRole('row', { name: 'Write section 2' })).toContainText('1 h 20 min');
    await expect(page.getByRole('row', { name: 'Total' })).toContainText('1 h 55 min');
    await expect.poll(() => phase(planner, run)).toBe('finished');
    await page.getByRole('link', { name: 'Back to the day' }).last().tap();
    await expect(page).toHaveURL(/\/$/);
  });

  test('what is touched is large enough, and nothing lies beyond the edge', async ({ page }) => {
    await atRun(page);
    for (const size of [{ width: 390, height: 844 }, { width: 320, height: 568 }, { width: 844, height: 390 }]) {
      await page.setViewportSize(size);
      for (const each of await page.getByRole('button').all()) {
        const box = (await each.boundingBox())!;
        expect(Math.min(box.width, box.height), await each.getAttribute('aria-label') ?? '').toBeGreaterThanOrEqual(44);
      }
      const [width, height] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
      expect({ width, height }, JSON.stringify(size)).toEqual(size);
    }
  });
});

test('every control has its key', async ({ page }) => {
  const { planner, run } = await atRun(page);
  await page.keyboard.press('Space');
  await expect(page.getByText('Paused', { exact: true })).toBeVisible();
  await page.keyboard.press('Space');
  await expect(page.getByText('Paused', { exact: true })).toBeHidden();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByText('of 15 min')).toBeVisible();
  await page.keyboard.press('Shift+ArrowUp');
  await expect(page.getByText('of 16 min')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByText('of 10 min')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(step(page)).toHaveText('Write section 2');
  await page.keyboard.press('ArrowLeft');
  await expect(step(page)).toHaveText('Read what I have');
  await page.keyboard.press('s');
  await expect(step(page)).toHaveText('Write section 2');

  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toContainText('Pause, or resume');
  // They are not pressed through the dialog, and Esc closes it first.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
  await expect(step(page)).toHaveText('Write section 2');

  // On a button, Space presses it; after a click with the mouse it still means Pause.
  await button(page, '5 minutes more').focus();
  await page.keyboard.press('Space');
  await expect(page.getByText('of 85 min')).toBeVisible();
  await page.locator(':focus').evaluate((element) => (element as HTMLElement).blur());
  await button(page, '5 minutes less').click();
  await page.keyboard.press('Space');
  await expect(page.getByText('Paused', { exact: true })).toBeVisible();

  // Leaving is not ending.
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/$/);
  await expect.poll(() => phase(planner, run)).toBe('paused');
});

test('a reload and a second browser show the same step and the same second', async ({ page, browser }) => {
  const { run, account } = await atRun(page);
  await page.keyboard.press('ArrowRight');
  await expect(step(page)).toHaveText('Write section 2');
  await page.reload();
  await expect(step(page)).toHaveText('Write section 2');
  const other = await secondBrowser(browser, account);
  await other.goto(`/run/${run.id}`);
  await expect(step(other)).toHaveText('Write section 2');
  const [here, there] = await Promise.all([shown(page), shown(other)]);
  expect(Math.abs(here - there)).toBeLessThanOrEqual(1);
  expect(here).toBeGreaterThan(79 * 60 + 30);

  // Paused here, and seen there when looked at.
  await page.keyboard.press('Space');
  await expect(page.getByText('Paused', { exact: true })).toBeVisible();
  await other.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(other.getByText('Paused', { exact: true })).toBeVisible();
  expect(await shown(other)).toBe(await shown(page));
  await other.context().close();
});

test('an action of a browser that is behind has no effect', async ({ page }) => {
  const { planner, run } = await atRun(page);
  // Elsewhere the first step was done; this browser has not heard of it.
  await planner.ask('POST', `runs/${run.id}/done`, { step: run.steps[0]!.id });
  await page.keyboard.press('ArrowRight');
  // It shows what the server says: one step further, not two.
  await expect(spoken(page)).toContainText('Step 2 of 3');
  await page.waitForTimeout(500);
  await expect(step(page)).toHaveText('Write section 2');
  expect((await planner.get(run.id)).progress.current).toBe(1);
});

test('quick presses are done in order, each once', async ({ page }) => {
  const { planner, run } = await atRun(page);
  for (const key of ['ArrowUp', 'ArrowUp', 'ArrowRight', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  await expect(step(page)).toHaveText('Write section 2');
  await expect(page.getByText('Paused', { exact: true })).toBeVisible();
  await expect.poll(async () => {
    const { progress } = await planner.get(run.id);
    return [progress.current, progress.phase.state, ...progress.steps.map(({ allowed_ms }) => allowed_ms / 60_000)];
  }).toEqual([1, 'paused', 20, 85, 25]);
});

test('without a connection it goes on, says so, and catches up', async ({ page, context }) => {
  const { planner, run } = await atRun(page);
  await context.setOffline(true);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  await expect(step(page)).toHaveText('Write section 2');
  await expect(page.getByText('No connection.')).toBeVisible();
  const before = await shown(page);
  await expect.poll(() => shown(page)).toBeLessThan(before);
  await context.setOffline(false);
  await expect(page.getByText('No connection.')).toBeHidden({ timeout: 20_000 });
  await expect(step(page)).toHaveText('Write section 2');
  await expect.poll(async () => {
    const { progress } = await planner.get(run.id);
    return [progress.current, progress.steps[0]!.allowed_ms];
  }).toEqual([1, 15 * 60_000]);
});

test('an adjustment whose answer was lost is not made twice', async ({ page }) => {
  // The event of it would have the page ask again at once.
  await page.route('**/api/v1/events', (route) => route.abort());
  const { planner, run } = await atRun(page);
  let lost = 0;
  await page.route('**/adjustments', async (route) => {
    if (lost++ > 0) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  await page.keyboard.press('ArrowUp');
  await expect(page.getByText('No connection.')).toBeVisible();
  await expect(page.getByText('No connection.')).toBeHidden({ timeout: 20_000 });
  await expect(page.getByText('of 15 min')).toBeVisible();
  expect((await planner.get(run.id)).progress.steps[0]!.allowed_ms).toBe(15 * 60_000);
});

test('it can be finished at once, or given up, after a question', async ({ page }) => {
  const { planner, run } = await atRun(page);
  await menu(page, 'Finish now');
  await page.getByRole('dialog', { name: 'Finish now?' }).getByRole('button', { name: 'Go on' }).last().click();
  await expect(step(page)).toHaveText('Read what I have');
  await menu(page, 'Finish now');
  await page.getByRole('dialog').getByRole('button', { name: 'Finish now' }).click();
  await expect(step(page)).toHaveText('That is done');
  await expect(page.getByRole('row', { name: 'Tidy references' })).toContainText('skipped');
  await expect.poll(() => phase(planner, run)).toBe('finished');
  await axe(page);

  const again = await planner.run({ title: 'Laundry', steps: [{ title: 'Fold', minutes: 15 }] });
  await page.goto(`/run/${again.id}`);
  await menu(page, 'Give up');
  await page.getByRole('dialog').getByRole('button', { name: 'Give up' }).click();
  await expect(step(page)).toHaveText('Set aside for now');
  await expect(page.getByText('It stays on your day')).toBeVisible();
  await expect.poll(() => phase(planner, again)).toBe('abandoned');
  await axe(page);
});

test('the screen stays on while it runs, and only then', async ({ page }) => {
  await page.addInitScript(() => {
    const held = { now: 0, asked: 0 };
    Object.assign(window, { held });
    Object.defineProperty(navigator, 'wakeLock', {
      value: {
        request: (kind: string) => {
          held.asked += kind === 'screen' ? 1 : 0;
          held.now += 1;
          return Promise.resolve({ release: () => Promise.resolve(void (held.now -= 1)) });
        },
      },
    });
  });
  const held = () => page.evaluate(() => (window as unknown as { held: { now: number; asked: number } }).held);
  await atRun(page);
  await expect.poll(held).toEqual({ now: 1, asked: 1 });
  await page.keyboard.press('Space');
  await expect.poll(held).toEqual({ now: 0, asked: 1 });
  await page.keyboard.press('Space');
  await expect.poll(held).toEqual({ now: 1, asked: 2 });
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/$/);
  await expect.poll(async () => (await held()).now).toBe(0);
});

test('the sound can be turned off, and stays off', async ({ page }) => {
  await atRun(page);
  await menu(page, 'Sound at the end of a step');
  await expect(spoken(page)).toHaveText('Sound off.');
  await page.reload();
  await button(page, 'More').click();
  await expect(item(page, 'Sound at the end of a step')).toHaveAttribute('aria-checked', 'false');
  expect(await page.evaluate(() => localStorage.getItem('daymark.muted'))).toBe('1');
});

test('steps can wait for the person', async ({ page }) => {
  const { planner, run } = await atRun(page);
  await menu(page, 'Steps follow by themselves');
  await expect(spoken(page)).toHaveText('Each step waits for you.');
  await expect.poll(async () => (await planner.get(run.id)).progress.auto_advance).toBe(false);
});

test('time alone ends a step: with a sound, a title and a word, or the step waits', async ({ page, context }) => {
  test.setTimeout(180_000);
  await context.addInitScript(() => {
    Object.assign(window, { notes: 0 });
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
      (window as unknown as { notes: number }).notes += 1;
      return start.apply(this, at);
    };
  });
  const notes = (of: Page) => of.evaluate(() => (window as unknown as { notes: number }).notes);
  const short = [{ title: 'Fill the kettle', minutes: 2 }, { title: 'Brew', minutes: 9 }];
  const { planner, run } = await atRun(page, short);
  // Browsers allow sounds once the person has touched something.
  await page.mouse.click(5, 300);
  const silent = await context.newPage();
  await silent.addInitScript(() => {
    const getItem = Storage.prototype.getItem;
    Storage.prototype.getItem = function (key) {
      return key === 'daymark.muted' ? '1' : getItem.call(this, key);
    };
  });
  const waits = await planner.run({ title: 'Stretch', steps: short }, false);
  const nobody = await planner.run({ title: 'Nobody looks', steps: short });
  await silent.goto(`/run/${waits.id}`);
  await expect(step(silent)).toHaveText('Fill the kettle');

  // A step lasts a minute at least; what is left of its second one is taken away, less some seconds to get ready.
  const shorten = async (each: Run) => {
    const now = await planner.get(each.id);
    const begun = Date.parse(now.progress.phase.since!);
    const left = now.progress.steps[0]!.allowed_ms - (Date.parse(now.now) - begun);
    if (left > 65_000) await planner.ask('POST', `runs/${each.id}/adjustments`, { step: each.steps[0]!.id, minutes: -1 });
  };
  for (const each of [run, waits, nobody]) await shorten(each);
  await page.bringToFront();
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(page).toHaveTitle(/^Fill the kettle · 0[01]:\d\d · Daymark$/);

  await expect(step(page)).toHaveText('Brew', { timeout: 70_000 });
  await expect(page).toHaveTitle(/^Brew · 0[89]:\d\d · Daymark$/);
  await expect(spoken(page)).toHaveText('Step 2 of 2: Brew, 9 minutes left.');
  await expect.poll(() => notes(page)).toBe(2);
  expect((await planner.get(run.id)).progress.current).toBe(1);

  // Where the sound is off, the step waits in plain sight.
  await silent.bringToFront();
  await expect(silent).toHaveTitle(/^Fill the kettle · \+\d\d:\d\d · Daymark$/, { timeout: 70_000 });
  await expect(silent.getByText('Take the time it needs')).toBeVisible();
  expect(await notes(silent)).toBe(0);
  await axe(silent);
  expect((await planner.get(waits.id)).progress.current).toBe(0);

  // And where nobody looked, the server went on all the same.
  await expect.poll(async () => (await planner.get(nobody.id)).progress.current, { timeout: 70_000 }).toBe(1);
});

test('what is not there is said to be so, with a way back', async ({ page }) => {
  await signUp(page);
  await page.goto('/run/01890a5d-ac96-774b-bcce-b302099a8057');
  await expect(page.getByText('It is not there any more.')).toBeVisible();
  await axe(page);
  await page.getByRole('link', { name: 'Back to the day' }).click();
  await expect(page).toHaveURL(/\/$/);
});

test('it speaks German', async ({ page }) => {
  const { accessToken } = await signUp(page, { locale: 'de' });
  const run = await new Planner(process.env.DAYMARK_URL!, accessToken).run({ title: 'Tiefe Arbeit', steps: STEPS });
  await page.goto(`/run/${run.id}`);
  await expect(page.getByText('Schritt 1 von 3')).toBeVisible();
  await button(page, 'Fertig, nächster Schritt').click();
  await expect(spoken(page)).toHaveText('Schritt 2 von 3: Write section 2, noch 80 Minuten.');
});

test('everyone can use it, in light and dark', async ({ page }) => {
  await atRun(page);
  await page.keyboard.press('ArrowRight');
  await expect(step(page)).toHaveText('Write section 2');
  await axe(page);
  const timer = page.getByRole('timer');
  await expect(timer).toHaveAccessibleName('Write section 2: 80 minutes left');
  await page.keyboard.press('Space');
  await axe(page);
  await button(page, 'More').click();
  await axe(page);
  await page.keyboard.press('Escape');
  await expect(button(page, 'More')).toBeFocused();
  await page.keyboard.press('?');
  await axe(page);
});
