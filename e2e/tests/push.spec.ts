// Reminders by Web Push, from the plan to the screen: Daymark encrypts and sends, our push service hands over, a browser
// decrypts, shows and is clicked.
import { expect as impatient, test } from '@playwright/test';
import { createAccount, type Credentials, newCredentials, signUp, someAddress } from '../lib/account.ts';
import { Channels, type PushMessage } from '../lib/channels.ts';
import { bringSubscription, PushedWorker } from '../lib/chromium-push.ts';
import { Firefox, Profile } from '../lib/firefox.ts';
import { OtherPushService } from '../lib/other-push.ts';
import { civil, Planner } from '../lib/planning.ts';
import { type Delivery, type Known, PushService } from '../lib/push.ts';
import { test as onPage } from '../lib/test.ts';

const expect = impatient.configure({ timeout: 30_000 });

interface Person {
  account: Credentials;
  planner: Planner;
  channels: Channels;
}

async function person(): Promise<Person> {
  const account = newCredentials();
  const { accessToken } = await createAccount(process.env.DAYMARK_URL!, account);
  const planner = new Planner(process.env.DAYMARK_URL!, accessToken);
  return { account, planner, channels: new Channels(planner) };
}

const said = ({ text }: Delivery) => JSON.parse(text!) as PushMessage;

/** A start that is soon, but not so soon that it passes while it is planned: `2026-11-18T07:05`. */
function soon(): string {
  const { date, time } = civil(new Date().getSeconds() < 50 ? 1 : 2);
  return `${date}T${time}`;
}

/** Until a start that is soon has come, and what is sent then has arrived. */
const beginning = { timeout: 130_000 };

test('messages keep to the RFCs, as two push services read them', async () => {
  const { channels } = await person();
  const key = await channels.pushKey();
  const push = PushService.shared();
  const device = await push.subscribe(key);
  const phone = await channels.addPush('Phone', device);
  expect(await channels.test(phone)).toEqual({ delivered: true });
  const [delivery] = await push.ledger(device);
  expect(delivery).toMatchObject({ faults: [], answer: 201, vapid: { aud: push.origin, key } });
  expect(said(delivery!)).toMatchObject({ kind: 'test' });
  expect((await channels.get(phone)).last_success_at).toBeTruthy();

  const other = await OtherPushService.start('stack-other-push-service', process.env.DAYMARK_OTHER_PUSH!);
  try {
    const subscription = await other.subscribe(key);
    const tablet = await channels.addPush('Tablet', subscription);
    expect(await channels.test(tablet)).toEqual({ delivered: true });
    const texts = await other.texts(subscription.clientHash);
    expect(texts.map((text) => (JSON.parse(text) as PushMessage).kind)).toEqual(['test']);
    await other.end(subscription.clientHash);
    expect(await channels.test(tablet)).toEqual({ delivered: false, reason: 'gone' });
    expect((await channels.get(tablet)).ended?.reason).toBe('gone');
    expect((await channels.get(phone)).ended ?? null).toBeNull();
  } finally {
    await other.stop();
  }
});

test('only a push service that says so ends a channel', async () => {
  const { channels } = await person();
  const push = PushService.shared();
  const device = await push.subscribe(await channels.pushKey());
  const channel = await channels.addPush('Phone', device);
  const reasons = [];
  for (const answer of [{ status: 500 }, { status: 503, retryAfter: '1' }, { status: 429, retryAfter: '1' }, { instead: 'reset' }, { status: 400 }] as const) {
    await push.script(device, answer);
    const { delivered, reason } = await channels.test(channel);
    expect(delivered).toBe(false);
    expect((await channels.get(channel)).ended ?? null, reason).toBeNull();
    reasons.push(reason);
  }
  expect(reasons).toEqual(['broken', 'broken', 'busy', expect.stringMatching(/silent|unreachable|broken/), 'refused']);
  await push.end(device);
  expect(await channels.test(channel)).toEqual({ delivered: false, reason: 'gone' });
  expect((await channels.get(channel)).ended?.reason).toBe('gone');
});

