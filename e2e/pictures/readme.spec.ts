// The README's pictures of Today and Run, of a day made through the API.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { signUp } from '../lib/account.ts';
import { screens, THEMES } from '../lib/looks.ts';
import { ROOT } from '../lib/nginx.ts';
import { civil, Planner, type RoutinePlan, type Run } from '../lib/planning.ts';
import { expect, test } from '../lib/test.ts';

const IMAGES = join(ROOT, 'docs/images');
const BYTES_MAX = 300_000;
const DAY = 24 * 60;

test.use({ viewport: { width: 1280, height: 880 } });

/** Where it is between nine and ten in the morning now: the day lies ahead, and the first things are done. */
function zone(): string {
  const hours = 9 - new Date().getUTCHours();
  const ahead = hours < -12 ? hours + 24 : hours;
  // POSIX counts to the west.
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

const steps = (...each: [title: string, minutes: number, note?: string][]) => each.map(([title, minutes, note = '']) => ({ title, minutes, note }));

test('Today and Run', async ({ page }) => {
  const here = zone();
  const date = civil(0, here).date;
  const monday = civil(-((new Date(`${date}T12:00Z`).getUTCDay() + 6) % 7) * DAY, here).date;
  const { accessToken } = await signUp(page, { zone: here });
  const planner = new Planner(process.env.DAYMARK_URL!, accessToken);
  const plan = (more: Omit<RoutinePlan, 'start'>, time: string, from = date) => planner.create({ ...more, start: `${from}T${time}` });

  const morning = await plan(
    { title: 'Morning start', colour: 'sun', icon: 'sun', repeat: 'FREQ=DAILY', steps: steps(['Shower', 10], ['Breakfast', 20], ['Dress', 5], ['Pack the bag', 10]) },
    '07:00',
    monday,
  );
  // The line of now stands well inside of it.
  const began = civil(-42 - (new Date().getUTCMinutes() - 42 + 60) % 5, here).time;
  const walked = civil(-72 - (new Date().getUTCMinutes() - 42 + 60) % 5, here).time;
  const walk = await plan({ title: 'Walk to work', colour: 'leaf', icon: 'footprints', repeat: 'FREQ=DAILY;INTERVAL=2', steps: steps(['Walk', 25]) }, walked);
  const work = await plan(
    {
      title: 'Deep work: grant draft',
      icon: 'pen-line',
      repeat: 'FREQ=DAILY;INTERVAL=2',
      steps: steps(['Re-read the outline', 15], ['Write section 2', 80, 'Just the method, not the results.'], ['Tidy references', 25]),
    },
    began,
  );
  await plan({ title: 'Team check-in', colour: 'slate', icon: 'users', repeat: 'FREQ=WEEKLY', steps: steps(['Talk', 30]) }, '11:15');
  await plan({ title: 'Call the landlord', colour: 'brick', icon: 'phone', steps: steps(['Call', 45]) }, '11:15');
  await plan({ title: 'Lunch, away from the desk', colour: 'brick', icon: 'utensils', repeat: 'FREQ=DAILY', steps: steps(['Eat', 45]) }, '12:30', monday);
  await plan({ title: 'Study: statistics', colour: 'plum', icon: 'book-open', repeat: 'FREQ=DAILY;INTERVAL=3', steps: steps(['Read chapter 4', 40], ['Exercises 1–6', 50]) }, '14:00');
  await plan({ title: 'Gym', colour: 'leaf', icon: 'dumbbell', steps: steps(['Warm up', 10], ['Weights', 35], ['Stretch', 15]) }, '17:30');
  for (const [title, minutes, colour] of [['Renew passport photos', 20, 'brick'], ['Answer Mira about the trip', 10, 'sea'], ['Sort the cable drawer', 30, 'plum'], ['Order running shoes', 15, 'leaf']] as const) {
    await planner.create({ title, colour, steps: steps([title, minutes]) });
  }
  await planner.done(morning, `${date === monday ? date : monday}T07:00`);
  await planner.done(morning, `${date}T07:00`);
  await planner.done(walk, `${date}T${walked}`);
  const run = await planner.start(work, `${date}T${began}`);
  await planner.ask('POST', `runs/${run.id}/done`, { step: run.steps[0]!.id });

  await page.goto('/');
  await expect(page.getByRole('button', { name: /^Deep work: grant draft/ })).toBeInViewport();
  await expect(page.getByText('Answer Mira about the trip')).toBeVisible();
  await screens(page, 'today', IMAGES);

  // The run began a moment ago: half an hour of it has passed for the picture.
  await page.route(`**/runs/${run.id}`, async (route) => {
    const answer = await route.fetch();
    const told = (await answer.json()) as Run;
    const { phase } = told.progress;
    phase.since = new Date(Date.parse(phase.since!) - (30 * 60 + 20) * 1000).toISOString();
    await route.fulfill({ response: answer, json: told });
  });
  await page.goto(`/run/${run.id}`);
  await expect(page.getByRole('heading', { name: 'Write section 2' })).toBeVisible();
  await expect(page.getByText('of 80 min')).toBeVisible();
  await screens(page, 'run', IMAGES);

  for (const name of ['today', 'run']) {
    for (const theme of THEMES) expect(statSync(join(IMAGES, `${name}-${theme}.png`)).size).toBeLessThan(BYTES_MAX);
  }
});
