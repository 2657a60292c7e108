// Routines as a person writes them: the sheet, which occurrences a change is meant for, and what happens when things go
// wrong.
import { signUp, type SignedIn } from '../lib/account.ts';
import { axe, screens } from '../lib/looks.ts';
import { expect, test, type Page } from '../lib/test.ts';

const MONDAY = '2027-03-01';
const WEEK = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];

interface Step {
  id: string;
  title: string;
  minutes: number;
  note?: string;
}
interface Routine {
  id: string;
  title: string;
  steps: Step[];
  schedule: { start: string; zone: string; repeat?: string } | null;
  revision: number;
}
interface Occurrence {
  key: string;
  title: string;
  start: string;
}

/** The API, as the person in the page. */
function api(page: Page, who: SignedIn) {
  const headers = { Authorization: `Bearer ${who.accessToken}` };
  return {
    async routines(): Promise<Routine[]> {
      return ((await (await page.request.get('/api/v1/routines', { headers })).json()) as { items: Routine[] }).items;
    },
    async day(date: string): Promise<Occurrence[]> {
      return ((await (await page.request.get(`/api/v1/days/${date}`, { headers })).json()) as { occurrences: Occurrence[] }).occurrences;
    },
    async create(routine: Partial<Routine> & { colour?: string; icon?: string; notes?: string }): Promise<void> {
      const response = await page.request.post('/api/v1/routines', { headers, data: routine });
      expect(response.status(), await response.text()).toBe(201);
    },
    async rename(routine: Routine, title: string): Promise<void> {
      const response = await page.request.patch(`/api/v1/routines/${routine.id}`, {
        headers: { ...headers, 'If-Match': `"${routine.revision}"` },
        data: { scope: 'all', title },
      });
      expect(response.status(), await response.text()).toBe(200);
    },
  };
}

const ROUTINE = '01890a5d-ac96-774b-bcce-b302099a8057';
const step = (n: number, title: string, minutes: number): Step => ({ id: `01890a5d-ac96-774b-bcce-b302099a80${60 + n}`, title, minutes });

/** Three steps every weekday at 07:00, from a Monday on. */
const morning = {
  id: ROUTINE,
  title: 'Morning start',
  colour: 'sun',
  icon: 'sun',
  steps: [step(0, 'Water', 2), step(1, 'Stretch', 8), step(2, 'Shower', 20)],
  schedule: { start: `${MONDAY}T07:00`, zone: 'mine', repeat: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR' },
};

const sheet = (page: Page) => page.locator('#routine-editor');
const titles = (page: Page) => page.locator('.step-line > input').evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value));
const save = (page: Page) => sheet(page).getByRole('button', { name: 'Save' }).click();
const open = (page: Page, of = '') => page.goto(`/routines/${ROUTINE}${of}`);

