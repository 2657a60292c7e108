// Today: seeing a day, and moving things about by pointer, by keys and by finger.
import type { Locator } from '@playwright/test';
import { signUp } from '../lib/account.ts';
import { axe, screens } from '../lib/looks.ts';
import { civil, Planner, type RoutinePlan } from '../lib/planning.ts';
import { expect, type Page, test } from '../lib/test.ts';

// Several of these look at a page with axe, in both themes, more than once.
test.describe.configure({ timeout: 60_000 });

/** An hour is as tall as this. */
const HOUR = 76;
/** A date far enough away that nothing of it has begun, so many days from now. */
const date = (days: number) => civil(days * 24 * 60).date;
const DAY = date(20);

const block = (page: Page, title: string) => page.getByRole('button', { name: new RegExp(`^${title}, \\d`) });
const item = (page: Page, name: string) => page.getByRole('menuitem', { name, exact: true });
const spoken = (page: Page) => page.locator('[aria-live=polite] p').filter({ hasText: /./ }).last();
const gym: RoutinePlan = {
  title: 'Gym',
  colour: 'leaf',
  icon: 'dumbbell',
  steps: [
    { title: 'Warm up', minutes: 10 },
    { title: 'Row', minutes: 50 },
  ],
};
const once = (title: string, minutes: number, start?: string): RoutinePlan => ({ title, steps: [{ title, minutes }], ...(start ? { start } : {}) });

/** Somebody with a plan, who looks at a day. */
async function at(page: Page, plans: RoutinePlan[], day = DAY): Promise<{ planner: Planner; ids: string[] }> {
  const { accessToken } = await signUp(page);
  const planner = new Planner(process.env.DAYMARK_URL!, accessToken);
  const ids: string[] = [];
  for (const plan of plans) ids.push(await planner.create(plan));
  await page.goto(`/day/${day}`);
  // The program is loaded twice by now.
  await expect(page.locator('.timeline')).toBeVisible({ timeout: 15_000 });
  return { planner, ids };
}

async function times(planner: Planner, day: string, title: string): Promise<string[]> {
  const { occurrences } = await planner.ask<{ occurrences: { title: string; start: string; end: string }[] }>('GET', `days/${day}`);
  return occurrences.filter((o) => o.title === title).map((o) => `${o.start.slice(11, 16)}–${o.end.slice(11, 16)}`);
}

/** Drags by mouse, so many pixels down. */
async function drag(page: Page, what: Locator, dy: number, grip: 'middle' | 'edge' = 'middle'): Promise<void> {
  await what.evaluate((element) => element.closest('.block')!.scrollIntoView({ block: 'center' }));
  const box = (await page.locator('.block').filter({ has: what }).boundingBox())!;
  const [x, y] = [box.x + box.width / 3, grip === 'edge' ? box.y + box.height - 2 : box.y + 14];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + dy / 2, { steps: 4 });
  await page.mouse.move(x, y + dy, { steps: 4 });
}

test('a day shows what happens on it', async ({ page }) => {
  await at(page, [
    { ...gym, start: `${DAY}T17:30` },
    { title: 'Deep work', steps: [{ title: 'Outline', minutes: 15 }, { title: 'Write', minutes: 105 }], start: `${DAY}T09:00` },
    once('Check-in', 30, `${DAY}T11:15`),
    once('Call', 45, `${DAY}T11:15`),
    once('Birthday', 10, DAY),
  ]);
  await expect(page.getByText('5 planned · next 09:00')).toBeVisible();
  await expect(block(page, 'Gym')).toHaveAccessibleName('Gym, 17:30 to 18:30, 2 steps');
  // Steps only where all of them fit.
  await expect(page.getByText('Outline')).toBeVisible();
  await expect(page.getByText('Warm up')).toBeHidden();
  await expect(page.getByRole('group', { name: 'All day' }).getByRole('button', { name: 'Birthday' })).toBeVisible();
  await expect(page.getByRole('button', { name: '5 h 30 min' })).toBeVisible();
  // Overlaps are side by side.
  const [left, right] = [await page.locator('.block', { hasText: 'Call' }).boundingBox(), await page.locator('.block', { hasText: 'Check-in' }).boundingBox()];
  expect(left!.x + left!.width).toBeLessThanOrEqual(right!.x);
  expect(left!.y).toBe(right!.y);
  await expect(block(page, 'Call')).toHaveAccessibleName('Call, 11:15 to 12:00, overlaps');
  // An hour is as tall as it should be.
  expect(Math.round((await page.locator('.block', { hasText: 'Gym' }).boundingBox())!.height)).toBe(HOUR - 2);
  await axe(page);
});

