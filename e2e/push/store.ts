// What the service knows: subscriptions, the messages that wait for them, and the ledger.
import { createECDH, type ECDH, randomBytes, randomUUID } from 'node:crypto';
import type { Vapid } from './vapid.ts';

/** What a subscription answers instead of its own judgement, once each, in order. */
export interface Scripted {
  /** The status; what is accepted (201) is delivered as ever. */
  status?: number;
  /** The header `Retry-After`: seconds, or a date. */
  retryAfter?: string;
  /** Never answers; breaks the connection off; or sends a byte of the answer each `everyMs`. */
  instead?: 'stall' | 'reset' | 'drip';
  /** The pause of a drip; a second without it. */
  everyMs?: number;
  /** With `instead`: the message is delivered all the same, only the answer is lost. */
  deliver?: boolean;
}

/** What became of a message that was accepted. */
export type Fate = 'waiting' | 'sent' | 'acknowledged' | 'refused' | 'expired' | 'replaced' | 'dropped';

/** One request that the service was handed. */
export interface Delivery {
  /** From 1, in the order in which they came. */
  number: number;
  /** When the head was there: milliseconds since 1970. */
  at: number;
  subscription: string;
  headers: Record<string, string>;
  /** Base64. */
  body: string;
  /** What is wrong with it by RFC 8030, 8188, 8291 and 8292. */
  faults: string[];
  vapid?: Vapid;
  /** The payload, where the service made the subscription's keys itself. */
  text?: string;
  /** The status it answered with, or what it did instead. */
  answer?: number | 'stall' | 'reset' | 'drip';
  message?: Fate;
}

export interface Subscription {
  id: string;
  /** The only key that may send to it, as Base64url without padding. */
  key?: string;
  /** The browser that it belongs to, and the name by which that knows it. */
  browser?: { agent: string; channel: string };
  /** What decrypts its messages, where the service made it up itself. */
  device?: { ecdh: ECDH; auth: Buffer };
  gone: boolean;
  script: Scripted[];
}

export interface Message {
  id: string;
  subscription: Subscription;
  body: Buffer;
  topic?: string;
  /** Seconds. */
  ttl: number;
  delivery: Delivery;
}

/** More than this many deliveries are not remembered; the oldest go. */
const REMEMBERED = 20_000;
/** More than this many messages do not wait for one subscription. */
const WAITING = 1_000;

export class Store {
  readonly subscriptions = new Map<string, Subscription>();
  readonly ledger: Delivery[] = [];
  private readonly waiting = new Map<string, Message>();
  private count = 0;

  subscribe(more: Pick<Subscription, 'key' | 'browser'>): Subscription {
    const subscription: Subscription = { id: randomUUID(), gone: false, script: [], ...more };
    this.subscriptions.set(subscription.id, subscription);
    return subscription;
  }

  /** A subscription with keys of our own making, so that its messages can be read. */
  subscribeDevice(key?: string): { subscription: Subscription; p256dh: string; auth: string } {
    const ecdh = createECDH('prime256v1');
    const p256dh = ecdh.generateKeys('base64url');
    const auth = randomBytes(16);
    const subscription = this.subscribe({ key });
    subscription.device = { ecdh, auth };
    return { subscription, p256dh, auth: auth.toString('base64url') };
  }

  ofBrowser(agent: string): Subscription[] {
    return [...this.subscriptions.values()].filter(({ browser }) => browser?.agent === agent);
  }

  /** Ends a subscription: its address answers 410, and what waits for it is dropped. */
  end(subscription: Subscription): void {
    subscription.gone = true;
    for (const message of this.messagesOf(subscription)) this.close(message, 'dropped');
  }

  note(delivery: Omit<Delivery, 'number'>): Delivery {
    const noted = { number: ++this.count, ...delivery };
    this.ledger.push(noted);
    if (this.ledger.length > REMEMBERED) this.ledger.shift();
    return noted;
  }

  /** Keeps a message until it is acknowledged, its time is over or another of its topic replaces it (RFC 8030, 5.2 and 5.4). */
  keep(message: Omit<Message, 'id'>): Message {
    const others = this.messagesOf(message.subscription);
    for (const other of others) if (message.topic !== undefined && other.topic === message.topic) this.close(other, 'replaced');
    if (others.length >= WAITING) this.close(others[0]!, 'dropped');
    const kept = { id: randomBytes(16).toString('base64url'), ...message };
    this.waiting.set(kept.id, kept);
    kept.delivery.message = 'waiting';
    return kept;
  }

  /** What is not acknowledged, oldest first. */
  messagesOf(subscription: Subscription): Message[] {
    return [...this.waiting.values()].filter((message) => message.subscription === subscription);
  }

  /** Lets go of what waited longer than it is worth; what was sent on in time is no longer lost by that. */
  expire(): void {
    for (const message of this.waiting.values()) {
      const { at, message: fate } = message.delivery;
      if (fate === 'waiting' && Date.now() > at + message.ttl * 1000) this.close(message, 'expired');
    }
  }

  message(id: string): Message | undefined {
    return this.waiting.get(id);
  }

  close(message: Message, fate: Fate): void {
    message.delivery.message = fate;
    this.waiting.delete(message.id);
  }
}
