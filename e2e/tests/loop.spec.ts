// The whole loop, as a person goes through it: once with mouse and keyboard, once without a mouse.
import type { Locator } from '@playwright/test';
import { newCredentials } from '../lib/account.ts';
import { civil } from '../lib/planning.ts';
import { expect as impatient, type Page, test } from '../lib/test.ts';

// Each of these goes through many pages: one that is slow to come is no failure of the loop.
const expect = impatient.configure({ timeout: 15_000 });

const DAY = 24 * 60;
const STEPS = [
  { title: 'Shower', minutes: 15 },
  { title: 'Breakfast', minutes: 20 },
  { title: 'Pack the bag', minutes: 10 },
];

/** The days of next week, from its Monday: none of them has begun, whenever this runs. */
function nextWeek(): string[] {
  const weekday = (new Date(`${civil().date}T12:00Z`).getUTCDay() + 6) % 7;
  return Array.from({ length: 8 }, (_, day) => civil((7 - weekday + day) * DAY).date);
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const item = (page: Page, name: string) => page.getByRole('menuitem', { name, exact: true });
const editor = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });
const block = (page: Page, title: string, time: string) =>
  page.getByRole('region', { name: 'Timeline' }).getByRole('button', { name: new RegExp(`^${title}, ${time}`) });
const question = (page: Page) => page.getByRole('dialog', { name: 'Which ones should change?' });
const step = (page: Page) => page.getByRole('heading', { level: 1 });

/** A day's link in the week strip: Monday 23 November. */
function dayLink(page: Page, day: string): Locator {
  const long = new Date(`${day}T12:00Z`).toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' });
  return page.getByRole('navigation', { name: 'Week' }).getByRole('link', { name: new RegExp(`^${long},`) });
}

/** On which days it is, at what time and under which title; `press` presses a link. */
async function expectWeek(page: Page, days: string[], expected: (string | null)[], press: (link: Locator) => Promise<void>): Promise<void> {
  await page.goto(`/day/${days[0]}`);
  for (const [index, day] of days.entries()) {
    if (index > 0) await press(page.getByRole('link', { name: 'Next day' }));
    await expect(page).toHaveURL(new RegExp(`${day}$`));
    const [time, title] = expected[index]?.split(' ', 2) ?? [];
    if (time) await expect(block(page, title!, time), day).toBeVisible();
    else await expect(page.getByText('Nothing planned yet'), day).toBeVisible();
  }
}