test('today has a line at now, and begins there', async ({ page }) => {
  const start = civil(-30);
  await at(page, [once('Reading', 60, `${start.date}T${start.time}`)], civil().date);
  await page.getByRole('link', { name: 'Today' }).first().click();
  await expect(page.locator('.now-label')).toBeInViewport();
  await expect(page.getByText(/^Now: /)).toBeAttached();
  await axe(page);
});

test('an empty day says what to do next', async ({ page }) => {
  await at(page, []);
  await expect(page.getByRole('heading', { name: 'Nothing planned yet' })).toBeInViewport();
  await axe(page);
  await page.locator('.empty-day').getByRole('button', { name: 'New routine' }).click();
  await expect(page).toHaveURL(new RegExp(`/routines/new\\?date=${DAY}&at=08%3A00`));
});

test('a block is dragged in steps of five minutes', async ({ page }) => {
  const { planner } = await at(page, [{ ...gym, start: `${DAY}T17:30` }]);
  await drag(page, block(page, 'Gym'), HOUR * 0.56);
  // 33.6 minutes: the times go along before it is dropped.
  await expect(page.locator('.block')).toContainText('18:05 – 19:05');
  await page.mouse.up();
  await expect(spoken(page)).toHaveText('Gym, 18:05 to 19:05');
  await expect.poll(() => times(planner, DAY, 'Gym')).toEqual(['18:05–19:05']);
  await page.reload();
  await expect(block(page, 'Gym')).toHaveAccessibleName(/18:05 to 19:05/);
});

test('Escape puts a dragged block back', async ({ page }) => {
  const { planner } = await at(page, [{ ...gym, start: `${DAY}T17:30` }]);
  await drag(page, block(page, 'Gym'), HOUR);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(block(page, 'Gym')).toHaveAccessibleName(/17:30 to 18:30/);
  expect(await times(planner, DAY, 'Gym')).toEqual(['17:30–18:30']);
});

test('the lower edge is dragged to change the length', async ({ page }) => {
  const { planner } = await at(page, [{ ...gym, start: `${DAY}T17:30` }]);
  await drag(page, block(page, 'Gym'), HOUR / 2, 'edge');
  await page.mouse.up();
  await expect(block(page, 'Gym')).toHaveAccessibleName(/17:30 to 19:00/);
  await expect.poll(() => times(planner, DAY, 'Gym')).toEqual(['17:30–19:00']);
});

test('keys do the same, and say so', async ({ page }) => {
  const { planner } = await at(page, [{ ...gym, start: `${DAY}T17:30` }, once('Tea', 20, `${DAY}T16:00`)]);
  await block(page, 'Tea').focus();
  await page.keyboard.press('ArrowDown');
  await expect(block(page, 'Gym')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(item(page, 'Start')).toBeFocused();
  await item(page, 'Move').click();
  await expect(spoken(page)).toContainText('Moving Gym.');
  await page.keyboard.press('ArrowDown');
  await expect(spoken(page)).toHaveText('Gym, 17:35 to 18:35');
  await page.keyboard.press('Shift+ArrowUp');
  await expect(spoken(page)).toHaveText('Gym, 16:35 to 17:35');
  await axe(page);
  await page.keyboard.press('Enter');
  await expect(block(page, 'Gym')).toBeFocused();
  await expect.poll(() => times(planner, DAY, 'Gym')).toEqual(['16:35–17:35']);

  await page.keyboard.press('r');
  await page.keyboard.press('ArrowUp');
  await expect(spoken(page)).toHaveText('Gym, 16:35 to 17:30');
  await page.keyboard.press('Escape');
  await expect(spoken(page)).toHaveText('Gym stays where it was.');
  await page.keyboard.press('r');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => times(planner, DAY, 'Gym')).toEqual(['16:35–17:40']);
});

