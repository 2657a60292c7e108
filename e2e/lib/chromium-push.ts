// Pushes in Chromium, which subscribes only with its vendor's cloud: the subscription is brought by the test, and what is
// sent to it is handed to the service worker as the browser would (DevTools protocol, ServiceWorker.deliverPushMessage).
import type { BrowserContext, CDPSession, Page, Worker } from '@playwright/test';
import type { Subscription } from './sender.ts';

/** A notification that the service worker has shown. */
export interface Notified {
  title: string;
  body: string;
  tag: string;
  silent: boolean | null;
  actions: { action: string; title: string }[];
}

/** Lets pages of the context subscribe, and get what is given here; the person has said yes to notifications. */
export async function bringSubscription(context: BrowserContext, subscription: Subscription): Promise<void> {
  await context.grantPermissions(['notifications']);
  await context.addInitScript((subscription) => {
    const bytes = (text: string) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0)).buffer;
    const KEY = 'test.subscribed';
    const brought = (applicationServerKey?: ArrayBuffer): PushSubscription =>
      Object.create(PushSubscription.prototype, {
        endpoint: { value: subscription.endpoint },
        expirationTime: { value: null },
        options: { value: { userVisibleOnly: true, applicationServerKey } },
        getKey: { value: (name: 'p256dh' | 'auth') => bytes(subscription.keys[name]) },
        toJSON: { value: () => ({ ...subscription, expirationTime: null }) },
        unsubscribe: { value: async () => (localStorage.removeItem(KEY), true) },
      });
    PushManager.prototype.subscribe = async (options) => {
      const key = options?.applicationServerKey;
      if (!options?.userVisibleOnly || !key) throw new Error('a subscription wants a key, and to be seen');
      const raw = typeof key === 'string' ? bytes(key) : ArrayBuffer.isView(key) ? key.buffer.slice(key.byteOffset, key.byteOffset + key.byteLength) : key;
      localStorage.setItem(KEY, JSON.stringify([...new Uint8Array(raw as ArrayBuffer)]));
      return brought(raw as ArrayBuffer);
    };
    PushManager.prototype.getSubscription = async () => {
      const key = localStorage.getItem(KEY);
      return key === null ? null : brought(Uint8Array.from(JSON.parse(key) as number[]).buffer);
    };
    PushManager.prototype.permissionState = async () => 'granted';
  }, { endpoint: subscription.endpoint, keys: subscription.keys });
}

/** The service worker of a page's origin. */
export class PushedWorker {
  private registration?: string;

  private constructor(
    private readonly page: Page,
    private readonly cdp: CDPSession,
  ) {}

  static async of(page: Page): Promise<PushedWorker> {
    const pushed = new PushedWorker(page, await page.context().newCDPSession(page));
    pushed.cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      pushed.registration = registrations.find(({ isDeleted }) => !isDeleted)?.registrationId ?? pushed.registration;
    });
    await pushed.cdp.send('ServiceWorker.enable');
    return pushed;
  }

  /** Hands it a message. */
  async push(text: string): Promise<void> {
    const origin = await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      return location.origin;
    });
    if (this.registration === undefined) throw new Error('no service worker is registered');
    await this.cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId: this.registration, data: text });
  }

  /** What it shows. */
  notifications(): Promise<Notified[]> {
    return this.page.evaluate(async () => {
      const shown = await (await navigator.serviceWorker.ready).getNotifications();
      return shown.map((notification) => {
        const { actions } = notification as unknown as Pick<Notified, 'actions'>;
        const { title, body, tag, silent } = notification;
        return { title, body, tag, silent, actions: actions.map(({ action, title }) => ({ action, title })) };
      });
    });
  }

  /**
   * Clicks a notification, or its button for an action. Chromium lets a worker focus or open a window only after a real
   * click, so that these two do nothing but succeed.
   */
  async click(tag: string, action = ''): Promise<void> {
    await this.worker().evaluate(async ([tag, action]) => {
      const scope = globalThis as unknown as Scope;
      scope.WindowClient.prototype.focus = function focus() {
        return Promise.resolve(this);
      };
      const [notification] = await scope.registration.getNotifications({ tag });
      if (!notification) throw new Error(`there is no notification ${tag}`);
      scope.dispatchEvent(new scope.NotificationEvent('notificationclick', { notification, action }));
    }, [tag, action] as const);
  }

  private worker(): Worker {
    const [worker] = this.page.context().serviceWorkers();
    if (!worker) throw new Error('no service worker runs');
    return worker;
  }
}

// As much of a service worker's globals as is used above.
interface Scope extends EventTarget {
  registration: ServiceWorkerRegistration;
  WindowClient: { prototype: { focus(this: unknown): Promise<unknown> } };
  NotificationEvent: new (type: string, init: { notification: Notification; action: string }) => Event;
}