/** Opens Daymark in Firefox, signed in, and lets this browser be reminded. */
async function enable(firefox: Firefox, { account }: Person): Promise<void> {
  const url = process.env.DAYMARK_URL!;
  await firefox.goto(`${url}/healthz`);
  await firefox.evaluate(
    async (body, address) => {
      const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': address };
      const response = await fetch('/api/v1/sessions', { method: 'POST', headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`not signed in: ${response.status} ${await response.text()}`);
      localStorage.setItem('daymark.signed_in', '1');
    },
    { email: account.email, password: account.password },
    someAddress(),
  );
  await firefox.goto(`${url}/settings`);
  await firefox.click(`//button[normalize-space()='Turn on here']`);
}

test.describe('in Firefox', () => {
  test('reminders are shown, started, put off and done; another browser follows, and hears later what it missed', async () => {
    test.setTimeout(300_000);
    const me = await person();
    const { planner, channels } = me;
    const push = PushService.shared();
    const profiles = [new Profile('firefox-laptop', push.origin), new Profile('firefox-desk', push.origin)] as const;
    const shown = async (firefox: Firefox) => (await firefox.notifications()).map(({ title }) => title).sort();
    const connected = async () => (await push.subscriptions()).filter(({ connected }) => connected);
    const open = new Set<Firefox>();
    const opened = async (profile: Profile) => {
      const firefox = await Firefox.open(profile);
      open.add(firefox);
      return firefox;
    };
    try {
      const [laptop, desk] = [await opened(profiles[0]), await opened(profiles[1])];
      for (const [index, firefox] of [laptop, desk].entries()) {
        await enable(firefox, me);
        await expect.poll(async () => (await channels.list()).length).toBe(index + 1);
      }
      const [atLaptop, atDesk] = await connected();
      const [channel] = await channels.list();
      expect(await channels.test(channel!)).toEqual({ delivered: true });
      await expect.poll(async () => (await shown(laptop)).length).toBe(1);
      expect(await shown(desk)).toEqual([]);
      await laptop.dismissNotifications();
      // And a device whose messages can be read.
      const phone = await push.subscribe(await channels.pushKey());
      await channels.addPush('Phone', phone);

      const at = soon();
      const plan = (title: string) => planner.create({ title, steps: [{ title: 'Only this', minutes: 10 }], start: at });
      await plan('Walk');
      const reading = await plan('Read');
      const washing = await plan('Wash up');
      await plan('Stretch');
      const all = ['Read', 'Stretch', 'Walk', 'Wash up'];
      await expect.poll(() => shown(laptop), beginning).toEqual(all);
      await expect.poll(() => shown(desk)).toEqual(all);
      await expect.poll(async () => (await push.ledger(phone)).map((each) => said(each).title).sort()).toEqual(all);
      const begun = (await push.ledger(phone)).map(said);

      await laptop.pictures('notification');

      await laptop.clickNotification('Walk', 'start');
      await expect.poll(() => laptop.tabs()).toContainEqual(expect.stringMatching(/\/run\/[0-9a-f-]{36}$/));
      await laptop.clickNotification('Read', 'snooze');
      await laptop.clickNotification('Wash up', 'done');
      const { token } = begun.find(({ title }) => title === 'Stretch')!;
      await planner.ask('POST', `reminder-actions/${token}/snooze`, { minutes: 1 });
      // What was acted on somewhere is replaced everywhere by a notice that says so, and taken off.
      await expect.poll(() => shown(desk)).toEqual([]);
      await expect.poll(() => shown(laptop)).toEqual([]);
      for (const title of all) {
        const bodies = (await desk.shown()).filter((each) => each.title === title).map(({ body }) => body);
        expect(new Set(bodies).size, title).toBe(2);
      }
      const closed = (await push.ledger(phone)).map(said).filter(({ kind }) => kind === 'close');
      expect(closed.map(({ title }) => title).sort(), 'all but what was pressed there').toEqual(['Read', 'Walk', 'Wash up']);
      for (const { tag, title } of closed) expect(begun.find((each) => each.title === title)?.tag).toBe(tag);
      const due = (await channels.reminders('upcoming')).filter(({ routine }) => routine === reading).map(({ due_at }) => Date.parse(due_at));
      expect(due.length).toBeGreaterThan(0);
      for (const each of due) expect(each - Date.now()).toBeGreaterThan(8 * 60_000);
      const day = await planner.ask<{ occurrences: { routine: string; state: string }[] }>('GET', `days/${at.slice(0, 10)}`);
      expect(day.occurrences.find(({ routine }) => routine === washing)).toMatchObject({ state: 'done' });

      // What was put off returns, to a browser that was away as soon as it is back.
      await desk.close();
      open.delete(desk);
      await expect.poll(() => shown(laptop), beginning).toEqual(['Stretch']);
      expect((await push.ledger(atDesk)).at(-1)).toMatchObject({ answer: 201, message: 'waiting' });
      const back = await opened(profiles[1]);
      await expect.poll(() => shown(back)).toEqual(['Stretch']);

      // The push service loses its memory: the browser subscribes anew, and its channel goes on.
      await laptop.dismissNotifications();
      const endpoint = async () => (await channels.get(channel!)).target.push?.fingerprint;
      const before = await endpoint();
      await push.forget(atLaptop!);
      await expect.poll(endpoint).not.toBe(before);
      expect(await channels.test(channel!)).toEqual({ delivered: true });
      await expect.poll(async () => (await shown(laptop)).length).toBe(1);

      const faults = (await push.ledger()).filter(({ subscription }) => [atLaptop!.id, atDesk!.id, phone.id].includes(subscription));
      expect(faults.flatMap(({ faults }) => faults)).toEqual([]);
    } finally {
      for (const firefox of open) await firefox.close();
      for (const profile of profiles) profile.remove();
    }
  });
});

test.describe('on one device', () => {
  // The second test is about what began with the first.
  test.describe.configure({ mode: 'default' });
  test.use({ actionTimeout: 60_000, navigationTimeout: 60_000 });

  let phone: Known;
  let planned: number;

  test.beforeAll(async () => {
    const { planner, channels } = await person();
    const push = PushService.shared();
    const device = await push.subscribe(await channels.pushKey());
    await channels.addPush('Phone', device);
    await push.script(device, { status: 503 }, { instead: 'reset', deliver: true });
    planned = Date.now();
    await planner.create({ title: 'Morning routine', steps: [{ title: 'Shower', minutes: 10 }], start: soon() });
    phone = device;
  });

  onPage('Chromium shows what was sent, and does what is pressed', async ({ context, page }) => {
    test.setTimeout(300_000);
    const account = await signUp(page);
    const planner = new Planner(process.env.DAYMARK_URL!, account.accessToken);
    const channels = new Channels(planner);
    const push = PushService.shared();
    const device = await push.subscribe(await channels.pushKey());
    await bringSubscription(context, device);
    await page.goto('/settings');
    const worker = await PushedWorker.of(page);
    await page.getByRole('button', { name: 'Turn on here' }).click();
    await expect.poll(async () => (await channels.list()).length).toBe(1);

    const steps = [{ title: 'Only this', minutes: 10 }];
    const start = soon();
    await planner.create({ title: 'Walk', steps, start });
    const reading = await planner.create({ title: 'Read', steps, start });
    await expect.poll(async () => (await push.ledger(device)).length, beginning).toBe(2);
    const sent = await push.ledger(device);
    for (const { text } of sent) await worker.push(text!);
    await expect.poll(async () => (await worker.notifications()).map(({ title }) => title).sort()).toEqual(['Read', 'Walk']);
    const [read, walk] = ['Read', 'Walk'].map((title) => sent.map(said).find((message) => message.title === title)!);
    for (const { tag, actions } of await worker.notifications()) {
      expect([read!.tag, walk!.tag]).toContain(tag);
      // As many as Chromium shows; Start is what a click beside them does too.
      expect(actions.map(({ action }) => action)).toEqual(['start', 'snooze']);
    }

    await worker.click(read!.tag, 'snooze');
    await expect.poll(async () => (await channels.reminders('upcoming')).map(({ routine }) => routine)).toContain(reading);
    await worker.click(walk!.tag);
    await expect(page).toHaveURL(/\/run\/[0-9a-f-]{36}$/);
    await expect.poll(() => worker.notifications()).toEqual([]);

    // Something is always shown, or the browser takes the right to push away.
    await worker.push('nothing that can be read');
    await expect.poll(async () => (await worker.notifications()).map(({ title }) => title)).toEqual(['Daymark']);
  });

  test('a reminder is sent again until it is taken, by the same topic where an answer was lost', async () => {
    test.setTimeout(300_000);
    const push = PushService.shared();
    await expect.poll(async () => (await push.ledger(phone)).map(({ answer }) => answer), beginning).toEqual([503, 'reset', 201]);
    const ledger = await push.ledger(phone);
    expect(ledger.flatMap(({ faults }) => faults)).toEqual([]);
    expect(new Set(ledger.map(({ headers }) => headers.topic)).size).toBe(1);
    for (const delivery of ledger) {
      expect(delivery.headers.urgency).toBe('high');
      expect(said(delivery)).toMatchObject({ kind: 'reminder', title: 'Morning routine' });
      // Half an hour is how long it is of use.
      expect(Number(delivery.headers.ttl)).toBeGreaterThan(0);
      expect(Number(delivery.headers.ttl)).toBeLessThanOrEqual(30 * 60);
      expect(delivery.at).toBeGreaterThanOrEqual(Math.ceil(planned / 60_000) * 60_000);
    }
  });
});