for (const [answer, before, here, after] of [
  ['Only this one', '17:30–18:30', '18:00–19:00', '17:30–18:30'],
  ['This and later ones', '17:30–18:30', '18:00–19:00', '18:00–19:00'],
  ['All', '18:00–19:00', '18:00–19:00', '18:00–19:00'],
] as const) {
  test(`what repeats asks which ones move: ${answer}`, async ({ page }) => {
    const { planner } = await at(page, [{ ...gym, start: `${date(10)}T17:30`, repeat: 'FREQ=DAILY' }]);
    await drag(page, block(page, 'Gym'), HOUR / 2);
    await page.mouse.up();
    const question = page.getByRole('dialog', { name: 'Which ones should change?' });
    await expect(question).toContainText('Gym, 18:00 to 19:00');
    if (answer === 'All') await axe(page);
    await question.getByRole('button', { name: new RegExp(`^${answer}`) }).click();
    await expect.poll(() => times(planner, DAY, 'Gym')).toEqual([here]);
    await expect.poll(() => times(planner, date(21), 'Gym')).toEqual([after]);
    expect(await times(planner, date(19), 'Gym')).toEqual([before]);
    await expect(block(page, 'Gym')).toHaveAccessibleName(/18:00 to 19:00/);
    await page.getByRole('link', { name: 'Next day' }).click();
    await expect(block(page, 'Gym')).toHaveAccessibleName(new RegExp(after.replace('–', ' to ')));
  });
}

test('nothing moves when the question is closed', async ({ page }) => {
  const { planner } = await at(page, [{ ...gym, start: `${DAY}T17:30`, repeat: 'FREQ=DAILY' }]);
  await drag(page, block(page, 'Gym'), HOUR / 2);
  await page.mouse.up();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(block(page, 'Gym')).toHaveAccessibleName(/17:30 to 18:30/);
  expect(await times(planner, DAY, 'Gym')).toEqual(['17:30–18:30']);
});

test('a new length for all stretches the steps', async ({ page }) => {
  const { planner, ids } = await at(page, [{ ...gym, start: `${DAY}T17:30`, repeat: 'FREQ=DAILY' }]);
  await drag(page, block(page, 'Gym'), HOUR, 'edge');
  await page.mouse.up();
  await page.getByRole('button', { name: /^All/ }).click();
  const minutes = async () => (await planner.ask<{ steps: { minutes: number }[] }>('GET', `routines/${ids[0]}`)).steps.map((step) => step.minutes);
  await expect.poll(minutes).toEqual([19, 101]);
  await expect(block(page, 'Gym')).toHaveAccessibleName(/17:30 to 19:30/);
});

test('what lasts past midnight is on both days', async ({ page }) => {
  const { planner } = await at(page, [{ ...once('Night train', 90, `${DAY}T21:00`) }]);
  await drag(page, block(page, 'Night train'), HOUR * 2);
  await page.mouse.up();
  await expect(block(page, 'Night train')).toHaveAccessibleName(/23:00 to 00:30/);
  await expect.poll(() => times(planner, DAY, 'Night train')).toEqual(['23:00–00:30']);
  await page.getByRole('link', { name: 'Next day' }).click();
  await expect(block(page, 'Night train')).toHaveAccessibleName(/23:00 to 00:30/);
  const box = await page.locator('.block').boundingBox();
  expect(Math.round(box!.height)).toBe(HOUR / 2 - 2);
});

test('skipping can be taken back, at once and later', async ({ page }) => {
  await at(page, [{ ...gym, start: `${DAY}T17:30`, repeat: 'FREQ=DAILY' }]);
  const skip = async () => {
    await block(page, 'Gym').click();
    await item(page, 'Skip this time').click();
    await expect(block(page, 'Gym')).toBeHidden();
  };
  await skip();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(block(page, 'Gym')).toBeVisible();
  await skip();
  await page.reload();
  await page.getByRole('group', { name: 'Skipped' }).getByRole('button', { name: 'Plan Gym again' }).click();
  await expect(block(page, 'Gym')).toBeVisible();
});

test('done without a run, and not done after all', async ({ page }) => {
  await at(page, [{ ...gym, start: `${DAY}T17:30` }]);
  await block(page, 'Gym').click();
  await item(page, 'Done').click();
  await expect(block(page, 'Gym')).toHaveAccessibleName(/, done$/);
  await expect(page.getByText('1 planned · all done')).toBeVisible();
  await axe(page);
  await block(page, 'Gym').click();
  await expect(item(page, 'Move')).toBeHidden();
  await item(page, 'Not done after all').click();
  await expect(block(page, 'Gym')).not.toHaveAccessibleName(/, done$/);
});