test('three steps every weekday at 07:00, written from the title down', async ({ page }) => {
  const who = await signUp(page);
  await page.goto(`/routines/new?date=${MONDAY}&at=07:00`);
  await expect(sheet(page).getByRole('textbox', { name: 'Title' })).toBeFocused();
  await page.keyboard.type('Morning start');
  await page.getByRole('radio', { name: 'Yellow' }).check({ force: true });
  await page.getByRole('button', { name: 'Icon: Circle' }).click();
  await page.getByRole('radio', { name: 'Sunrise' }).click({ force: true });
  await expect(page.getByRole('button', { name: 'Icon: Sunrise' })).toBeFocused();

  // Enter leads from one step to the next.
  await page.getByRole('button', { name: 'Split into steps' }).click();
  await expect(page.getByRole('textbox', { name: 'Step 1' })).toBeFocused();
  await page.keyboard.type('Glass of water');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Step 2' })).toBeFocused();
  await page.keyboard.type('Stretch');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Step 3' })).toBeFocused();
  await page.keyboard.type('Shower');
  await page.getByRole('spinbutton', { name: 'Minutes of Glass of water' }).fill('2');
  await page.getByRole('button', { name: 'More time for Stretch' }).click();
  await page.getByRole('spinbutton', { name: 'Minutes of Shower' }).fill('20');
  await expect(sheet(page)).toContainText('28 min');

  for (const day of WEEK) await page.getByRole('button', { name: day, exact: true }).click();
  await expect(sheet(page)).toContainText('Every weekday at 07:00, without an end.');
  await expect(sheet(page)).toContainText(/Next: Mon\D*1\sMar.*Tue\D*2\sMar.*Wed\D*3\sMar/);
  await save(page);
  await expect(sheet(page)).toBeHidden();
  await expect(page.getByText('Saved.').first()).toBeVisible();

  const [made] = await api(page, who).routines();
  expect(made!.steps.map(({ title, minutes }) => [title, minutes])).toEqual([['Glass of water', 2], ['Stretch', 6], ['Shower', 20]]);
  expect(made!.schedule).toEqual({ start: `${MONDAY}T07:00`, zone: 'mine', repeat: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR' });
  await page.goto('/routines');
  await expect(page.getByRole('link', { name: /Morning start/ })).toContainText('Every weekday at 07:00');
});

test('a change is for one, for later ones, or for all', async ({ page }) => {
  const who = await signUp(page);
  const { create, day } = api(page, who);
  await create(morning);
  const change = async (date: string, title: string, scope: string) => {
    const [occurrence] = await day(date);
    await open(page, `?date=${date}&occurrence=${occurrence!.key}`);
    await page.getByRole('textbox', { name: 'Title' }).fill(title);
    await save(page);
    await page.getByRole('button', { name: new RegExp(`^${scope}`) }).click();
    await expect(sheet(page)).toBeHidden();
  };
  const named = async (date: string) => (await day(date)).map(({ title }) => title);

  await change('2027-03-03', 'Slow morning', 'Only this one');
  expect(await named('2027-03-02')).toEqual(['Morning start']);
  expect(await named('2027-03-03')).toEqual(['Slow morning']);
  expect(await named('2027-03-04')).toEqual(['Morning start']);

  await change('2027-03-08', 'Early morning', 'This and later ones');
  expect(await named('2027-03-05')).toEqual(['Morning start']);
  expect(await named('2027-03-08')).toEqual(['Early morning']);
  expect(await named('2027-03-22')).toEqual(['Early morning']);

  await change('2027-03-10', 'Any morning', 'All');
  for (const date of ['2027-03-01', '2027-03-03', '2027-03-08', '2027-03-22']) expect(await named(date)).toEqual(['Any morning']);
});

test('another time is for the days that are meant', async ({ page }) => {
  const who = await signUp(page);
  const { create, day } = api(page, who);
  await create(morning);
  const [occurrence] = await day('2027-03-09');
  await open(page, `?date=2027-03-09&occurrence=${occurrence!.key}`);
  // Shown is what will be from there on.
  await expect(page.locator('#routine-date')).toHaveValue('2027-03-09');
  await page.locator('#routine-time').fill('08:30');
  await save(page);
  await page.getByRole('button', { name: /^All/ }).click();
  await expect(sheet(page)).toBeHidden();
  expect((await day(MONDAY)).map(({ start }) => start)).toEqual([`${MONDAY}T08:30`]);
  expect((await day('2027-03-09')).map(({ start }) => start)).toEqual(['2027-03-09T08:30']);
});

test('what is wrong is said where it is wrong', async ({ page }) => {
  const who = await signUp(page);
  await page.goto(`/routines/new?date=${MONDAY}&at=07:00`);
  await save(page);
  const title = page.getByRole('textbox', { name: 'Title' });
  await expect(title).toBeFocused();
  await expect(title).toHaveAttribute('aria-invalid', 'true');
  await expect(title).toHaveAccessibleDescription('Fill this in.');
  await title.fill('Evening');
  await expect(title).not.toHaveAttribute('aria-invalid', 'true');

  await page.getByRole('button', { name: 'Split into steps' }).click();
  await page.getByRole('textbox', { name: 'Step 1' }).fill('Tidy up');
  const minutes = page.getByRole('spinbutton', { name: 'Minutes of Tidy up' });
  await minutes.fill('1441');
  await expect(minutes).toHaveAccessibleDescription('Between 1 minute and 24 hours.');
  await minutes.fill('1440');
  await page.getByRole('button', { name: 'Add a step' }).click();
  await page.getByRole('textbox', { name: 'Step 2' }).fill('Read');
  await expect(sheet(page)).toContainText('All steps together last at most 24 hours.');
  await minutes.fill('10');

  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByLabel('Repeat', { exact: true }).selectOption('years');
  await page.getByLabel('Day', { exact: true }).selectOption('30');
  await page.getByLabel('Month', { exact: true }).selectOption('February');
  await expect(sheet(page)).toContainText('Like this it would never happen.');
  await save(page);
  await expect(sheet(page)).toContainText('Repeated like this it would never happen.');
  await page.getByLabel('Day', { exact: true }).selectOption('29');
  await expect(sheet(page)).toContainText('Every year on 29 February at 07:00, without an end.');
  await expect(sheet(page)).toContainText(/It begins on Tuesday 29 February/);
  await page.getByLabel('Every', { exact: true }).fill('0');
  await save(page);
  await expect(page.getByLabel('Every', { exact: true })).toBeFocused();
  await page.getByLabel('Every', { exact: true }).fill('1');

  // What only the server finds is put at its field too.
  await page.route('**/api/v1/routines', (route) =>
    route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      json: {
        type: '/problems/control_character', title: '', status: 422, code: 'control_character',
        errors: [{ pointer: '/steps/1/title', code: 'control_character', detail: '' }],
      },
    }), { times: 1 });
  await save(page);
  await expect(page.getByRole('textbox', { name: 'Step 2' })).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Step 2' })).toHaveAccessibleDescription(/invisible character/);
  await save(page);
  await expect(sheet(page)).toBeHidden();
  expect(await api(page, who).routines()).toHaveLength(1);
});