test('the whole loop: plan a routine, change it, run it, see it done', async ({ page }) => {
  test.setTimeout(180_000);
  const [monday, tuesday, wednesday, thursday, friday, saturday, sunday, later] = nextWeek() as [string, string, string, string, string, string, string, string];
  const days = [monday, tuesday, wednesday, thursday, friday, saturday, sunday, later];
  const account = newCredentials();
  const click = (link: Locator) => link.click();

  await test.step('sign up', async () => {
    await page.goto('/');
    await button(page, 'Create an account').click();
    await expect(page.getByRole('heading', { name: 'Create an account' })).toBeVisible();
    await page.getByLabel('E-mail').fill(account.email);
    await page.getByLabel('Password', { exact: true }).fill(account.password);
    await button(page, 'Create an account').click();
    await expect(page.getByText('Nothing planned yet')).toBeVisible();
  });

  await test.step('create a weekday routine of three steps at 07:00', async () => {
    await button(page, 'New routine').first().click();
    const sheet = editor(page, 'New routine');
    await sheet.getByLabel('Title', { exact: true }).fill('Morning');
    await button(page, 'Split into steps').click();
    for (const [index, { title, minutes }] of STEPS.entries()) {
      const rows = sheet.getByRole('textbox', { name: /^Step \d$/ });
      if ((await rows.count()) <= index) await button(page, 'Add a step').click();
      await sheet.getByLabel(`Step ${index + 1}`, { exact: true }).fill(title);
      await sheet.getByLabel(`Minutes of ${title}`).fill(`${minutes}`);
    }
    await sheet.getByLabel(/^Starts/).fill('07:00');
    await sheet.getByLabel(/^On/).fill(monday);
    for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday']) {
      const each = button(page, day);
      if ((await each.getAttribute('aria-pressed')) !== 'true') await each.click();
    }
    await expect(sheet.getByText(/every weekday at 07:00/i)).toBeVisible();
    await button(page, 'Save').click();
    await expect(sheet).toBeHidden();
  });

  await test.step('it is there from Monday to Friday, and not on the weekend', () =>
    expectWeek(page, days, [...Array(5).fill('07:00 Morning'), null, null, '07:00 Morning'], click));

  await test.step('move one of them by half an hour', async () => {
    await page.goto(`/day/${monday}`);
    await dayLink(page, tuesday).click();
    const morning = block(page, 'Morning', '07:00');
    await morning.scrollIntoViewIfNeeded();
    const box = (await morning.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    // An hour is 76 px high.
    await page.mouse.move(x, y + 20, { steps: 4 });
    await page.mouse.move(x, y + 38, { steps: 4 });
    await page.mouse.up();
    const saved = page.waitForResponse(/\/time$/);
    await question(page).getByRole('button', { name: /^Only this one/ }).click();
    await expect(block(page, 'Morning', '07:30 to 08:15')).toBeVisible();
    expect((await saved).status()).toBe(200);
    await page.reload();
    await expect(block(page, 'Morning', '07:30 to 08:15')).toBeVisible();
  });

  await test.step('edit this and later ones', async () => {
    await dayLink(page, thursday).click();
    await block(page, 'Morning', '07:00').click();
    await item(page, 'Edit').click();
    await editor(page, 'Edit routine').getByLabel('Title', { exact: true }).fill('Slow');
    await button(page, 'Save').click();
    await question(page).getByRole('button', { name: /^This and later ones/ }).click();
    await expect(block(page, 'Slow', '07:00')).toBeVisible();
    await expectWeek(page, days, ['07:00 Morning', '07:30 Morning', '07:00 Morning', '07:00 Slow', '07:00 Slow', null, null, '07:00 Slow'], click);
  });

  await test.step('run one, with a pause, a reload and a step left out', async () => {
    await page.goto(`/day/${monday}`);
    await block(page, 'Morning', '07:00').click();
    await item(page, 'Start').click();
    await expect(step(page)).toHaveText('Shower');
    await button(page, 'Pause').click();
    await expect(page.getByText('Paused', { exact: true })).toBeVisible();
    await expect(button(page, 'Resume')).toBeVisible();
    const left = await page.getByRole('timer').textContent();
    await page.reload();
    await expect(step(page)).toHaveText('Shower');
    await expect(page.getByRole('timer')).toHaveText(left!);
    await button(page, 'Resume').click();
    await button(page, 'Done, next step').click();
    await expect(step(page)).toHaveText('Breakfast');
    await button(page, 'More').click();
    await item(page, 'Skip this step').click();
    await expect(step(page)).toHaveText('Pack the bag');
    await button(page, 'Done, finish').click();
    await expect(step(page)).toHaveText('That is done');
    await expect(page.getByRole('row', { name: /^Breakfast/ })).toContainText('skipped');
    await page.getByRole('link', { name: 'Back to the day' }).last().click();
  });

  await test.step('see it done on its day, and on no other', async () => {
    await page.goto(`/day/${monday}`);
    await expect(block(page, 'Morning', '07:00 to 07:45, 3 steps, done in 1 min')).toBeVisible();
    await dayLink(page, wednesday).click();
    await expect(block(page, 'Morning', '07:00 to 07:45, 3 steps$')).toBeVisible();
  });
});