test('a run starts from its block and goes on from there', async ({ page }) => {
  await at(page, [{ ...gym, start: `${DAY}T17:30` }]);
  await page.getByRole('button', { name: 'Start Gym' }).click();
  await expect(page).toHaveURL(/\/run\//);
  const run = page.url();
  await page.goto(`/day/${DAY}`);
  await expect(block(page, 'Gym')).toHaveAccessibleName(/in progress/);
  await page.getByRole('button', { name: 'Continue Gym' }).click();
  await expect(page).toHaveURL(run);
});

test('deleting asks what is meant', async ({ page }) => {
  const { planner, ids } = await at(page, [{ ...gym, start: `${DAY}T17:30`, repeat: 'FREQ=DAILY' }, once('Dentist', 40, `${DAY}T10:00`)]);
  await block(page, 'Gym').click();
  await item(page, 'Delete').click();
  await axe(page);
  await page.getByRole('button', { name: /^This and later ones/ }).click();
  await expect(block(page, 'Gym')).toBeHidden();
  await expect.poll(() => times(planner, date(25), 'Gym')).toEqual([]);
  await block(page, 'Dentist').click();
  await item(page, 'Delete').click();
  await page.getByRole('dialog', { name: 'Delete Dentist?' }).getByRole('button', { name: 'Back to the inbox' }).click();
  await expect(block(page, 'Dentist')).toBeHidden();
  const card = page.getByRole('complementary').getByRole('listitem').filter({ hasText: 'Dentist' });
  await expect(card).toBeVisible();
  await card.getByRole('button').click();
  await item(page, 'Delete').click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await expect(card).toBeHidden();
  await expect.poll(async () => planner.ask('GET', `routines/${ids[1]}`).catch((error: Error) => error.message)).toMatch(/ 404 /);
});

test('the inbox takes notes', async ({ page }) => {
  await at(page, [once('Sort the drawer', 30)]);
  const inbox = page.getByRole('complementary', { name: 'Inbox' });
  await inbox.getByRole('button', { name: 'Add to inbox' }).click();
  await page.keyboard.type('Renew passport');
  await inbox.getByLabel('Minutes').fill('20');
  await page.keyboard.press('Enter');
  await expect(inbox.getByRole('listitem')).toHaveCount(2);
  await axe(page);
});

test('a card is dragged from the inbox onto the timeline', async ({ page }) => {
  const { planner } = await at(page, [once('Renew passport', 20)]);
  const inbox = page.getByRole('complementary', { name: 'Inbox' });
  const lane = (await page.locator('.lane').boundingBox())!;
  const card = (await inbox.getByText('Renew passport').boundingBox())!;
  await page.mouse.move(card.x + 10, card.y + 10);
  await page.mouse.down();
  await page.mouse.move(lane.x + 200, 500, { steps: 6 });
  await expect(page.locator('.block.lift')).toBeVisible();
  const text = await page.locator('.block.lift').innerText();
  await page.mouse.up();
  await expect(inbox.getByText('Renew passport')).toBeHidden();
  await expect.poll(() => times(planner, DAY, 'Renew passport')).toEqual([text.match(/\d\d:\d\d – \d\d:\d\d/)![0].replaceAll(' ', '')]);
});

test('what lies in the inbox is planned by its menu', async ({ page }) => {
  const { planner } = await at(page, [once('Sort the drawer', 30)]);
  const inbox = page.getByRole('complementary', { name: 'Inbox' });
  await inbox.getByRole('button', { name: 'What to do with Sort the drawer' }).click();
  await item(page, 'Plan …').click();
  const dialog = page.getByRole('dialog', { name: 'Plan Sort the drawer' });
  await expect(dialog.getByLabel('Date')).toHaveValue(DAY);
  await axe(page);
  await dialog.getByLabel('Time').fill('15:10');
  await dialog.getByRole('button', { name: 'Plan' }).click();
  await expect(block(page, 'Sort the drawer')).toHaveAccessibleName(/15:10 to 15:40/);
  await expect.poll(() => times(planner, DAY, 'Sort the drawer')).toEqual(['15:10–15:40']);
  await expect(inbox.getByText('Nothing waits here')).toBeVisible();
});

test('days are reached by arrows, by the week and by their date', async ({ page }) => {
  await at(page, [{ ...gym, start: `${DAY}T17:30` }]);
  const heading = page.getByRole('heading', { level: 1 });
  const name = (day: string) => new Date(`${day}T12:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });
  await expect(heading).toContainText(name(DAY));
  await page.getByRole('link', { name: 'Previous day' }).click();
  await expect(heading).toContainText(name(date(19)));
  await expect(page).toHaveURL(new RegExp(date(19)));
  await page.getByRole('button', { name: 'Go to date' }).click();
  await page.getByLabel('Go to date').last().fill(date(30));
  await page.keyboard.press('Enter');
  await expect(heading).toContainText(name(date(30)));
  const week = page.getByRole('navigation', { name: 'Week' });
  await expect(week.locator('[aria-current=date]')).toHaveAccessibleName(new RegExp(`${name(date(30))}.*, Nothing planned`));
  await page.goBack();
  await expect(heading).toContainText(name(date(19)));
  await page.getByRole('link', { name: 'Today' }).last().click();
  await expect(heading).toContainText(name(date(0)));
  await expect(page).toHaveURL(/\/$/);
});

test('free time and an empty spot lead to a new routine there', async ({ page }) => {
  await at(page, [once('Lunch', 60, `${DAY}T12:00`), once('Tea', 30, `${DAY}T15:00`)]);
  await page.getByRole('button', { name: '2 h free' }).click();
  await expect(page).toHaveURL(new RegExp(`date=${DAY}&at=13%3A00`));
  await page.goto(`/day/${DAY}`);
  await block(page, 'Lunch').scrollIntoViewIfNeeded();
  const lane = (await page.locator('.lane').boundingBox())!;
  await page.mouse.dblclick(lane.x + 300, lane.y + 13.3 * HOUR);
  await expect(page).toHaveURL(new RegExp(`date=${DAY}&at=13%3A15`));
});

test('what was changed elsewhere is not overwritten', async ({ page }) => {
  // A page that hears of changes would know already.
  await page.route('**/api/v1/events', (route) => route.abort());
  const { planner, ids } = await at(page, [{ ...gym, start: `${DAY}T17:30` }]);
  const key = `1-${DAY.replaceAll('-', '')}T1730`;
  const headers = { Authorization: '', 'If-Match': '*', 'Content-Type': 'application/json' };
  const moved = await fetch(`${process.env.DAYMARK_URL}/api/v1/routines/${ids[0]}/occurrences/${key}/time`, {
    method: 'PUT',
    headers: { ...headers, Authorization: `Bearer ${planner.token}` },
    body: JSON.stringify({ start: `${DAY}T08:00` }),
  });
  expect(moved.status).toBe(200);
  await drag(page, block(page, 'Gym'), HOUR / 2);
  await page.mouse.up();
  await expect(page.locator('.toast')).toContainText('changed elsewhere');
  await expect(block(page, 'Gym')).toHaveAccessibleName(/08:00 to 09:00/);
});

test('a move that does not reach the server is taken back, and said', async ({ page, context }) => {
  await at(page, [{ ...gym, start: `${DAY}T17:30` }]);
  await block(page, 'Gym').focus();
  await context.setOffline(true);
  await page.keyboard.press('m');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.locator('.toast')).toContainText('could not be reached');
  await expect(block(page, 'Gym')).toHaveAccessibleName(/17:30 to 18:30/);
  await expect(page.getByText('This may be out of date.')).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText('This may be out of date.')).toBeHidden();
});

test('a day that does not come says so, and can be asked for again', async ({ page }) => {
  await signUp(page);
  await page.route('**/api/v1/days**', (route) => route.abort());
  await page.goto(`/day/${DAY}`);
  await expect(page.getByRole('alert')).toContainText('No connection');
  await axe(page);
  await page.unroute('**/api/v1/days**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.timeline')).toBeVisible();
});

test('it speaks German and counts as Germans do', async ({ page }) => {
  const { accessToken } = await signUp(page, { locale: 'de' });
  await new Planner(process.env.DAYMARK_URL!, accessToken).create({ ...gym, start: `${DAY}T17:30` });
  await page.goto(`/day/${DAY}`);
  await expect(page.getByRole('button', { name: 'Gym, 17:30 bis 18:30, 2 Schritte' })).toBeVisible();
  await expect(page.getByText('1 geplant · nächstes 17:30')).toBeVisible();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  /** Rests with a finger, then moves it. */
  async function swipe(page: Page, from: [number, number], dy: number, restMs: number): Promise<void> {
    const client = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y: number) =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: from[0], y }] });
    await touch('touchStart', from[1]);
    await page.waitForTimeout(restMs);
    for (let i = 1; i <= 8; i++) await touch('touchMove', from[1] + (dy * i) / 8);
    await touch('touchEnd', from[1] + dy);
  }

  test('everything fits, and is large enough for a finger', async ({ page }) => {
    await at(page, [
      { ...gym, start: `${DAY}T09:30` },
      once('A title so long that it cannot stand in one line of a phone, whatever one does', 45, `${DAY}T11:00`),
      once('Call', 45, `${DAY}T11:00`),
    ]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    for (const link of await page.locator('.day-head .icon-button:visible, .week-day, .nav-link, .fab').all()) {
      const box = (await link.boundingBox())!;
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
    }
    await axe(page);
    await block(page, 'Gym').tap();
    await expect(item(page, 'Delete')).toBeInViewport({ ratio: 1 });
    await axe(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New routine' }).tap();
    await expect(page).toHaveURL(new RegExp(`/routines/new\\?date=${DAY}`));
  });

  test('a finger that rests lifts a block; one that moves at once scrolls', async ({ page }) => {
    const { planner } = await at(page, [{ ...gym, start: `${DAY}T12:00` }]);
    await block(page, 'Gym').evaluate((element) => element.closest('.block')!.scrollIntoView({ block: 'center' }));
    const box = (await page.locator('.block').boundingBox())!;
    await swipe(page, [box.x + 60, box.y + 20], HOUR / 2, 400);
    await expect.poll(() => times(planner, DAY, 'Gym')).toEqual(['12:30–13:30']);

    const scrolled = () => page.evaluate(() => window.scrollY);
    const before = await scrolled();
    const now = (await page.locator('.block').boundingBox())!;
    await swipe(page, [now.x + 60, now.y + 20], -120, 20);
    await expect.poll(scrolled).toBeGreaterThan(before + 60);
    expect(await times(planner, DAY, 'Gym')).toEqual(['12:30–13:30']);
  });

  test('without dragging: buttons move it', async ({ page }) => {
    const { planner } = await at(page, [{ ...gym, start: `${DAY}T12:00` }]);
    await block(page, 'Gym').tap();
    await item(page, 'Change length').tap();
    const bar = page.getByRole('group', { name: /^Gym, / });
    await bar.getByRole('button', { name: '5 minutes longer' }).tap();
    await bar.getByRole('button', { name: '5 minutes longer' }).tap();
    await axe(page);
    await bar.getByRole('button', { name: 'Confirm' }).tap();
    await expect.poll(() => times(planner, DAY, 'Gym')).toEqual(['12:00–13:10']);
  });

  test('the inbox is a page of its own', async ({ page }) => {
    await at(page, [once('Sort the drawer', 30)]);
    await page.getByRole('link', { name: 'Inbox' }).tap();
    await expect(page.getByRole('heading', { level: 1, name: 'Inbox' })).toBeVisible();
    await axe(page);
    await page.getByRole('button', { name: 'What to do with Sort the drawer' }).tap();
    await item(page, 'Plan …').tap();
    await page.getByRole('button', { name: 'Plan', exact: true }).tap();
    await expect(page.getByText('Nothing waits here')).toBeVisible();
  });
});

test('a full day, to look at', async ({ page }) => {
  await at(page, [
    { title: 'Morning start', colour: 'sun', icon: 'sun', steps: [{ title: 'Water', minutes: 5 }, { title: 'Stretch', minutes: 40 }], start: `${DAY}T07:00`, repeat: 'FREQ=DAILY' },
    { title: 'Deep work: grant draft', icon: 'briefcase', steps: [{ title: 'Re-read the outline', minutes: 15 }, { title: 'Write section 2', minutes: 80 }, { title: 'Tidy references', minutes: 25 }], start: `${DAY}T09:00` },
    { ...gym, start: `${DAY}T17:30`, repeat: 'FREQ=DAILY' },
    once('Order running shoes', 15),
  ]);
  await screens(page, 'today-1280');
  await page.setViewportSize({ width: 390, height: 844 });
  await screens(page, 'today-390');
});