test('steps are put in order by key, by menu and by hand', async ({ page }) => {
  const who = await signUp(page);
  await api(page, who).create(morning);
  await open(page);
  const spoken = page.locator('#routine-editor [role=status][aria-live=polite]');

  await page.getByRole('textbox', { name: 'Step 1' }).focus();
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => titles(page)).toEqual(['Stretch', 'Water', 'Shower']);
  await expect(spoken).toContainText('Water, now 2 of 3');
  // The focus goes along.
  await expect(page.getByRole('textbox', { name: 'Step 2' })).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => titles(page)).toEqual(['Stretch', 'Shower', 'Water']);
  await page.keyboard.press('Alt+ArrowDown');
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => titles(page)).toEqual(['Stretch', 'Water', 'Shower']);

  await page.getByRole('button', { name: /^Stretch:/ }).click();
  await page.getByRole('menuitem', { name: 'Move down' }).click();
  await expect.poll(() => titles(page)).toEqual(['Water', 'Stretch', 'Shower']);

  const grip = await page.getByRole('button', { name: /^Shower:/ }).boundingBox();
  const first = await page.getByRole('button', { name: /^Water:/ }).boundingBox();
  await page.mouse.move(grip!.x + 20, grip!.y + 20);
  await page.mouse.down();
  await page.mouse.move(grip!.x + 20, grip!.y, { steps: 4 });
  await page.mouse.move(grip!.x + 20, first!.y + 4, { steps: 6 });
  await expect(page.locator('.step.lifted')).toHaveCount(1);
  await page.mouse.up();
  await expect.poll(() => titles(page)).toEqual(['Shower', 'Water', 'Stretch']);
  // A drag is no press.
  await expect(page.getByRole('menu')).toBeHidden();
  await expect(spoken).toContainText('Shower, now 1 of 3');

  // Esc puts it back, and leaves the sheet open.
  await page.mouse.move(grip!.x + 20, first!.y + 20);
  await page.mouse.down();
  await page.mouse.move(grip!.x + 20, grip!.y + 30, { steps: 6 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  expect(await titles(page)).toEqual(['Shower', 'Water', 'Stretch']);
  await expect(sheet(page)).toBeVisible();

  await page.getByRole('button', { name: /^Water:/ }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  expect(await titles(page)).toEqual(['Shower', 'Stretch']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('textbox', { name: 'Step 2' })).toBeFocused();
  expect(await titles(page)).toEqual(['Shower', 'Water', 'Stretch']);
  await page.keyboard.press('Control+Enter');
  await expect(sheet(page)).toBeHidden();
  const [after] = await api(page, who).routines();
  expect(after!.steps.map(({ id }) => id)).toEqual([morning.steps[2], morning.steps[0], morning.steps[1]].map((step) => step!.id));
});

test('what was typed is not lost without being asked', async ({ page }) => {
  const who = await signUp(page);
  await api(page, who).create(morning);
  await page.goto('/routines');
  await page.getByRole('link', { name: /Morning start/ }).click();
  // Nothing typed, nothing asked.
  await page.keyboard.press('Escape');
  await expect(sheet(page)).toBeHidden();
  await expect(page).toHaveURL(/\/routines$/);

  await page.getByRole('link', { name: /Morning start/ }).click();
  const title = page.getByRole('textbox', { name: 'Title' });
  await title.fill('Calm start');
  const question = page.getByRole('dialog', { name: 'Discard your changes?' });
  await page.keyboard.press('Escape');
  await expect(question).toBeVisible();
  await expect(question.getByRole('button', { name: 'Keep editing' }).last()).toBeFocused();
  // However often Esc is pressed, nothing goes.
  for (let n = 0; n < 5; n++) await page.keyboard.press('Escape');
  await expect(sheet(page)).toBeVisible();
  if (await question.isVisible()) await question.getByRole('button', { name: 'Keep editing' }).last().click();
  await expect(title).toHaveValue('Calm start');

  // The browser's way back closes the sheet; what was typed waits.
  await page.goBack();
  await expect(sheet(page)).toBeHidden();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(title).toHaveValue('Calm start');
  await sheet(page).getByRole('button', { name: 'Close' }).click();
  await question.getByRole('button', { name: 'Discard' }).click();
  await expect(sheet(page)).toBeHidden();
  expect((await api(page, who).routines())[0]!.title).toBe('Morning start');
});

test('what changed elsewhere is told, and what was typed stays', async ({ page, browser, baseURL }) => {
  const who = await signUp(page);
  const { create, routines, rename } = api(page, who);
  await create({ ...morning, schedule: null });
  await open(page);
  await page.getByRole('button', { name: 'Add notes' }).click();
  await page.getByLabel('Notes').fill('Curtains first');

  // Somebody else: another browser of the same person.
  const other = await browser.newContext({ baseURL: baseURL! });
  const [before] = await routines();
  await rename(before!, 'Gentle start');
  await other.close();

  await save(page);
  await expect(sheet(page).getByRole('alert')).toContainText('It was changed elsewhere');
  await expect(page.getByLabel('Notes')).toHaveValue('Curtains first');
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Gentle start');
  await save(page);
  await expect(sheet(page)).toBeHidden();
  const [after] = await routines();
  expect([after!.title, (after as Routine & { notes: string }).notes]).toEqual(['Gentle start', 'Curtains first']);
});

test('a lost answer makes no second routine', async ({ page }) => {
  const who = await signUp(page);
  await page.goto('/routines/new');
  await page.getByRole('textbox', { name: 'Title' }).fill('Dentist');
  // The server makes it, and the answer is lost on its way.
  await page.route('**/api/v1/routines', async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await save(page);
  await expect(sheet(page).getByRole('alert')).toContainText('could not be reached');
  await page.getByRole('textbox', { name: 'Title' }).fill('Dentist, with the card');
  await save(page);
  await expect(sheet(page)).toBeHidden();
  expect((await api(page, who).routines()).map(({ title }) => title)).toEqual(['Dentist, with the card']);
});

test('it ends from a day on, or goes with its history', async ({ page }) => {
  const who = await signUp(page);
  const { create, day, routines } = api(page, who);
  await create(morning);
  const [occurrence] = await day('2027-03-03');
  await open(page, `?date=2027-03-03&occurrence=${occurrence!.key}`);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: /^This and later ones/ }).click();
  await expect(sheet(page)).toBeHidden();
  expect(await day('2027-03-02')).toHaveLength(1);
  expect(await day('2027-03-03')).toHaveLength(0);

  await open(page);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: /^Delete with its history/ }).click();
  await expect(sheet(page)).toBeHidden();
  expect(await routines()).toHaveLength(0);
  await page.goto('/routines');
  await expect(page.getByRole('heading', { name: 'No routines yet' })).toBeVisible();
});

