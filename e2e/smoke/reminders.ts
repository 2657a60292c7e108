// Reminders on their way to the sink, which takes webhooks and tells of them in its log.
import type { Compose } from '../lib/docker.ts';
import { civil, mint, type Planner } from '../lib/planning.ts';
import { expect } from './production.ts';

/** Lets a person's reminders go to the sink; answers what came of a message that tries it. */
export async function remindAtSink(by: Planner): Promise<{ delivered: boolean }> {
  const target = { webhook: { url: 'http://sink:8080/lamp' } };
  const channel = await by.ask<{ id: string }>('POST', 'channels', { id: mint(), name: 'Lamp', target });
  return by.ask('POST', `channels/${channel.id}/test`);
}

/** Plans a routine that begins with the next minute and reminds then. */
export async function remindSoon(by: Planner, title: string): Promise<void> {
  const { date, time } = civil(1);
  const steps = [{ id: mint(), title: 'Breathe', minutes: 5, note: '' }];
  const routine = { id: mint(), title, notes: '', colour: 'sea', icon: 'circle', steps, schedule: { start: `${date}T${time}` } };
  await by.ask('POST', 'routines', { ...routine, reminders: { offsets: [0] } });
}

/** What the sink has taken whose text holds this. */
async function taken(stack: Compose, text: string): Promise<unknown[]> {
  const lines = (await stack.logs('sink')).split('\n').filter((line) => line.startsWith('{'));
  const bodies = lines.map((line) => JSON.parse((JSON.parse(line) as { body: string }).body || '{}') as unknown);
  return bodies.filter((body) => JSON.stringify(body).includes(text));
}

/** Waits until the sink has it, once. */
export async function expectReminder(stack: Compose, title: string): Promise<void> {
  await expect.poll(() => taken(stack, title).then((found) => found.length), { timeout: 90_000, intervals: [500] }).toBe(1);
}
