// Channels and reminders through the API, as the client uses them.
import { mint, type Planner } from './planning.ts';
import type { Subscription } from './sender.ts';

export interface Channel {
  id: string;
  name: string;
  kind: 'push' | 'ntfy' | 'email' | 'webhook';
  /** As far as it is shown: a browser is known by a hash of its endpoint. */
  target: { push?: { host: string; fingerprint: string } };
  role: 'always' | 'fallback';
  ended?: { reason: string } | null;
  last_success_at?: string | null;
  last_error?: { reason: string } | null;
}

export interface Reminder {
  id: string;
  routine: string;
  occurrence: string;
  title: string;
  due_at: string;
  state: string;
}

/** What a push message holds, once it is decrypted. */
export interface PushMessage {
  kind: 'reminder' | 'close' | 'test' | 'ended';
  tag: string;
  title: string;
  body: string;
  url: string;
  token?: string;
  labels?: { start: string; snooze: string; done: string };
}

export class Channels {
  constructor(private readonly planner: Planner) {}

  /** The key that browsers subscribe with. */
  async pushKey(): Promise<string> {
    return (await this.planner.ask<{ push: { key: string } }>('GET', 'channel-offer')).push.key;
  }

  addPush(name: string, { endpoint, keys: { p256dh, auth } }: Subscription): Promise<Channel> {
    return this.planner.ask('POST', 'channels', { id: mint(), name, target: { push: { endpoint, keys: { p256dh, auth } } } });
  }

  async list(): Promise<Channel[]> {
    return (await this.planner.ask<{ items: Channel[] }>('GET', 'channels')).items;
  }

  get({ id }: Channel): Promise<Channel> {
    return this.planner.ask('GET', `channels/${id}`);
  }

  /** Sends a test message now. */
  test({ id }: Channel): Promise<{ delivered: boolean; reason?: string }> {
    return this.planner.ask('POST', `channels/${id}/test`);
  }

  async reminders(list: 'missed' | 'upcoming'): Promise<Reminder[]> {
    return (await this.planner.ask<{ items: Reminder[] }>('GET', `reminders?list=${list}`)).items;
  }

  snooze({ id }: Reminder, minutes: number): Promise<void> {
    return this.planner.ask('POST', `reminders/${id}/snooze`, { minutes });
  }
}