test('a rule from elsewhere is said in words, and kept until it is changed', async ({ page }) => {
  const who = await signUp(page);
  const { create, routines } = api(page, who);
  await create({ ...morning, schedule: { start: '2027-08-13T20:00', zone: 'Asia/Tokyo', repeat: 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13' } });
  await open(page);
  await expect(sheet(page)).toContainText('On the 13th of each month at 20:00 (Asia/Tokyo), if it falls on a Friday, without an end.');
  await page.locator('#routine-time').fill('21:15');
  await save(page);
  await expect(sheet(page)).toBeHidden();
  expect((await routines())[0]!.schedule).toEqual({ start: '2027-08-13T21:15', zone: 'Asia/Tokyo', repeat: 'FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR' });
  await open(page);
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(sheet(page)).toContainText('Every Friday at 21:15 (Asia/Tokyo), without an end.');
});

test('the list shows all, what is planned and what waits', async ({ page }) => {
  const who = await signUp(page);
  const { create } = api(page, who);
  await create(morning);
  await create({ ...morning, id: ROUTINE.replace(/7$/, '8'), title: 'Read the paper', schedule: null });
  await page.goto('/routines');
  const rows = page.getByRole('list').getByRole('link', { name: /min/ });
  await expect(rows).toHaveText([/Read the paper.*Inbox/, /Morning start.*Every weekday at 07:00/]);
  await page.getByRole('radio', { name: 'Planned' }).check({ force: true });
  await expect(rows).toHaveText([/Morning start/]);
  await page.getByRole('radio', { name: 'Inbox' }).check({ force: true });
  await expect(rows).toHaveText([/Read the paper/]);
});

for (const [where, size] of Object.entries({ desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } })) {
  test.describe(`nothing stands in anybody's way on a ${where}`, () => {
    test.use({ viewport: size });
    test.slow();

    test('in the list', async ({ page }) => {
      const who = await signUp(page);
      await page.goto('/routines');
      await expect(page.getByRole('heading', { name: 'No routines yet' })).toBeVisible();
      await axe(page);
      await api(page, who).create(morning);
      await page.goto('/routines');
      await expect(page.getByRole('link', { name: /Morning start/ })).toBeVisible();
      await axe(page);
      await screens(page, `routines-${where}`);
    });

    test('on the sheet', async ({ page }) => {
      await api(page, await signUp(page)).create(morning);
      await open(page);
      await expect(sheet(page)).toContainText('Every weekday at 07:00');
      // Nothing lies beside the sheet.
      expect(await sheet(page).evaluate((sheet) => sheet.scrollWidth - sheet.clientWidth)).toBe(0);
      await page.getByRole('button', { name: 'Add notes' }).click();
      await page.getByRole('button', { name: /^Stretch:/ }).click();
      await page.getByRole('menuitem', { name: 'Add a note' }).click();
      await page.getByRole('textbox', { name: 'Note for Stretch' }).fill('Slowly.\nBreathe.');
      await axe(page);
      await screens(page, `routine-${where}`);
    });

    test('in what opens on the sheet', async ({ page }) => {
      await api(page, await signUp(page)).create(morning);
      await open(page);
      await page.getByRole('button', { name: 'More', exact: true }).click();
      await page.getByLabel('Repeat', { exact: true }).selectOption('years');
      await page.getByRole('radio', { name: 'On a date' }).check({ force: true });
      await page.getByRole('button', { name: /^Icon/ }).click();
      await axe(page);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^Stretch:/ }).click();
      await axe(page);
    });

    test('where something is wrong', async ({ page }) => {
      await api(page, await signUp(page)).create(morning);
      await open(page);
      await page.getByRole('spinbutton', { name: 'Minutes of Stretch' }).fill('0');
      await page.getByRole('textbox', { name: 'Title' }).fill('');
      await save(page);
      await axe(page);
      await screens(page, `routine-wrong-${where}`);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog', { name: 'Discard your changes?' })).toBeVisible();
      await axe(page);
    });
  });
}