/** Whether one sees where the focus is: a ring around what has it, or around what stands for it, or its edge in the accent. */
function focusShows(): boolean {
  const focused = document.activeElement;
  // The page as a whole has it only so that the next Tab begins there.
  if (!focused || focused === document.body || focused.matches('main, dialog')) return true;
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.setProperty('color', 'var(--accent)');
  const accent = getComputedStyle(probe).color;
  probe.remove();
  const around = [focused, focused.nextElementSibling, focused.parentElement, focused.parentElement?.parentElement, focused.closest('label, li')];
  return around.some((element) =>
    [null, '::before', '::after'].some((part) => {
      if (!element) return false;
      const style = getComputedStyle(element, part);
      const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
      const edge = style.borderBlockEndColor === accent && parseFloat(style.borderBlockEndWidth) >= 2;
      return (ring || edge) && (part === null || style.content !== 'none');
    }),
  );
}

test('the whole loop with the keyboard alone', async ({ page }) => {
  test.setTimeout(180_000);
  const [monday, tuesday, wednesday, thursday, friday, saturday, sunday, later] = nextWeek() as [string, string, string, string, string, string, string, string];
  const days = [monday, tuesday, wednesday, thursday, friday, saturday, sunday, later];
  const account = newCredentials();
  const keys = page.keyboard;
  const hasFocus = (locator: Locator) => locator.first().evaluate((element) => element === document.activeElement);

  /** Presses a key until this has the focus; each stop on the way can be seen. */
  async function go(locator: Locator, key = 'Tab'): Promise<void> {
    await expect(locator.first()).toBeVisible();
    for (let presses = 0; !(await hasFocus(locator)); presses += 1) {
      if (presses === 90) throw new Error(`${key} does not lead to ${String(locator)}`);
      await keys.press(key);
      let seen = await page.evaluate(focusShows);
      if (!seen) {
        // A colour that changes, however quickly, takes a frame.
        await page.evaluate(() => new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame))));
        seen = await page.evaluate(focusShows);
      }
      if (!seen) throw new Error(`the focus is not seen on ${await page.evaluate(() => document.activeElement?.outerHTML)}`);
    }
  }
  async function press(locator: Locator, key = 'Tab'): Promise<void> {
    await go(locator, key);
    await keys.press('Enter');
  }
  /** Types a date or a time into the browser's own parts of it, in whichever order it has them. */
  async function type(field: Locator, value: string, ways: string[]): Promise<void> {
    await go(field);
    for (const way of ways) {
      for (let part = 0; part < 3; part++) await keys.press('ArrowLeft');
      await keys.type(way);
      if ((await field.inputValue()) === value) return;
    }
    await expect(field).toHaveValue(value);
  }

  async function write(locator: Locator, text: string): Promise<void> {
    await go(locator);
    await keys.press('Control+A');
    await keys.type(text);
  }

  // So that what shows the focus is there at once.
  await page.emulateMedia({ reducedMotion: 'reduce' });

  await test.step('sign up', async () => {
    await page.goto('/');
    await press(button(page, 'Create an account'));
    await expect(page.getByRole('heading', { name: 'Create an account' })).toBeVisible();
    await write(page.getByLabel('E-mail'), account.email);
    await write(page.getByLabel('Password', { exact: true }), account.password);
    await keys.press('Enter');
    await expect(page.getByText('Nothing planned yet')).toBeVisible();
  });

  await test.step('create a weekday routine of three steps at 07:00', async () => {
    await press(button(page, 'New routine'));
    const sheet = editor(page, 'New routine');
    await write(sheet.getByLabel('Title', { exact: true }), 'Morning');
    await press(button(page, 'Split into steps'));
    for (const [index, { title, minutes }] of STEPS.entries()) {
      const rows = sheet.getByRole('textbox', { name: /^Step \d$/ });
      if ((await rows.count()) <= index) await press(button(page, 'Add a step'));
      await expect(rows).not.toHaveCount(index);
      await write(sheet.getByLabel(`Step ${index + 1}`, { exact: true }), title);
      await write(sheet.getByLabel(`Minutes of ${title}`), `${minutes}`);
    }
    const [year, month, day] = monday.split('-');
    // A browser that asks for am or pm hears the letter; others ignore it.
    await type(sheet.getByLabel(/^Starts/), '07:00', ['0700a']);
    await type(sheet.getByLabel(/^(On|From)/), monday, [`${month}${day}${year}`, `${day}${month}${year}`]);
    for (const name of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday']) {
      await go(button(page, name));
      if ((await button(page, name).getAttribute('aria-pressed')) !== 'true') await keys.press('Space');
      await expect(button(page, name)).toHaveAttribute('aria-pressed', 'true');
    }
    await expect(sheet.getByText(/every weekday at 07:00/i)).toBeVisible();
    await press(button(page, 'Save'));
    await expect(sheet).toBeHidden();
  });

  await test.step('it is there from Monday to Friday, and not on the weekend', () =>
    expectWeek(page, days, [...Array(5).fill('07:00 Morning'), null, null, '07:00 Morning'], press));

  await test.step('move one of them by half an hour', async () => {
    await page.goto(`/day/${monday}`);
    await press(dayLink(page, tuesday));
    await go(block(page, 'Morning', '07:00'));
    await keys.press('m');
    await expect(page.locator('[aria-live=polite]')).toContainText('Moving Morning.');
    for (let presses = 0; presses < 6; presses += 1) await keys.press('ArrowDown');
    await expect(page.locator('[aria-live=polite]')).toContainText('Morning, 07:30 to 08:15');
    await keys.press('Enter');
    const saved = page.waitForResponse(/\/time$/);
    await press(question(page).getByRole('button', { name: /^Only this one/ }));
    await expect(block(page, 'Morning', '07:30 to 08:15')).toBeFocused();
    expect((await saved).status()).toBe(200);
    expect(await page.evaluate(focusShows)).toBe(true);
  });

  await test.step('edit this and later ones', async () => {
    await press(dayLink(page, thursday));
    await press(block(page, 'Morning', '07:00'));
    await press(item(page, 'Edit'), 'ArrowDown');
    await write(editor(page, 'Edit routine').getByLabel('Title', { exact: true }), 'Slow');
    await keys.press('Control+Enter');
    await press(question(page).getByRole('button', { name: /^This and later ones/ }));
    await expect(block(page, 'Slow', '07:00')).toBeVisible();
    await expectWeek(page, days, ['07:00 Morning', '07:30 Morning', '07:00 Morning', '07:00 Slow', '07:00 Slow', null, null, '07:00 Slow'], press);
  });

  await test.step('run one, with a pause, a reload and a step left out', async () => {
    await page.goto(`/day/${monday}`);
    await press(block(page, 'Morning', '07:00'));
    await press(item(page, 'Start'), 'ArrowDown');
    await expect(step(page)).toHaveText('Shower');
    await keys.press('Space');
    await expect(button(page, 'Resume')).toBeVisible();
    await page.reload();
    await expect(step(page)).toHaveText('Shower');
    await expect(button(page, 'Resume')).toBeVisible();
    await keys.press('Space');
    await expect(button(page, 'Pause')).toBeVisible();
    await keys.press('ArrowRight');
    await expect(step(page)).toHaveText('Breakfast');
    await keys.press('s');
    await expect(step(page)).toHaveText('Pack the bag');
    // The same by its button.
    await press(button(page, 'Done, finish'));
    await expect(step(page)).toHaveText('That is done');
    await press(page.getByRole('link', { name: 'Back to the day' }).last());
    await expect(page).toHaveURL(/\/$/);
  });

  await test.step('see it done on its day, and on no other', async () => {
    await page.goto(`/day/${monday}`);
    await expect(block(page, 'Morning', '07:00 to 07:45, 3 steps, done in 1 min')).toBeVisible();
    await press(dayLink(page, wednesday));
    await expect(block(page, 'Morning', '07:00 to 07:45, 3 steps$')).toBeVisible();
  });
});
