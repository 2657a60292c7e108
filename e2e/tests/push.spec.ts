// Reminders by Web Push, from the plan to the screen: Daymark encrypts and sends, our push service hands over, a browser
// decrypts, shows and is clicked.
import { expect as impatient, test } from '@playwright/test';
import { createAccount, newCredentials } from '../lib/account.ts';
import { Channels, type PushMessage } from '../lib/channels.ts';
import { OtherPushService } from '../lib/other-push.ts';
import { civil, Planner } from '../lib/planning.ts';
import { type Delivery, PushService } from '../lib/push.ts';

const expect = impatient.configure({ timeout: 30_000 });

interface Person {
  planner: Planner;
  channels: Channels;
}

async function person(): Promise<Person> {
  const { accessToken } = await createAccount(process.env.DAYMARK_URL!, newCredentials());
  const planner = new Planner(process.env.DAYMARK_URL!, accessToken);
  return { planner, channels: new Channels(planner) };
}

const read = ({ text }: Delivery) => JSON.parse(text!) as PushMessage;

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
  expect(read(delivery!)).toMatchObject({ kind: 'test' });
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

test('a reminder is sent again until it is taken, and by the same topic when its answer was lost', async () => {
  test.setTimeout(240_000);
  const { planner, channels } = await person();
  const push = PushService.shared();
  const device = await push.subscribe(await channels.pushKey());
  await channels.addPush('Phone', device);
  await push.script(device, { status: 503 }, { instead: 'reset', deliver: true });
  const start = soon();
  await planner.create({ title: 'Morning routine', steps: [{ title: 'Shower', minutes: 10 }], start });
  const due = new Date(Date.now() - (Date.now() % 60_000));
  await expect.poll(async () => (await push.ledger(device)).map(({ answer }) => answer), beginning).toEqual([503, 'reset', 201]);
  const ledger = await push.ledger(device);
  expect(ledger.flatMap(({ faults }) => faults)).toEqual([]);
  expect(new Set(ledger.map(({ headers }) => headers.topic)).size).toBe(1);
  for (const delivery of ledger) {
    expect(delivery.headers.urgency).toBe('high');
    expect(read(delivery)).toMatchObject({ kind: 'reminder', title: 'Morning routine' });
    expect(Number(delivery.headers.ttl)).toBeGreaterThan(0);
    expect(Number(delivery.headers.ttl)).toBeLessThanOrEqual(30 * 60);
    expect(delivery.at).toBeGreaterThanOrEqual(due.getTime());
  }
});
